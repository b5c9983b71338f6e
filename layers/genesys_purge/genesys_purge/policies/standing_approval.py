"""The standing approval that applying a policy gives to its runs, within bounds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from genesys_purge.errors import LimitExceeded, NotApproved
from genesys_purge.model.dates import zulu
from genesys_purge.model.run import Run
from genesys_purge.policies.document import PolicyVersion
from genesys_purge.policies.ports import PolicyMonths, PolicyStore
from genesys_purge.ports import Clock, Prepared


class StandingApproval:
    """Implements the port `StandingApprovals` of runs; the newest version of a policy decides."""

    def __init__(self, policies: PolicyStore, months: PolicyMonths, now: Clock) -> None:
        self._policies = policies
        self._months = months
        self._now = now

    def counting(self, run: Run, records: int) -> Sequence[Prepared]:
        """The write that counts the records of a plan in the month of the run.

        NotApproved if the run may delete nothing by now, LimitExceeded beyond the bounds. Empty for
        a run of no policy, and for a dry run.
        """
        policy = self._policy(run)
        if policy is None or run.is_dry:
            return ()
        if obstacle := self._obstacle(policy, run):
            raise NotApproved(f"{obstacle}; nothing was deleted")
        bounds = policy.document.bounds
        month = self._months.read(policy.name, month_of(policy, run.reference_time))
        if records > bounds.max_records_per_run:
            raise _exceeded("maxRecordsPerRun", policy, records, bounds.max_records_per_run)
        total = month.records + records
        if total > bounds.max_records_per_month:
            raise _exceeded(
                "maxRecordsPerMonth", policy, records, bounds.max_records_per_month - month.records
            )
        return [self._months.write(month.followed(records=total))]

    def obstacle(self, run: Run) -> str | None:
        """Why the run must not delete now: its policy has ended, or allows less since a version."""
        policy = self._policy(run)
        return None if policy is None else self._obstacle(policy, run)

    def _obstacle(self, policy: PolicyVersion, run: Run) -> str | None:
        if reason := ended(policy, self._now()):
            return f"{reason}, so its runs may delete nothing"
        version = run.purge_policy.version if run.purge_policy else 0
        if version < policy.approves_since:
            return (
                f"runs of version {version} of the policy {policy.name} may delete nothing: by "
                f"version {policy.approves_since}, the policy was disabled, its request changed or "
                "a bound became stricter"
            )
        return None

    def _policy(self, run: Run) -> PolicyVersion | None:
        """The newest version of the policy of a run; Misconfigured if it cannot be read."""
        return self._policies.latest(run.purge_policy.name) if run.purge_policy else None


def ended(policy: PolicyVersion, now: datetime) -> str | None:
    """Why the policy gives no standing approval now; None if it does."""
    document = policy.document
    if not document.enabled:
        return f"the policy {policy.name} is disabled since {zulu(policy.applied_at)}"
    if document.valid_until <= now:
        return f"the policy {policy.name} was valid until {zulu(document.valid_until)}"
    return None


def month_of(policy: PolicyVersion, moment: datetime) -> str:
    """The month of a moment in the time zone of the policy, such as `2026-12`."""
    return f"{moment.astimezone(policy.document.zone):%Y-%m}"


def _exceeded(bound: str, policy: PolicyVersion, records: int, left: int) -> LimitExceeded:
    return LimitExceeded(
        f"bounds.{bound}: the plan has {records} records, and version {policy.version} of the "
        f"policy {policy.name} allows {left}; nothing was deleted"
    )
