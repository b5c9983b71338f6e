"""SubmitPurge: check a request completely, then store and start its run, once."""

from __future__ import annotations

from datetime import datetime

from genesys_purge.errors import FieldError, InvalidRequest
from genesys_purge.methods import METHODS
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.request import PurgeRequest, fingerprint, is_relative
from genesys_purge.model.run import Run, RunStatus
from genesys_purge.model.submission import Submission, SubmittedRun
from genesys_purge.ports import Clock, Runs
from genesys_purge.purging.ports import Executions
from genesys_purge.purging.requests import Requests


class SubmitPurge:
    """The use case behind the API, invocations and schedules."""

    def __init__(self, requests: Requests, runs: Runs, executions: Executions, now: Clock) -> None:
        self._requests = requests
        self._runs = runs
        self._executions = executions
        self._now = now

    def __call__(self, submission: Submission) -> SubmittedRun:
        """The submitted run; a refused request stores and starts nothing."""
        now = self._now()
        request = self._requests.check(submission.payload, submission.moment or now)
        run = self._new_run(request, submission, now)
        stored = self._runs.create(run, self._record(run, request))
        if stored.fingerprint != run.fingerprint:
            raise InvalidRequest(
                [FieldError("requestId", f"{run.run_id} is the id of another request's run")]
            )
        # An earlier submitter may have died between storing and starting, so start again.
        if stored.status is RunStatus.SUBMITTED:
            self._executions.start(stored.run_id)
        return SubmittedRun(run_id=stored.run_id, status=stored.status)

    def _new_run(self, request: PurgeRequest, submission: Submission, now: datetime) -> Run:
        content = request.content()
        return Run(
            run_id=request.request_id or self._run_id(request, submission, now),
            fingerprint=fingerprint(content, submission.moment),
            request=content,
            reference_time=submission.moment or now,
            submitted_at=now,
            submitted_by=submission.actor,
            compliance_tags=METHODS[request.method].tags(request),
            location=self._requests.location(request),
        )

    def _run_id(self, request: PurgeRequest, submission: Submission, now: datetime) -> str:
        """The id of the run: equal for equal content and scheduled time.

        Without a schedule, a relative window moves with the clock, so the hour counts as well.
        """
        hour = now.replace(minute=0, second=0, microsecond=0) if is_relative(request) else None
        content = fingerprint(request.content(), submission.moment or hour)
        return f"{request.method}-{content}"

    def _record(self, run: Run, request: PurgeRequest) -> AuditRecord:
        return AuditRecord(
            run_id=run.run_id,
            at=run.submitted_at,
            actor=run.submitted_by,
            action=Action.RUN_SUBMITTED,
            method=request.method,
            organisation=request.organisation,
            detail=request.reason,
        )
