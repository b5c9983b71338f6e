"""RunPolicy: start the purge of a policy at a scheduled time, or record why it is skipped."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from genesys_purge.calling.stops import Stops
from genesys_purge.errors import FieldError, InvalidRequest, LostRace, NotFound
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.dates import Instant
from genesys_purge.model.purge_policy import PolicyFacts, PolicyRef, policy_run_id
from genesys_purge.model.request import as_object, read_fields, require_none
from genesys_purge.model.run import RunStatus
from genesys_purge.model.stops import Stoppable
from genesys_purge.model.submission import Submission
from genesys_purge.model.wire import Wire
from genesys_purge.policies.check_policy import actor_of
from genesys_purge.policies.due import Due, Reason, reasons
from genesys_purge.policies.ports import PolicyMonths, PolicyStore, Submit
from genesys_purge.policies.standing_approval import month_of
from genesys_purge.ports import AuditLog, Clock, Meter, Runs

ACTOR = "run_policy"
# Counts the scheduled times that were skipped, except on blackout days.
SKIPPED = "PolicyRunsSkipped"
# Counts the scheduled times of policies that end soon: after their end they run no more.
ENDING_SOON = "PoliciesEndingSoon"
SOON = timedelta(days=30)
ATTEMPTS = 5
LONGEST_REASON = 500


class ScheduledPolicy(Wire):
    """What a schedule sends: the policy, and the version that it was made for."""

    policy: str
    version: int


class PolicyRun(Wire):
    """The run of a scheduled time with its status, or the reason why there is none in `skipped`."""

    policy: str
    version: int
    scheduled_at: Instant
    run_id: str | None = None
    status: RunStatus | None = None
    skipped: str | None = None


class RunPolicy:
    """Starts at most one run for each scheduled time, whatever is delivered again.

    A time that was skipped stays skipped. The run, or the record of the skipped time, is stored in
    one transaction with the month of the policy, so that runs at once cannot pass the bounds.
    """

    def __init__(
        self,
        policies: PolicyStore,
        months: PolicyMonths,
        runs: Runs,
        stops: Stops,
        submit: Submit,
        audit: AuditLog,
        meter: Meter,
        now: Clock,
    ) -> None:
        self._policies = policies
        self._months = months
        self._runs = runs
        self._stops = stops
        self._submit = submit
        self._audit = audit
        self._meter = meter
        self._now = now

    def __call__(self, submitted: Submission) -> PolicyRun:
        """The run of the scheduled time, or why there is none.

        Misconfigured if the policy, or a stop that may cover it, cannot be read.
        """
        asked, moment = _asked(submitted)
        for _ in range(ATTEMPTS):
            due = self._due(asked, moment)
            try:
                run = self._known(due) or self._decided(due)
            except LostRace:
                continue
            if due.policy.document.valid_until < self._now() + SOON:
                self._meter.count(ENDING_SOON)
            return run
        raise LostRace(f"the policy {asked.policy} was run {ATTEMPTS} times in the meantime")

    def _due(self, asked: ScheduledPolicy, moment: datetime) -> Due:
        policy = self._policies.latest(asked.policy)
        if policy is None:
            raise NotFound(f"no policy has the name of this schedule: {asked.policy[:80]}")
        nominal = policy.document.times.nominal(moment)
        month = self._months.read(policy.name, month_of(policy, nominal or moment))
        return Due(policy, asked.version, moment, nominal, month)

    def _known(self, due: Due) -> PolicyRun | None:
        """What was decided about the time before; a stored run without an execution is settled."""
        if due.at in due.month.skipped:
            return _answer(due, skipped="this time was skipped before; see the audit of the policy")
        try:
            run = self._runs.get(policy_run_id(due.policy.name, due.at))
        except NotFound:
            return None
        return _answer(due, run_id=run.run_id, status=run.status)

    def _decided(self, due: Due) -> PolicyRun:
        reason = next(self._reasons(due), None)
        if reason is None:
            try:
                return self._started(due)
            except InvalidRequest as refused:
                reason = Reason(f"the request is not valid now: {refused}")
        return self._skipped(due, reason)

    def _started(self, due: Due) -> PolicyRun:
        policy, request = due.policy, due.policy.document.request
        ref, actor = PolicyRef(name=policy.name, version=policy.version), actor_of(policy.name)
        # Applying a policy requests its runs, so the person who did may not approve them.
        submission = Submission(request, actor, due.nominal, policy.person_id, policy=ref)
        counted = due.month.followed(runs=due.month.runs + 1)
        run = self._submit(submission, [self._months.write(counted)])
        return _answer(due, run_id=run.run_id, status=run.status)

    def _skipped(self, due: Due, reason: Reason) -> PolicyRun:
        policy, request = due.policy, due.policy.document.request
        text = reason.text[:LONGEST_REASON]
        facts = PolicyFacts(
            name=policy.name, version=policy.version, scheduled_at=due.at, reason=text
        )
        record = AuditRecord(
            run_id=actor_of(policy.name),
            at=self._now(),
            actor=ACTOR,
            action=Action.POLICY_RUN_SKIPPED,
            method=request["method"],
            organisation=request.get("organisation"),
            purge_policy=facts,
        )
        if reason.is_kept:
            month = due.month.followed(skipped=(*due.month.skipped, due.at))
            self._months.skip(month, record)
        else:
            self._audit.append(record)
        if not reason.is_blackout:
            self._meter.count(SKIPPED, method=record.method, organisation=record.organisation)
        return _answer(due, skipped=text)

    def _reasons(self, due: Due) -> Iterator[Reason]:
        """Why the policy must not run at this time."""
        yield from reasons(due, self._now())
        call = Stoppable(due.policy.document.request.get("organisation"), due.policy.name)
        for stop in self._stops.covering(call):
            yield Reason(stop.why)


def _asked(submitted: Submission) -> tuple[ScheduledPolicy, datetime]:
    if submitted.moment is None:
        raise InvalidRequest(
            [FieldError("scheduledTime", "is required: only a schedule runs a policy")]
        )
    asked, errors = read_fields(ScheduledPolicy, as_object(submitted.payload))
    require_none(errors)
    return asked, submitted.moment


def _answer(
    due: Due,
    run_id: str | None = None,
    status: RunStatus | None = None,
    skipped: str | None = None,
) -> PolicyRun:
    return PolicyRun(
        policy=due.policy.name,
        version=due.policy.version,
        scheduled_at=due.at,
        run_id=run_id,
        status=status,
        skipped=skipped,
    )
