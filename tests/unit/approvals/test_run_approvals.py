"""Runs that need the approval of another person, from the plan to the deleting call."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest.mock import PropertyMock, patch

import pytest
from genesys_purge.approvals.decide_approval import DecideApproval
from genesys_purge.approvals.withdraw_approval import WithdrawApproval
from genesys_purge.calling.cancellations import RunCancelled
from genesys_purge.errors import InvalidRequest, Misconfigured, NotApproved, NotEntitled
from genesys_purge.methods.documented.conversation_archive import LOOK_UP, SUBMIT
from genesys_purge.model.approval import ApprovalState
from genesys_purge.model.approval_rules import ApprovalRules, RulesInForce
from genesys_purge.model.audit import Action
from genesys_purge.model.batch import BatchState
from genesys_purge.model.cancellation import RunCancellation
from genesys_purge.model.messages import BatchStep, Failure, PlanSummary, RunRef
from genesys_purge.model.run import Outcome, RunStatus
from genesys_purge.model.stops import Stop, StopScope
from genesys_purge.model.submission import Submission

from tests import builders
from tests.clock import NOON
from tests.unit.workbench import Workbench
from tests.webhook_builders import fact

RUN = RunRef(run_id="run-1")
STEP = BatchStep(run_id="run-1", batch=0)
RULES = {"rules": [{"name": "two eyes", "requesters": ["person"], "above": 3, "approvals": 1}]}


class Desk:
    """A run of ten records in two batches that ann submitted, and those who decide about it."""

    def __init__(self, rules: Any = RULES, **changes: Any) -> None:
        self.bench = Workbench(batch_size=5)
        self.bench.approval_rules = RulesInForce(ApprovalRules.parse(rules), 7)
        self.bench.genesys.on(LOOK_UP, found)
        self.bench.genesys.on(SUBMIT, {"jobId": "job-1"})
        asked = {"submitted_by": "arn:ann", "submitted_by_person": "user:ANN"}
        self.bench.stored(**asked | changes)

    def plan(self) -> PlanSummary:
        return self.bench.plan_purge(RUN)

    def check(self) -> PlanSummary:
        return self.bench.check_approval(RUN)

    def approve(self, person: str = "user:BOB", decision: str = "approve") -> None:
        decide = DecideApproval(self.bench.approvals, {}, self.bench.clock)
        shown = self.bench.approvals.get("run-run-1").subject_hash
        decide(sent({"decision": decision, "subjectHash": shown}, person))

    def withdraw(self) -> None:
        WithdrawApproval(self.bench.approvals, self.bench.clock)(sent({}, "user:ANN"))

    @property
    def state(self) -> ApprovalState:
        return self.bench.approvals.get("run-run-1").state

    def running(self) -> Desk:
        """Approved, and begun."""
        self.plan()
        self.approve()
        self.check()
        return self


def sent(payload: Any, person: str) -> Submission:
    return Submission(payload, f"arn:{person}", None, person, {"approvalId": "run-run-1"})


def found(body: Any) -> dict[str, Any]:
    ids = body["query"].partition("(")[2].rstrip(")").replace('"', "").split(",")
    end = builders.days_ago(400).isoformat()
    return {"data": [{"conversationId": each, "conversationEnd": end} for each in ids]}


def test_run_waits_after_its_plan_and_nothing_is_called() -> None:
    desk = Desk()
    assert desk.plan().awaits_approval
    assert desk.bench.run.status is RunStatus.AWAITING_APPROVAL
    with pytest.raises(InvalidRequest, match="awaiting_approval"):
        desk.bench.submit_batch(STEP)
    assert desk.bench.genesys.deletions == []


def test_approver_is_shown_the_plan_its_counts_and_a_sample() -> None:
    desk = Desk()
    desk.plan()
    shown = desk.bench.approvals.get("run-run-1").summary
    plan = desk.bench.run.plan
    assert plan is not None
    assert (shown["planHash"], shown["targeted"], shown["unit"]) == (plan.hash, 10, plan.unit)
    ids = builders.conversation_ids(10)
    assert shown["sample"] == [ids[0], ids[5]]
    assert shown["request"]["reason"] == "retention of one year is over"
    assert "cannot be brought back" in shown["irreversible"]


def test_approval_keeps_the_rule_of_its_plan_when_rules_change() -> None:
    desk = Desk()
    desk.plan()
    desk.bench.approval_rules = RulesInForce(ApprovalRules.parse({"rules": []}), 8)
    approval = desk.bench.approvals.get("run-run-1")
    assert (approval.rule, approval.rule_version, approval.needed) == ("two eyes", 7, 1)
    assert desk.check().awaits_approval
    with pytest.raises(InvalidRequest, match="awaiting_approval"):
        desk.bench.submit_batch(STEP)


def test_version_of_the_rules_is_in_the_audit_of_the_run() -> None:
    desk = Desk()
    desk.plan()
    assert desk.bench.fact("run_planned")["approval"]["ruleVersion"] == 7


def test_rules_that_cannot_be_read_refuse_every_plan() -> None:
    desk = Desk()
    broken = Misconfigured("the setting approval-rules, version 7 is not valid")
    with (
        patch.object(type(desk.bench), "approval_rules", PropertyMock(side_effect=broken)),
        pytest.raises(Misconfigured),
    ):
        desk.plan()
    assert (desk.bench.run.plan, desk.bench.genesys.deletions) == (None, [])


def test_plan_and_approval_are_one_write() -> None:
    desk = Desk()

    def die(name: str) -> None:
        if name == "plan":
            raise RuntimeError("the worker died")

    desk.bench.runs.before_write = die
    with pytest.raises(RuntimeError):
        desk.plan()
    assert desk.bench.approvals.stored == {}
    desk.bench.runs.before_write = lambda _: None
    desk.plan()
    assert desk.plan().awaits_approval
    assert desk.bench.fact("run_planned")["approval"]["state"] == "pending"


@pytest.mark.parametrize(
    ("minutes", "wait"), [(0, 60), (59, 60), (60, 300), (24 * 60 - 1, 300), (24 * 60, 900)]
)
def test_waiting_run_is_looked_at_less_often_with_time(minutes: int, wait: int) -> None:
    desk = Desk()
    desk.plan()
    desk.bench.clock.wait(minutes * 60)
    assert (desk.check().awaits_approval, desk.check().wait_seconds) == (True, wait)


def test_approved_run_begins_and_uses_its_approval_once() -> None:
    desk = Desk().running()
    assert (desk.state, desk.bench.run.status) == (ApprovalState.APPROVED, RunStatus.RUNNING)
    desk.bench.submit_batch(STEP)
    assert desk.state is ApprovalState.CONSUMED
    desk.bench.submit_batch(STEP.model_copy(update={"batch": 1}))
    assert (desk.state, len(desk.bench.genesys.deletions)) == (ApprovalState.CONSUMED, 2)


def test_repeated_check_of_a_running_run_changes_nothing() -> None:
    desk = Desk().running()
    assert not desk.check().awaits_approval
    assert desk.bench.run.status is RunStatus.RUNNING


@pytest.mark.parametrize("end", ["reject", "withdraw", "expire"])
def test_run_that_is_not_approved_ends_as_rejected(end: str) -> None:
    desk = Desk()
    desk.plan()
    match end:
        case "reject":
            desk.approve(decision="reject")
        case "withdraw":
            desk.withdraw()
        case _:
            desk.bench.clock.wait(timedelta(days=7).total_seconds())
    for _ in range(2):
        with pytest.raises(NotApproved) as refused:
            desk.check()
    failure = Failure(run_id="run-1", error="NotApproved", cause=str(refused.value))
    assert desk.bench.fail_purge(failure).outcome is Outcome.REJECTED
    assert desk.bench.genesys.deletions == []
    named = [each.action for each in desk.bench.audit.of("run-1") if "approval_" in each.action]
    assert named == [
        {"reject": "approval_rejected", "withdraw": "approval_withdrawn"}.get(
            end, "approval_expired"
        )
    ]


def test_run_that_is_cancelled_while_it_waits_ends_as_cancelled() -> None:
    desk = Desk()
    desk.plan()
    asked = RunCancellation(
        run_id="run-1", reason="the wrong queue", requested_at=NOON, requested_by="arn:ann"
    )
    desk.bench.cancellations.put(asked, fact(Action.RUN_CANCEL_REQUESTED))
    with pytest.raises(RunCancelled) as cancelled:
        desk.check()
    failure = Failure(run_id="run-1", error="RunCancelled", cause=str(cancelled.value))
    assert desk.bench.fail_purge(failure).outcome is Outcome.CANCELLED


def test_approval_withdrawn_before_the_first_submit_stops_it() -> None:
    desk = Desk().running()
    desk.withdraw()
    with pytest.raises(NotApproved) as refused:
        desk.bench.submit_batch(STEP)
    # The message reaches the history of the execution, which has no persons.
    assert str(refused.value) == "the approval run-run-1 is withdrawn, so nothing may be deleted"
    assert (desk.bench.batch.state, desk.bench.genesys.deletions) == (BatchState.PLANNED, [])


def test_approval_withdrawn_after_the_first_submit_stops_the_next() -> None:
    desk = Desk().running()
    desk.bench.submit_batch(STEP)
    desk.withdraw()
    second = STEP.model_copy(update={"batch": 1})
    with pytest.raises(NotApproved):
        desk.bench.submit_batch(second)
    assert len(desk.bench.genesys.deletions) == 1


def test_approval_withdrawn_between_intent_and_permit_refuses_the_call() -> None:
    desk = Desk().running()

    def switch() -> bool:
        desk.withdraw()
        return True

    # The guard reads the switch first, and the approval after it.
    with (
        patch.object(desk.bench.policies, "purging_is_on", switch),
        pytest.raises(InvalidRequest, match="is withdrawn"),
    ):
        desk.bench.submit_batch(STEP)
    assert (desk.bench.batch.state, desk.bench.genesys.deletions) == (BatchState.PLANNED, [])


def test_approval_that_expires_before_its_use_allows_nothing() -> None:
    desk = Desk().running()
    desk.bench.clock.wait(timedelta(days=7).total_seconds())
    with pytest.raises(NotApproved, match="expired"):
        desk.bench.submit_batch(STEP)


def stopped(hours: int, *, ended: int, **changes: Any) -> Stop:
    """A stop of so many hours, which ended so many hours after noon."""
    end = NOON + timedelta(hours=ended)
    times = {"stopped_at": end - timedelta(hours=hours), "resumed_at": end}
    return builders.stop(**times | changes)


def submitted_after(stop: Stop) -> Desk:
    """A run that was approved at noon and first submitted three days later."""
    desk = Desk().running()
    desk.bench.stops.placed[stop.stop_id] = stop
    desk.bench.clock.wait(timedelta(days=3).total_seconds())
    desk.bench.submit_batch(STEP)
    return desk


@pytest.mark.parametrize(
    "stop",
    [
        stopped(26, ended=25),
        # Most of it was after the approval.
        stopped(72, ended=25),
        stopped(26, ended=25, scope=StopScope.RUN, name="run-1"),
        builders.stop(resumed_at=NOON, long_stop_ended_at=NOON + timedelta(hours=25)),
    ],
)
def test_approval_is_not_used_after_a_stop_of_more_than_a_day(stop: Stop) -> None:
    with pytest.raises(NotApproved, match="until 2026-11-22T13:00:00Z, after the approval"):
        submitted_after(stop)


@pytest.mark.parametrize(
    "stop",
    [
        stopped(24, ended=25),
        # Less than a day of it was after the approval.
        stopped(72, ended=24),
        stopped(26, ended=25, scope=StopScope.RUN, name="run-2"),
    ],
)
def test_approval_is_used_after_a_stop_of_at_most_a_day(stop: Stop) -> None:
    assert submitted_after(stop).state is ApprovalState.CONSUMED


def test_run_that_did_not_begin_before_a_long_stop_is_rejected() -> None:
    desk = Desk()
    desk.plan()
    desk.approve()
    stop = stopped(26, ended=25)
    desk.bench.stops.placed[stop.stop_id] = stop
    with pytest.raises(NotApproved) as refused:
        desk.check()
    failure = Failure(run_id="run-1", error="NotApproved", cause=str(refused.value))
    assert desk.bench.fail_purge(failure).outcome is Outcome.REJECTED


def test_run_that_has_begun_goes_on_after_a_long_stop() -> None:
    desk = Desk().running()
    desk.bench.submit_batch(STEP)
    stop = stopped(26, ended=25)
    desk.bench.stops.placed[stop.stop_id] = stop
    desk.bench.submit_batch(STEP.model_copy(update={"batch": 1}))
    assert len(desk.bench.genesys.deletions) == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"submitted_by": "schedule:nightly", "submitted_by_person": None},
        {"submitted_by": "event:com.example", "submitted_by_person": None},
        {"request": builders.conversation_archive(conversationIds=builders.conversation_ids(3))},
    ],
)
def test_run_that_no_rule_covers_begins_at_once(changes: dict[str, Any]) -> None:
    desk = Desk(**changes)
    assert not desk.plan().awaits_approval
    desk.bench.submit_batch(STEP)
    assert (desk.bench.approvals.stored, len(desk.bench.genesys.deletions)) == ({}, 1)


SCHEDULE = {"submitted_by": "schedule:nightly", "submitted_by_person": None}
POLICY = {"submitted_by": "policy:nightly", "submitted_by_person": "user:ANN"}


@pytest.mark.parametrize(
    ("requester", "needed"),
    [(SCHEDULE, 2), ({"submitted_by_person": "federated:1"}, 2), (POLICY, 1), ({}, 1)],
)
def test_unknown_requester_needs_one_more_person(requester: dict[str, Any], needed: int) -> None:
    desk = Desk({"rules": [{"name": "all", "approvals": 1}]}, **requester)
    desk.plan()
    for person in ("user:BOB", "user:EVE")[:needed]:
        assert desk.check().awaits_approval
        desk.approve(person)
    assert not desk.check().awaits_approval


def test_rule_of_five_persons_needs_six_for_a_schedule() -> None:
    desk = Desk({"rules": [{"name": "all", "approvals": 5}]}, **SCHEDULE)
    desk.plan()
    assert desk.bench.approvals.get("run-run-1").needed == 6


def test_person_who_applied_the_policy_does_not_approve_its_runs() -> None:
    desk = Desk({"rules": [{"name": "all", "requesters": ["policy"], "approvals": 1}]}, **POLICY)
    desk.plan()
    with pytest.raises(NotEntitled, match="asked for this yourself"):
        desk.approve("user:ANN")
    assert desk.state is ApprovalState.PENDING


def test_requester_under_another_id_is_no_approver_of_the_rule() -> None:
    rule = {"name": "all", "approvals": 1, "approvers": ["role:AROAAPP:ann@x", "user:BOB"]}
    desk = Desk({"rules": [rule]}, submitted_by_person="role:AROAREQ:ann@x")
    desk.bench.approval_rules.rules.rules[0].__dict__["approvers"] = ("role:AROAAPP:ann@x",)
    with pytest.raises(NotApproved, match="names 0; change the rule"):
        desk.plan()


def test_dry_run_needs_no_approval() -> None:
    desk = Desk(request=builders.conversation_archive(dryRun=True))
    assert not desk.plan().awaits_approval


def test_plan_that_nobody_may_approve_is_rejected() -> None:
    rule = {"name": "few", "approvals": 1, "approvers": ["user:ANN", "user:BOB"]}
    desk = Desk({"rules": [rule]})
    assert desk.plan().awaits_approval
    lonely = ApprovalRules.model_construct(
        rules=(
            ApprovalRules.parse({"rules": [rule]})
            .rules[0]
            .model_copy(update={"approvers": ("user:ANN",)}),
        ),
        expires_after_hours=1,
    )
    for requester, words in (({}, "needs 1 persons .* names 0"), (SCHEDULE, "needs 2 .* names 1")):
        other = Desk(**requester)
        other.bench.approval_rules = RulesInForce(lonely, 8)
        with pytest.raises(NotApproved, match=f"{words}; change the rule"):
            other.plan()
