"""What the audit keeps of a change of a setting."""

from __future__ import annotations

from typing import Annotated

from genesys_purge.model.erasable import ERASABLE
from genesys_purge.model.wire import Wire


class Change(Wire):
    """A changed value by its path; `before` and `after` are JSON, cut if they are long.

    A value that was added has no `before`, and one that was removed no `after`.
    """

    path: str
    before: str | None = None
    after: str | None = None


class SettingFacts(Wire):
    """A new version of a setting: the SHA-256 of its document, and what it changes.

    `weakens` says what is protected less than before. Of long lists only the first entries are
    kept; `changed` and `weakened` count all of them.
    """

    name: str
    version: int
    hash: str
    reason: Annotated[str, ERASABLE]
    changes: Annotated[tuple[Change, ...], ERASABLE] = ()
    changed: int = 0
    weakens: Annotated[tuple[str, ...], ERASABLE] = ()
    weakened: int = 0
