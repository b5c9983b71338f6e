"""The interfaces of purge policies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from genesys_purge.model.audit import AuditRecord
from genesys_purge.model.purge_policy import PolicyMonth
from genesys_purge.model.submission import Submission, SubmittedRun
from genesys_purge.policies.document import PolicyVersion, UnreadablePolicy
from genesys_purge.ports import Prepared


class PolicyStore(Protocol):
    """The stored policies; every version is kept."""

    def put(self, policy: PolicyVersion, record: AuditRecord) -> None:
        """Store a new version with its audit record; LostRace if its number is taken."""

    def newest(self, name: str) -> PolicyVersion | UnreadablePolicy | None:
        """The newest version of a policy."""

    def latest(self, name: str) -> PolicyVersion | None:
        """The newest version of a policy; Misconfigured if it cannot be read."""

    def version(self, name: str, number: int) -> PolicyVersion | None:
        """One version of a policy; Misconfigured if it cannot be read."""

    def all(self) -> Sequence[PolicyVersion | UnreadablePolicy]:
        """The newest version of each policy, by name."""


class PolicySchedule(NamedTuple):
    """The schedule of a policy at EventBridge Scheduler.

    `start` and `end` are in UTC, to the second. `version` is the version of the policy that the
    schedule names. `is_ours` is False if its target is not the one that this stack sets.
    """

    expression: str
    time_zone: str
    start: datetime | None
    end: datetime | None
    is_enabled: bool
    version: int | None
    is_ours: bool = True


class PolicySchedules(Protocol):
    """The schedules of the policies; each has the name of its policy."""

    def get(self, name: str) -> PolicySchedule | None:
        """The schedule of a policy as it is; None if there is none."""

    def put(self, name: str, schedule: PolicySchedule) -> None:
        """Create the schedule, or replace it; TryLater if somebody else changes it now."""


class PolicyMonths(Protocol):
    """What the policies did in each month."""

    def read(self, name: str, month: str) -> PolicyMonth:
        """The month of a policy; one without runs if nothing is stored."""

    def write(self, month: PolicyMonth) -> Prepared:
        """The write of the next revision of a month; LostRace at the commit if it is not."""

    def skip(self, month: PolicyMonth, record: AuditRecord) -> None:
        """Store the next revision of a month with the audit record; LostRace if it is not."""


class Submit(Protocol):
    """Submits a purge with the writes of others, all or nothing."""

    def __call__(self, submission: Submission, also: Sequence[Prepared] = ()) -> SubmittedRun: ...
