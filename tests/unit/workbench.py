"""Every use case over the in-memory twins, at noon."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from genesys_purge.approvals.needed_approvals import NeededApprovals
from genesys_purge.approvals.run_approvals import RunApprovals
from genesys_purge.auditing.record_alteration import RecordAlteration
from genesys_purge.calling.backoff import Backoff
from genesys_purge.calling.guard import Guard
from genesys_purge.calling.slots import Slots
from genesys_purge.errors import InvalidRequest
from genesys_purge.holds.look_up_held_conversations import LookUpHeldConversations
from genesys_purge.holds.organisations import DeployedOrganisations
from genesys_purge.model.approval_rules import rules_in_force
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.batch import Batch, Entry
from genesys_purge.model.messages import BatchStep, Failure
from genesys_purge.model.platform import LIVE
from genesys_purge.model.run import Plan, Run, RunStatus
from genesys_purge.operation import Operation
from genesys_purge.policies.run_policy import RunPolicy
from genesys_purge.policies.standing_approval import StandingApproval
from genesys_purge.purging.batches import Batches
from genesys_purge.purging.cases import Cases
from genesys_purge.purging.check_approval import CheckApproval
from genesys_purge.purging.complete_purge import CompletePurge
from genesys_purge.purging.confirm_job import ConfirmJob
from genesys_purge.purging.correct_run import CorrectRun
from genesys_purge.purging.fail_batch import FailBatch
from genesys_purge.purging.fail_purge import FailPurge
from genesys_purge.purging.job_slots import JobSlots
from genesys_purge.purging.late_batches import LateBatches
from genesys_purge.purging.left_jobs import LeftJobs
from genesys_purge.purging.list_records import ListRecords
from genesys_purge.purging.list_runs import ListRuns
from genesys_purge.purging.overrides import Overrides
from genesys_purge.purging.plan_purge import PlanPurge
from genesys_purge.purging.poll_batch import PollBatch
from genesys_purge.purging.polls import Polls
from genesys_purge.purging.read_purge import ReadPurge
from genesys_purge.purging.reconcile import Reconcile
from genesys_purge.purging.requests import Requests
from genesys_purge.purging.settle_run import SettleRun
from genesys_purge.purging.settle_runs import SettleRuns
from genesys_purge.purging.submit_batch import SubmitBatch
from genesys_purge.purging.submit_purge import SubmitPurge
from genesys_purge.purging.validate_purge import ValidatePurge
from genesys_purge.purging.verify_batch import VerifyBatch
from genesys_purge.settings import Settings
from genesys_purge.webhooks.inbound.ingest_platform_event import IngestPlatformEvent
from genesys_purge.webhooks.inbound.ingest_webhook import IngestWebhook
from genesys_purge.webhooks.outbound.deliver_notification import LONGEST_DELAY, DeliverNotification
from genesys_purge.webhooks.outbound.notification import Delivery
from genesys_purge.webhooks.outbound.publish_notifications import PublishNotifications

from tests import builders
from tests.approval_fakes import MemoryApprovals
from tests.builders import PLANNER
from tests.clock import NOON, Clock
from tests.fakes import (
    MemoryAuditLog,
    MemoryCancellations,
    MemoryExecutions,
    MemoryHolds,
    MemoryIdLists,
    MemoryMeter,
    MemoryPolicies,
    MemoryPolls,
    MemoryRuns,
    MemorySeals,
    MemorySlots,
    MemoryStops,
)
from tests.organisation_fakes import MemoryOrganisations
from tests.plan_fakes import MemoryPlanObjects, known_lines
from tests.policy_fakes import MemoryPolicyMonths, MemoryPurgePolicies
from tests.rule_fakes import MemoryQueue
from tests.scripted_genesys import ScriptedGenesys
from tests.webhook_builders import SECRET
from tests.webhook_fakes import MemoryBus, MemoryDirectory, MemorySender, MemoryWebhookSecrets


class Workbench:
    """Twins of the world, and the use cases that work on them."""

    approval_rules = rules_in_force(None)

    def __init__(self, **settings: Any) -> None:
        self.clock = Clock()
        self.settings = Settings(**settings)
        self.audit = MemoryAuditLog()
        self.runs = MemoryRuns(self.audit)
        self.cancellations = MemoryCancellations(self.runs, self.audit)
        self.holds = MemoryHolds(self.clock)
        self.stops, self.seals = MemoryStops(), MemorySeals()
        self.policies = MemoryPolicies()
        self.id_lists = MemoryIdLists()
        self.slots = MemorySlots()
        self.executions = MemoryExecutions()
        self.meter = MemoryMeter()
        self.genesys = ScriptedGenesys()
        self.organisations = MemoryOrganisations(self.settings.organisation, self.genesys)
        self.requests = Requests(self.policies, self.organisations.named, self.clock)
        self.override_callers: frozenset[str] = frozenset()
        overrides = Overrides(lambda: self.override_callers, "/stack/override-callers")
        self.submit_purge = SubmitPurge(
            self.requests, overrides, self.runs, self.executions, self.meter, self.clock
        )
        self.validate_purge = ValidatePurge(self.requests, overrides, self.runs, self.clock)
        self.approvals = MemoryApprovals(self.audit)
        self.plan_purge = PlanPurge(
            self.requests,
            self.runs,
            self.cancellations,
            self.policies,
            self.holds,
            self.id_lists,
            self.organisations.named,
            self.organisations.genesys,
            self.settings,
            self.clock,
            self.meter,
            NeededApprovals(self.approvals, lambda: self.approval_rules, self.clock),
            self.standing,
            known_lines(self.plans),
        )
        self.progress: list[tuple[int, int, str]] = []
        self.polls = MemoryPolls()
        self.polled: list[tuple[Any, ...]] = []
        batches = Batches(self.runs, self.clock, "tests", lambda *step: self.progress.append(step))
        organisations = self.organisations
        cases = Cases(
            self.runs,
            self.cancellations,
            organisations.named,
            organisations.genesys,
            self.clock,
            self.run_approvals,
            self.standing,
        )
        self.guard = Guard(self.policies, self.holds, self.stops, self.seals, self.clock)
        self.submit_batch = SubmitBatch(
            cases,
            batches,
            self.guard,
            Reconcile(batches, self.settings),
            JobSlots(Slots(self.slots, self.clock), self.runs, self.stops, organisations.named),
            ConfirmJob(batches, self.guard, self.settings),
            self.settings,
        )
        polls = Polls(self.polls, self.clock, lambda *poll, **far: self.polled.append((*poll, far)))
        self.poll_batch = PollBatch(cases, batches, polls, self.settings, self.meter)
        self.verify_batch = VerifyBatch(cases, batches, self.meter)
        self.fail_batch = FailBatch(batches)
        self.complete_purge = CompletePurge(self.runs, self.cancellations, self.meter, self.clock)
        self.fail_purge = FailPurge(self.runs, self.cancellations, self.meter, self.clock)
        self.seconds_left = 100.0
        self.settle_runs = self._settle_runs(cases, batches)
        self.look_up_held_conversations = LookUpHeldConversations(
            self.holds,
            DeployedOrganisations(
                organisations.names,
                lambda name: organisations.named(name).platform == LIVE,
                organisations.genesys,
            ),
            self.meter,
            self.clock,
            lambda: self.seconds_left,
        )
        list_runs, list_records = ListRuns(self.runs, self.runs), ListRecords(self.runs)
        self.read_purge = ReadPurge(
            self.runs,
            self.cancellations,
            self.polls,
            self.audit,
            list_runs,
            list_records,
        )
        self.webhook_secrets = MemoryWebhookSecrets(SECRET)
        self.directory = MemoryDirectory()
        self.deliveries = MemoryQueue[Delivery]()
        self.bus = MemoryBus()
        self.sender = MemorySender()
        self.ingest_webhook = IngestWebhook(
            self.webhook_secrets, self.audit, self.meter, self.clock
        )
        self.ingest_platform_event = IngestPlatformEvent(self.audit, self.meter, self.clock)
        self.record_alteration = RecordAlteration(self.audit, self.meter, self.clock)
        self.publish_notifications = PublishNotifications(
            self.runs, self.directory, self.deliveries, self.bus
        )
        self.deliver_notification = DeliverNotification(
            self.directory,
            self.sender,
            self.deliveries,
            self.audit,
            self.meter,
            self.clock,
            Backoff(self.settings.notification_retry_seconds, LONGEST_DELAY, uniform=max),
        )

    @cached_property
    def plans(self) -> MemoryPlanObjects:
        return MemoryPlanObjects()

    @cached_property
    def purge_policies(self) -> MemoryPurgePolicies:
        return MemoryPurgePolicies(self.audit)

    @cached_property
    def months(self) -> MemoryPolicyMonths:
        return MemoryPolicyMonths(self.audit)

    @property
    def standing(self) -> StandingApproval:
        return StandingApproval(self.purge_policies, self.months, self.clock)

    @property
    def run_policy(self) -> RunPolicy:
        return RunPolicy(
            self.purge_policies,
            self.months,
            self.runs,
            self.stops,
            self.submit_purge,
            self.audit,
            self.meter,
            self.clock,
        )

    @property
    def run_approvals(self) -> RunApprovals:
        return RunApprovals(self.approvals, self.stops.last_long_end, self.clock)

    @property
    def check_approval(self) -> CheckApproval:
        named, approvals = self.organisations.named, self.run_approvals
        return CheckApproval(self.runs, self.cancellations, approvals, named, self.clock)

    def _settle_runs(self, cases: Cases, batches: Batches) -> SettleRuns:
        steps = (self.submit_batch, self.poll_batch, self.verify_batch, self.fail_batch)
        one = SettleRun(
            self.runs,
            LateBatches(*steps),
            LeftJobs(cases, batches),
            CorrectRun(self.runs, self.meter, self.clock),
            self.clock,
            lambda: self.seconds_left,
        )
        return SettleRuns(
            self.runs,
            self.runs,
            self.executions,
            self.fail_purge,
            one,
            lambda: len(self.stops.placed),
            self.meter,
            self.clock,
            lambda: self.seconds_left,
        )

    def sweep(self) -> list[str]:
        """Settle the open runs once; the runs that failed, as the log has them."""
        failed: list[str] = []

        def isolate(run_id: str, work: Callable[[], None], *, batch: int | None = None) -> bool:
            assert batch is None or run_id
            try:
                work()
            except Exception:  # noqa: BLE001  as the wrapper of the handler
                failed.append(run_id)
                return False
            return True

        self.settle_runs(isolate)
        return failed

    def poll_batch_with(self, step: BatchStep, status: Operation, answer: Any) -> BatchStep:
        """One poll to which Genesys gives this answer."""
        self.genesys.on(status, answer)
        return self.poll_batch(step)

    def stop(self) -> None:
        """End the run as after an execution that was stopped."""
        self.fail_purge(Failure(run_id="run-1", error="ABORTED", cause="stopped"))

    def errors(self, payload: object, reference: datetime | None = None) -> dict[str, str]:
        """What is wrong with each wrong field of a request; empty for a right one."""
        wrong: dict[str, str] = {}
        try:
            self.requests.check(payload, reference)
        except InvalidRequest as refused:
            for path, message, *_ in refused.errors():
                wrong[path] = f"{wrong[path]}; {message}" if path in wrong else message
        return wrong

    @cached_property
    def sealed(self) -> list[Mapping[str, Collection[str]]]:
        """The new actions of each call of `seal_audit`."""
        return []

    def seal_audit(self, actions: Mapping[str, Collection[str]]) -> None:
        """Notes the actions; sealing has its own scene."""
        self.sealed.append(actions)

    @cached_property
    def certified(self) -> list[str]:
        """The run of each call of `certify_run`."""
        return []

    def certify_run(self, run_id: str) -> bool:
        """Notes the run; certificates have the scene of sealing."""
        self.certified.append(run_id)
        return True

    def stored(self, request: Mapping[str, Any] | None = None, **changes: Any) -> Run:
        """A run just submitted, stored."""
        run = builders.run(request=request or builders.conversation_archive(), **changes)
        return self.runs.create(run, _record(run, Action.RUN_SUBMITTED))

    def planned(
        self,
        *batches: Batch,
        request: Mapping[str, Any] | None = None,
        entries: Sequence[Entry] | None = None,
        **changes: Any,
    ) -> BatchStep:
        """A stored run with these batches (one of ten ids) planned; the step of the first."""
        run = self.stored(request, **changes)
        batches = batches or (builders.batch(),)
        for batch in batches:
            ids = entries_of(batch.planned) if entries is None else entries
            self.runs.put_batch(batch, () if batch.window else ids, PLANNER)
        plan = Plan(
            batches=max(len(batches), batches[0].total),
            targeted=sum(batch.planned for batch in batches),
            skipped={},
            hash="0" * 64,
            unit="records",
            deleted_unit="records",
        )
        running = run.model_copy(update={"plan": plan, "status": RunStatus.RUNNING})
        self.runs.plan(running, _record(run, Action.RUN_PLANNED))
        return BatchStep(run_id=run.run_id, batch=batches[0].number)

    @property
    def batch(self) -> Batch:
        """The first batch of the run, as stored."""
        return self.runs.batch("run-1", 0)

    @property
    def run(self) -> Run:
        return self.runs.get("run-1")

    @property
    def facts(self) -> list[Action]:
        """What the audit says of the run since its plan."""
        return [
            record.action
            for record in self.audit.of("run-1")
            if record.action not in (Action.RUN_SUBMITTED, Action.RUN_PLANNED)
        ]

    def fact(self, action: str) -> dict[str, Any]:
        """The newest audit record of that action, as JSON."""
        found = [record for record in self.audit.of("run-1") if record.action == action]
        return found[-1].to_json()

    @property
    def last_fact(self) -> dict[str, Any]:
        """The newest audit record, as JSON."""
        return self.audit.of("run-1")[-1].to_json()


def entries_of(count: int) -> list[Entry]:
    """A manifest of so many conversations, all old enough."""
    return [Entry(each, builders.days_ago(400), None) for each in builders.conversation_ids(count)]


def _record(run: Run, action: Action) -> AuditRecord:
    return AuditRecord(run_id=run.run_id, at=NOON, actor="tests", action=action)
