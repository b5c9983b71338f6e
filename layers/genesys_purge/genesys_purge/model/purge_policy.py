"""What runs and the audit keep of a purge policy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from genesys_purge.model.dates import Instant
from genesys_purge.model.wire import Wire


class PolicyRef(Wire):
    """One version of a purge policy."""

    name: str
    version: int


class Difference(Wire):
    """The values of a field before and after a change; a value that is not shown is absent."""

    before: Any = None
    after: Any = None


class PolicyFacts(Wire):
    """The facts of a policy's version, and of what was done with it.

    `hash` is the SHA-256 of the policy's content. `difference` has the changed fields by their
    dotted paths. `scheduledAt` is the scheduled time of a run that was skipped, and `reason` says
    why. `drift` names the settings of the schedule that were changed by hand.
    """

    name: str
    version: int | None = None
    hash: str | None = None
    owner: str | None = None
    enabled: bool | None = None
    valid_until: Instant | None = None
    difference: Mapping[str, Difference] | None = None
    scheduled_at: Instant | None = None
    reason: str | None = None
    drift: tuple[str, ...] | None = None
