"""What runs and the audit keep of a purge policy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from genesys_purge.model.dates import Instant
from genesys_purge.model.erasable import ERASABLE
from genesys_purge.model.wire import Wire

# Begins the ids of the runs of policies, and of no other run.
RUN_PREFIX = "policy-"


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
    owner: Annotated[str | None, ERASABLE] = None
    enabled: bool | None = None
    valid_until: Instant | None = None
    difference: Annotated[Mapping[str, Difference] | None, ERASABLE] = None
    scheduled_at: Instant | None = None
    reason: Annotated[str | None, ERASABLE] = None
    drift: tuple[str, ...] | None = None


class PolicyMonth(Wire):
    """What a policy did in a month of its time zone, such as `2026-12`.

    `runs` counts the runs that were started, `records` the records of their plans, `skipped` the
    scheduled times that were skipped. `revision` counts the changes; 0 is not stored.
    """

    name: str
    month: str
    runs: int = 0
    records: int = 0
    skipped: tuple[Instant, ...] = ()
    revision: int = 0

    def followed(self, **changes: Any) -> PolicyMonth:
        """The next revision, with these changes."""
        return self.model_copy(update={**changes, "revision": self.revision + 1})


def policy_run_id(name: str, scheduled: datetime) -> str:
    """The id of the run of a policy at a scheduled time, which makes it one run."""
    return f"{RUN_PREFIX}{name}-{scheduled.astimezone(UTC):%Y%m%dT%H%M%SZ}"
