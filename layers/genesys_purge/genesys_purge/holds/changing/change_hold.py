"""ChangeHold: the changes of a hold over HTTP, each by its route."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from genesys_purge.model.submission import Submission
from genesys_purge.model.wire import Wire


class Change(Protocol):
    """One way to change a hold."""

    def __call__(self, hold_id: str, submitted: Submission) -> Wire: ...


class ChangeHold:
    """Hands a request to the change of its route, such as `widen`."""

    def __init__(self, changes: Mapping[str, Change]) -> None:
        self._changes = changes

    def __call__(self, route: str, submitted: Submission) -> Wire:
        """The answer of the change; `route` ends with its name."""
        change = self._changes[route.rpartition("/")[2]]
        return change(submitted.path["holdId"], submitted)
