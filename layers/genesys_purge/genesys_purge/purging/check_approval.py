"""CheckApproval: a run with a complete plan begins once it is approved."""

from __future__ import annotations

from datetime import timedelta

from genesys_purge.calling.cancellations import Cancellations, RunCancelled
from genesys_purge.model.messages import PlanSummary, RunRef
from genesys_purge.model.run import Run, RunStatus
from genesys_purge.ports import Clock, OrganisationOf, Runs
from genesys_purge.purging.plan_summary import summary_of
from genesys_purge.purging.ports import RunApprovals

# A person who is asked for something often decides soon. A week of these waits is about 900 turns.
WAITS = ((timedelta(hours=1), 60), (timedelta(days=1), 300))
LONGEST_WAIT = 900


class CheckApproval:
    """One look at the approval of a run; only what is stored decides.

    An approval that is rejected, withdrawn or expired ends the run as `rejected`.
    """

    def __init__(
        self,
        runs: Runs,
        cancellations: Cancellations,
        approvals: RunApprovals,
        organisation_of: OrganisationOf,
        now: Clock,
    ) -> None:
        self._runs = runs
        self._cancellations = cancellations
        self._approvals = approvals
        self._organisation_of = organisation_of
        self._now = now

    def __call__(self, message: RunRef) -> PlanSummary:
        """The summary of the plan; NotApproved or RunCancelled if the run may never begin."""
        run = self._runs.get(message.run_id)
        if run.status is not RunStatus.AWAITING_APPROVAL:
            return summary_of(run, self._organisation_of)
        if cancellation := self._cancellations.of(run.run_id):
            raise RunCancelled(cancellation.why)
        if not self._approvals.is_given(run):
            return summary_of(run, self._organisation_of, self._wait(run))
        running = run.model_copy(update={"status": RunStatus.RUNNING})
        self._runs.begin(running)
        return summary_of(running, self._organisation_of)

    def _wait(self, run: Run) -> float:
        waited = self._now() - run.submitted_at
        return next((wait for limit, wait in WAITS if waited < limit), LONGEST_WAIT)
