"""The use cases of a run."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from genesys_purge.wiring import adapters, approving, calls, guarding, standing

if TYPE_CHECKING:
    from genesys_purge.approvals.run_approvals import RunApprovals
    from genesys_purge.calling.guard import Guard
    from genesys_purge.purging.batches import Batches
    from genesys_purge.purging.cases import Cases
    from genesys_purge.purging.check_approval import CheckApproval
    from genesys_purge.purging.complete_purge import CompletePurge
    from genesys_purge.purging.fail_batch import FailBatch
    from genesys_purge.purging.fail_purge import FailPurge
    from genesys_purge.purging.job_slots import JobSlots
    from genesys_purge.purging.overrides import Overrides
    from genesys_purge.purging.plan_purge import PlanPurge
    from genesys_purge.purging.poll_batch import PollBatch
    from genesys_purge.purging.polls import Polls
    from genesys_purge.purging.ports import StandingApprovals
    from genesys_purge.purging.requests import Requests
    from genesys_purge.purging.submit_batch import SubmitBatch
    from genesys_purge.purging.submit_purge import SubmitPurge
    from genesys_purge.purging.validate_purge import ValidatePurge
    from genesys_purge.purging.verify_batch import VerifyBatch
    from genesys_purge.store.executions import StepFunctionsExecutions
    from genesys_purge.store.override_callers import ParameterOverrideCallers
    from genesys_purge.store.polls import DynamoPolls


@cache
def requests() -> Requests:
    from genesys_purge.purging.requests import Requests

    return Requests(adapters.policies(), adapters.organisation, adapters.now)


@cache
def overrides() -> Overrides:
    from genesys_purge.purging.overrides import Overrides

    return Overrides(override_callers(), adapters.settings().parameters.override_callers)


def override_callers() -> ParameterOverrideCallers:
    from genesys_purge.store.override_callers import ParameterOverrideCallers

    name = adapters.settings().parameters.override_callers
    return ParameterOverrideCallers(adapters.parameters(), name)


def batches(actor: str) -> Batches:
    from genesys_purge import telemetry
    from genesys_purge.purging.batches import Batches

    return Batches(adapters.runs(), adapters.now, actor, telemetry.progress)


@cache
def poll_store() -> DynamoPolls:
    from genesys_purge.store.polls import DynamoPolls

    table = adapters.settings().tables.runs
    return DynamoPolls(adapters.aws("dynamodb"), table, adapters.ledger())


def polls() -> Polls:
    from genesys_purge import telemetry
    from genesys_purge.purging.polls import Polls

    return Polls(poll_store(), adapters.now, telemetry.polled)


def cases(
    *,
    in_bulk: bool = False,
    approved: RunApprovals | None = None,
    standing: StandingApprovals | None = None,
) -> Cases:
    """The cases of a step; one that deletes asks whether it is approved."""
    from genesys_purge.purging.cases import Cases

    genesys_of = calls.genesys_in_bulk if in_bulk else calls.genesys
    runs, cancellations = adapters.runs(), adapters.cancellations()
    organisation_of, now = adapters.organisation, adapters.now
    return Cases(runs, cancellations, organisation_of, genesys_of, now, approved, standing)


@cache
def check_approval() -> CheckApproval:
    from genesys_purge.purging.check_approval import CheckApproval

    return CheckApproval(
        adapters.runs(),
        adapters.cancellations(),
        approving.run_approvals(),
        adapters.organisation,
        adapters.now,
    )


def executions() -> StepFunctionsExecutions:
    from genesys_purge.store.executions import StepFunctionsExecutions

    machine = adapters.settings().state_machines.purge_run
    return StepFunctionsExecutions(adapters.aws("stepfunctions"), machine)


@cache
def submit_purge() -> SubmitPurge:
    from genesys_purge.purging.submit_purge import SubmitPurge

    return SubmitPurge(
        requests(),
        overrides(),
        adapters.runs(),
        executions(),
        adapters.meter(),
        adapters.now,
    )


@cache
def validate_purge() -> ValidatePurge:
    from genesys_purge.purging.validate_purge import ValidatePurge

    return ValidatePurge(requests(), overrides(), adapters.runs(), adapters.now)


@cache
def plan_purge() -> PlanPurge:
    from genesys_purge.purging.plan_lines import Lines
    from genesys_purge.purging.plan_purge import PlanPurge
    from genesys_purge.store.id_lists import S3IdLists

    return PlanPurge(
        requests(),
        adapters.runs(),
        adapters.cancellations(),
        adapters.policies(),
        adapters.holds(),
        S3IdLists(lambda: adapters.aws("s3")),
        adapters.organisation,
        calls.genesys_in_bulk,
        adapters.settings(),
        adapters.now,
        adapters.meter(),
        approving.needed_approvals(),
        standing.standing_approvals(),
        Lines(adapters.plans(), adapters.random_bytes),
    )


@cache
def submit_batch() -> SubmitBatch:
    from genesys_purge.calling.refusals import RecordingGuard
    from genesys_purge.store.refusals import DynamoRefusals

    table, actor = adapters.settings().tables.runs, "submit_batch"
    refusals = DynamoRefusals(table, adapters.ledger(), adapters.now, actor)
    guard = RecordingGuard(*guarding.checks(), refusals=refusals)
    approved, approvals = approving.run_approvals(), standing.standing_approvals()
    return submitting(actor, guard, cases(approved=approved, standing=approvals))


def job_slots() -> JobSlots:
    from genesys_purge.calling.slots import Slots
    from genesys_purge.purging.job_slots import JobSlots

    slots = Slots(adapters.slots(), adapters.now)
    return JobSlots(slots, adapters.runs(), adapters.stops(), adapters.organisation)


def submitting(actor: str, guard: Guard, cases: Cases) -> SubmitBatch:
    """SubmitBatch under this guard."""
    from genesys_purge.purging.confirm_job import ConfirmJob
    from genesys_purge.purging.reconcile import Reconcile
    from genesys_purge.purging.submit_batch import SubmitBatch

    writes, settings = batches(actor), adapters.settings()
    return SubmitBatch(
        cases,
        writes,
        guard,
        Reconcile(writes, settings),
        job_slots(),
        ConfirmJob(writes, guard, settings),
        settings,
    )


@cache
def poll_batch() -> PollBatch:
    from genesys_purge.purging.poll_batch import PollBatch

    writes = batches("poll_batch")
    return PollBatch(cases(), writes, polls(), adapters.settings(), adapters.meter())


@cache
def verify_batch() -> VerifyBatch:
    from genesys_purge.purging.verify_batch import VerifyBatch

    return VerifyBatch(cases(in_bulk=True), batches("verify_batch"), adapters.meter())


@cache
def fail_batch() -> FailBatch:
    from genesys_purge.purging.fail_batch import FailBatch

    return FailBatch(batches("fail_batch"))


@cache
def complete_purge() -> CompletePurge:
    from genesys_purge.purging.complete_purge import CompletePurge

    runs, cancellations = adapters.runs(), adapters.cancellations()
    return CompletePurge(runs, cancellations, adapters.meter(), adapters.now)


@cache
def fail_purge() -> FailPurge:
    from genesys_purge.purging.fail_purge import FailPurge

    runs, cancellations = adapters.runs(), adapters.cancellations()
    return FailPurge(runs, cancellations, adapters.meter(), adapters.now)
