"""SubmitPurge: check a request completely, then store and start its run, once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from genesys_purge.errors import FieldError, InvalidRequest
from genesys_purge.methods import METHODS
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.purge_policy import policy_run_id
from genesys_purge.model.request import PurgeRequest, fingerprint, is_relative
from genesys_purge.model.request_facts import RequestFacts
from genesys_purge.model.run import Run, RunStatus, totals_of
from genesys_purge.model.submission import Submission, SubmittedRun
from genesys_purge.ports import Clock, Meter, Prepared, Runs
from genesys_purge.purging.overrides import Overrides
from genesys_purge.purging.ports import Executions
from genesys_purge.purging.requests import Requests
from genesys_purge.purging.run_record import run_record

# Counts the runs that override the retention policy of Genesys.
OVERRIDES = "RetentionOverrides"


class SubmitPurge:
    """The use case behind the API, invocations and schedules."""

    def __init__(
        self,
        requests: Requests,
        overrides: Overrides,
        runs: Runs,
        executions: Executions,
        meter: Meter,
        now: Clock,
    ) -> None:
        self._requests = requests
        self._overrides = overrides
        self._runs = runs
        self._executions = executions
        self._meter = meter
        self._now = now

    def __call__(self, submission: Submission, also: Sequence[Prepared] = ()) -> SubmittedRun:
        """The submitted run, stored with all other writes.

        A refused request stores and starts nothing.
        """
        now = self._now()
        allowed = partial(self._overrides.conflicts, actor=submission.actor)
        request = self._requests.check(submission.payload, submission.moment or now, allowed)
        run = self._new_run(request, submission, now)
        stored = self._runs.create(run, self._record(run, request), also)
        if stored.fingerprint != run.fingerprint:
            raise InvalidRequest(
                [FieldError("requestId", f"{run.run_id} is the id of another request's run")]
            )
        if stored is run and request.overrides_retention and not run.is_dry:
            self._meter.count(OVERRIDES, method=run.method, organisation=run.organisation)
        # An earlier submitter may have died between storing and starting, so start again.
        if stored.status is RunStatus.SUBMITTED:
            self._executions.start(stored.run_id)
        return SubmittedRun(run_id=stored.run_id, status=stored.status)

    def _new_run(self, request: PurgeRequest, submission: Submission, now: datetime) -> Run:
        content, reference = request.content(), submission.moment or now
        limits = self._requests.limits(request)
        return Run(
            run_id=request.request_id or self._run_id(request, submission, now),
            fingerprint=fingerprint(content, submission.moment),
            request=content,
            facts=RequestFacts.of(request, submission.actor, reference, limits),
            reference_time=reference,
            submitted_at=now,
            submitted_by=submission.actor,
            submitted_by_person=submission.person_id,
            purge_policy=submission.policy,
            compliance_tags=METHODS[request.method].tags(request),
            location=self._requests.location(request),
        )

    def _run_id(self, request: PurgeRequest, submission: Submission, now: datetime) -> str:
        """The id of the run: equal for equal content and scheduled time.

        A policy has one run for each scheduled time, whatever its content.
        Without a schedule, a relative window moves with the clock, so the hour counts as well.
        """
        if submission.policy and submission.moment:
            return policy_run_id(submission.policy.name, submission.moment)
        hour = now.replace(minute=0, second=0, microsecond=0) if is_relative(request) else None
        content = fingerprint(request.content(), submission.moment or hour)
        return f"{request.method}-{content}"

    def _record(self, run: Run, request: PurgeRequest) -> AuditRecord:
        return run_record(
            run,
            totals_of(None, ()),
            Action.RUN_SUBMITTED,
            run.submitted_at,
            run.submitted_by,
            person_id=run.submitted_by_person,
            policy=self._requests.policy(request),
        )
