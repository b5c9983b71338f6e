"""CancelPurge: ask that a run deletes nothing more; its steps see it and end the run."""

from __future__ import annotations

from genesys_purge.calling.in_flight import WithJobsInFlight, jobs_of
from genesys_purge.errors import FieldError, InvalidRequest, LostRace
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.cancellation import RunCancellation
from genesys_purge.model.dates import Instant
from genesys_purge.model.messages import RunRef
from genesys_purge.model.run import Run, RunStatus
from genesys_purge.model.stops import StopScope, stop_id_of
from genesys_purge.model.submission import Submission
from genesys_purge.model.wire import Wire
from genesys_purge.ports import Clock, Runs
from genesys_purge.stops.errors import HasEnded
from genesys_purge.stops.in_flight import StoppedInFlight
from genesys_purge.stops.ports import CancellationStore
from genesys_purge.stops.requests import Reason, checked


class CancelRequest(Wire):
    """Why the run is cancelled; invoked directly, the request names the run."""

    run_id: str | None = None
    reason: Reason


class CancelledRun(RunRef, WithJobsInFlight):
    """The run with its status; the first cancellation counts.

    The run ends once its jobs in flight have ended.
    """

    status: RunStatus
    reason: str
    requested_at: Instant
    requested_by: str


class CancelPurge:
    """The cancellation and its audit record are stored together, unless the run has ended."""

    def __init__(
        self,
        runs: Runs,
        cancellations: CancellationStore,
        in_flight: StoppedInFlight,
        now: Clock,
    ) -> None:
        self._runs = runs
        self._cancellations = cancellations
        self._in_flight = in_flight
        self._now = now

    def __call__(self, submitted: Submission) -> CancelledRun:
        """Cancel the run; NotFound for an unknown run, HasEnded for one that has ended."""
        request = checked(CancelRequest, submitted.payload)
        run = self._runs.get(_run_id(request, submitted))
        found = self._cancelled(run, request.reason, submitted)
        stop_id = stop_id_of(StopScope.RUN, run.run_id)
        return CancelledRun(
            run_id=run.run_id,
            status=run.status,
            reason=found.reason,
            requested_at=found.requested_at,
            requested_by=found.requested_by,
            # Stored first: a call whose guard does not see the cancellation is seen here.
            **jobs_of(lambda: self._in_flight(stop_id)),
        )

    def _cancelled(self, run: Run, reason: str, submitted: Submission) -> RunCancellation:
        """The cancellation of the run: this one, unless there is an earlier one."""
        asked = RunCancellation(
            run_id=run.run_id,
            reason=reason,
            requested_at=self._now(),
            requested_by=submitted.actor,
            requested_by_person=submitted.person_id,
        )
        try:
            self._cancellations.put(asked, _record(run, asked))
        except LostRace:
            if self._runs.get(run.run_id).has_ended:
                raise HasEnded(
                    f"the run {run.run_id} has ended, and deletes nothing more"
                ) from None
            if (earlier := self._cancellations.of(run.run_id)) is None:
                raise
            return earlier
        return asked


def _run_id(request: CancelRequest, submitted: Submission) -> str:
    """The run in the path, or in a direct invocation."""
    in_path = submitted.path.get("runId")
    if in_path and request.run_id not in (None, in_path):
        raise InvalidRequest([FieldError("runId", "must be absent, or that of the path")])
    run_id = in_path or request.run_id
    if not run_id:
        raise InvalidRequest([FieldError("runId", "is missing")])
    return run_id


def _record(run: Run, asked: RunCancellation) -> AuditRecord:
    return AuditRecord(
        run_id=run.run_id,
        at=asked.requested_at,
        actor=asked.requested_by,
        person_id=asked.requested_by_person,
        action=Action.RUN_CANCEL_REQUESTED,
        method=run.method,
        organisation=run.organisation,
        detail=asked.reason,
    )
