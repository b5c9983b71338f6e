"""RollBackCampaignRules restores every rule, and reports each one that it cannot restore."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from genesys_purge.campaign_rules.deploying.deployment import Deployment
from genesys_purge.campaign_rules.deploying.deployment_messages import Phase
from genesys_purge.model.audit import Action

from simulator import Fault, FaultKind, Operation
from tests.unit.campaign_rules.deploying.bench import DeployBench, Killed
from tests.unit.campaign_rules.examples import rule, set_list

CREATE, UPDATE = Operation.CREATE_CAMPAIGN_RULE, Operation.UPDATE_CAMPAIGN_RULE
DELETE, LIST = Operation.DELETE_CAMPAIGN_RULE, Operation.LIST_CAMPAIGN_RULES
BEFORE = (rule("A", 1, description="as it was"), rule("other", 9))
# B is created, A is changed, and the last rule fails.
AFTER = (rule("B", 2), rule("A", 3, actions=[set_list("list-1", "x")]), rule("last", 4))
REFUSED = Fault(FaultKind.RATE_LIMITED, CREATE, after=1, times=5)


@pytest.fixture
def bench() -> DeployBench:
    bench = DeployBench()
    bench.put(*BEFORE)
    return bench


def rolled_back(bench: DeployBench, *faults: Fault) -> Deployment:
    """The deployment of AFTER, whose last rule fails."""
    bench.simulator.faults.add(REFUSED, *faults)
    return bench.deploy(*AFTER)


def before_first(bench: DeployBench, verb: str, change: Callable[[], None]) -> None:
    """Another client makes a change right before the first call with that verb."""
    changes = [change]

    def interfere(request: httpx.Request) -> None:
        if request.method == verb and "/rules" in request.url.path and changes:
            changes.pop()()

    bench.around_call = interfere


def at_first_wait(bench: DeployBench, change: Callable[[], Any]) -> None:
    """Another client makes a change during the first wait, between the tries for the last rule."""
    changes = [change]

    def happen(seconds: float) -> None:
        if seconds and changes:
            changes.pop()()

    bench.on_wait = happen


def detail_of(deployment: Deployment, name: str) -> str:
    return next(step.detail for step in deployment.steps if step.name == name) or ""


def test_failed_rule_rolls_back_the_earlier_ones_in_reverse(bench: DeployBench) -> None:
    before = bench.contents()

    deployment = rolled_back(bench)

    assert (deployment.outcome, bench.contents()) == ("rolled_back", before)
    assert bench.results(deployment) == {
        "B": ("create", "rolled_back"),
        "A": ("update", "rolled_back"),
        "last": ("create", "failed"),
    }
    calls = [(verb, body and body["name"]) for verb, body in bench.sent()[2:]]
    assert calls[:2] == [("POST", "B"), ("PUT", "A")]
    assert calls[-2:] == [("PUT", "A"), ("DELETE", None)]
    assert bench.at_genesys("A")["version"] == 3


def test_audit_records_each_rule_and_the_reason(bench: DeployBench) -> None:
    deployment = rolled_back(bench)
    records = bench.audit.of(deployment.deployment_id)
    assert [(each.action, each.rule_name) for each in records[2:]] == [
        ("campaign_rule_created", "B"),
        ("campaign_rule_updated", "A"),
        ("campaign_rule_failed", "last"),
        ("campaign_rule_rolled_back", "A"),
        ("campaign_rule_rolled_back", "B"),
        ("deployment_completed", None),
    ]
    failed, ended = records[4], records[-1]
    assert "answered 429" in (failed.detail or "")
    assert failed.correlation_id is not None
    assert ended.outcome == "rolled_back"
    assert (ended.detail or "").startswith('"last": RateLimited')
    shown = bench.read_campaign_rules("", {"deploymentId": deployment.deployment_id}, {})
    assert "answered 429" in shown["rules"][2]["detail"]


def test_planned_rules_stay_untouched(bench: DeployBench) -> None:
    bench.simulator.faults.add(Fault(FaultKind.RATE_LIMITED, CREATE, times=5))
    deployment = bench.deploy(*AFTER)
    assert deployment.outcome == "rolled_back"
    assert bench.results(deployment) == {
        "B": ("create", "failed"),
        "A": ("update", "untouched"),
        "last": ("create", "untouched"),
    }


def test_moved_rules_get_their_execution_orders_back(bench: DeployBench) -> None:
    bench.put(rule("B", 2))
    before = bench.contents()
    bench.simulator.faults.add(Fault(FaultKind.RATE_LIMITED, CREATE, times=5))
    deployment = bench.deploy(rule("A", 2), rule("B", 1), rule("last", 4))
    assert (deployment.outcome, bench.contents()) == ("rolled_back", before)
    assert bench.results(deployment)["A"] == ("update", "rolled_back")


CALL_FAULTS = (
    FaultKind.RATE_LIMITED,
    FaultKind.TIMEOUT_BEFORE,
    FaultKind.DROP_AFTER,
    FaultKind.MALFORMED_AFTER,
)
READ_FAULTS = (FaultKind.RATE_LIMITED, FaultKind.MALFORMED_AFTER)


@pytest.mark.parametrize(
    ("operation", "after", "kind"),
    [
        *((UPDATE, 1, each) for each in CALL_FAULTS),
        *((DELETE, 0, each) for each in CALL_FAULTS),
        # The plan reads the list once, five tries read it five times, and the roll back twice.
        *((LIST, 6, each) for each in READ_FAULTS),
        *((LIST, 7, each) for each in READ_FAULTS),
    ],
)
def test_seven_faults_in_a_row_do_not_end_a_roll_back(
    bench: DeployBench, operation: Operation, after: int, kind: FaultKind
) -> None:
    before = bench.contents()
    deployment = rolled_back(bench, Fault(kind, operation, after=after, times=7))
    assert (deployment.outcome, bench.contents()) == ("rolled_back", before)


@pytest.mark.parametrize(
    ("operation", "after", "stuck", "other"), [(UPDATE, 1, "A", "B"), (DELETE, 0, "B", "A")]
)
def test_rule_that_cannot_be_restored_is_reported_and_skipped(
    bench: DeployBench, operation: Operation, after: int, stuck: str, other: str
) -> None:
    deployment = rolled_back(bench, Fault(FaultKind.RATE_LIMITED, operation, after=after, times=99))
    assert deployment.outcome == "failed"
    outcomes = {name: outcome for name, (_, outcome) in bench.results(deployment).items()}
    assert outcomes == {stuck: "not_rolled_back", other: "rolled_back", "last": "failed"}
    records = [each for each in bench.audit.of(deployment.deployment_id) if each.rule_name == stuck]
    assert records[-1].action == "campaign_rule_failed"
    assert (records[-1].detail or "").startswith("not rolled back: RateLimited")


def test_rule_changed_by_another_client_is_kept(bench: DeployBench) -> None:
    at_first_wait(bench, lambda: bench.change("A", priority=77))
    deployment = rolled_back(bench)
    assert deployment.outcome == "failed"
    assert bench.results(deployment)["A"] == ("update", "not_rolled_back")
    assert bench.contents()["A"]["priority"] == 77
    assert "B" not in bench.contents()


def test_new_rule_changed_by_another_client_is_not_deleted(bench: DeployBench) -> None:
    at_first_wait(bench, lambda: bench.change("B", priority=77))
    deployment = rolled_back(bench)
    assert deployment.outcome == "failed"
    assert bench.contents()["B"]["priority"] == 77
    assert bench.results(deployment)["B"] == ("create", "not_rolled_back")


def test_rule_deleted_by_another_client_is_not_created_again(bench: DeployBench) -> None:
    at_first_wait(bench, lambda: bench.delete("A"))
    deployment = rolled_back(bench)
    assert (deployment.outcome, list(bench.contents())) == ("failed", ["other"])
    assert bench.results(deployment)["A"] == ("update", "not_rolled_back")


def test_new_rule_deleted_by_another_client_counts_as_rolled_back(bench: DeployBench) -> None:
    before = bench.contents()
    at_first_wait(bench, lambda: bench.delete("B"))
    deployment = rolled_back(bench)
    assert (deployment.outcome, bench.contents()) == ("rolled_back", before)


def test_created_rule_missing_in_an_outdated_list_is_deleted(bench: DeployBench) -> None:
    before = bench.contents()
    hidden: set[str] = set()
    bench.seen_as = lambda seen: None if seen["name"] in hidden else seen
    at_first_wait(bench, lambda: hidden.add("B"))
    deployment = rolled_back(bench)
    assert (deployment.outcome, bench.contents()) == ("rolled_back", before)
    assert [verb for verb, _ in bench.sent()].count("DELETE") == 1


def test_execution_order_taken_by_another_client_is_reported(bench: DeployBench) -> None:
    at_first_wait(bench, lambda: bench.change("other", executionOrder=1))
    deployment = rolled_back(bench)
    assert deployment.outcome == "failed"
    assert bench.contents()["A"]["executionOrder"] == 3
    assert '"other" has its execution order 1' in detail_of(deployment, "A")


def test_change_of_another_client_before_our_call_is_restored(bench: DeployBench) -> None:
    before_first(bench, "PUT", lambda: bench.change("A", priority=77))
    deployment = rolled_back(bench)
    assert deployment.outcome == "rolled_back"
    assert bench.contents()["A"]["priority"] == 77
    assert bench.contents()["A"]["description"] == "as it was"


def test_rule_deleted_before_our_call_fails_at_once(bench: DeployBench) -> None:
    before_first(bench, "PUT", lambda: bench.delete("other"))
    deployment = bench.deploy(rule("B", 2), rule("other", 9, priority=2))
    assert (deployment.outcome, list(bench.contents())) == ("rolled_back", ["A"])
    assert "answered 404" in (deployment.detail or "")


def test_rule_deleted_between_our_tries_fails(bench: DeployBench) -> None:
    bench.simulator.faults.add(Fault(FaultKind.RATE_LIMITED, UPDATE))
    at_first_wait(bench, lambda: bench.delete("other"))
    deployment = bench.deploy(rule("B", 2), rule("other", 9, priority=2))
    assert (deployment.outcome, list(bench.contents())) == ("rolled_back", ["A"])
    assert deployment.detail == '"other": another client deleted it meanwhile'


def test_execution_order_taken_before_our_call_fails_with_its_holder(bench: DeployBench) -> None:
    before_first(bench, "POST", lambda: bench.change("other", executionOrder=2))
    deployment = bench.deploy(rule("A", 5), rule("B", 2))
    assert (deployment.outcome, len(bench.sent())) == ("rolled_back", 4)
    assert deployment.detail == '"B": "other" has execution order 2 meanwhile'


def test_unexplained_conflict_fails_after_five_tries(bench: DeployBench) -> None:
    bench.seen_as = lambda seen: seen | {"version": 7}
    deployment = bench.deploy(rule("B", 2), rule("A", 1, priority=2))
    assert deployment.outcome == "rolled_back"
    assert "answered 409" in (deployment.detail or "")
    assert [verb for verb, _ in bench.sent()].count("PUT") == 5


def test_list_unreadable_during_a_roll_back_ends_as_failed(bench: DeployBench) -> None:
    deployment = rolled_back(bench, Fault(FaultKind.RATE_LIMITED, LIST, after=6, times=999))
    assert deployment.outcome == "failed"
    assert bench.results(deployment) == {
        "B": ("create", "not_rolled_back"),
        "A": ("update", "not_rolled_back"),
        "last": ("create", "failed"),
    }


@pytest.mark.parametrize(
    ("reads_before", "outcome", "of_b"),
    [
        (2, "rolled_back", ("create", "rolled_back")),
        (1, "rolled_back", ("create", "untouched")),
        (0, "failed", None),
    ],
)
def test_list_unreadable_in_any_phase_leaves_the_rules_as_before(
    bench: DeployBench, reads_before: int, outcome: str, of_b: tuple[str, str] | None
) -> None:
    before = bench.contents()
    bench.simulator.faults.add(Fault(FaultKind.RATE_LIMITED, LIST, after=reads_before, times=5))
    deployment = bench.deploy(*AFTER)
    assert (deployment.outcome, bench.contents()) == (outcome, before)
    assert bench.results(deployment).get("B") == of_b
    assert "RateLimited" in (deployment.detail or "")


def test_late_effect_of_a_call_is_rolled_back_again(bench: DeployBench) -> None:
    before = bench.contents()
    late = [{"executionOrder": 3, "actions": AFTER[1]["actions"], "description": ""}]

    def take_effect_late(_: float) -> None:
        (deployment,) = bench.deployments.all()
        if bench.results(deployment).get("A") == ("update", "rolled_back") and late:
            bench.change("A", **late.pop())

    bench.on_wait = take_effect_late
    deployment = rolled_back(bench)
    assert (late, deployment.outcome, bench.contents()) == ([], "rolled_back", before)
    assert bench.actions(deployment).count(Action.CAMPAIGN_RULE_ROLLED_BACK) == 3


def test_call_in_doubt_settles_before_the_first_read_counts(bench: DeployBench) -> None:
    bench.simulator.faults.add(Fault(FaultKind.TIMEOUT_BEFORE, CREATE, after=1, times=5))
    assert bench.deploy(*AFTER).outcome == "rolled_back"
    # The waits between five tries, the settling of the last call, and the check of the result.
    assert [wait for wait in bench.waits if wait] == [5, 5, 8, 16, 5, 5]


def test_slow_roll_back_is_continued_by_the_next_task(bench: DeployBench) -> None:
    before = bench.contents()
    rules = [rule(f"rule {number}", 20 + number) for number in range(9)]
    bench.simulator.faults.add(Fault(FaultKind.RATE_LIMITED, CREATE, after=8, times=5))
    bench.around_call = lambda request: bench.clock.wait(3 * (request.method == "DELETE"))
    deployment = bench.deploy(*rules)
    assert (deployment.outcome, bench.contents()) == ("rolled_back", before)


def test_task_that_dies_at_every_call_fails_after_all_tries(bench: DeployBench) -> None:
    def die(request: httpx.Request) -> None:
        if request.method in dying:
            raise Killed

    dying = {"PUT"}
    bench.around_call = die
    deployment = bench.deploy(rule("B", 2), rule("A", 3))
    assert deployment.outcome == "rolled_back"
    assert "failed in 5 tries; none was answered" in (deployment.detail or "")
    dying.add("DELETE")
    stuck = bench.deploy(rule("B", 2), rule("A", 3))
    assert stuck.outcome == "failed"
    assert "failed in 12 tries; none was answered" in detail_of(stuck, "B")


def test_rule_stored_differently_by_genesys_is_rolled_back(bench: DeployBench) -> None:
    before = bench.contents()
    bench.seen_as = lambda seen: seen | {"priority": 1} if seen["version"] == 2 else seen
    deployment = bench.deploy(rule("A", 1, priority=500))
    assert (deployment.outcome, bench.contents()) == ("rolled_back", before)
    assert "reads back different from what was sent: priority" in (deployment.detail or "")


def test_rule_missing_at_its_verification_rolls_back_the_others(bench: DeployBench) -> None:
    reads: list[str] = []

    def delete_before_the_third_read(request: httpx.Request) -> None:
        if request.method == "GET":
            reads.append(request.method)
            if len(reads) == 5:
                bench.delete("B")

    bench.around_call = delete_before_the_third_read
    deployment = bench.deploy(rule("B", 2), rule("A", 3))
    assert deployment.outcome == "rolled_back"
    assert "is missing when it is read back" in (deployment.detail or "")
    assert bench.contents()["A"]["executionOrder"] == 1


def test_repeated_task_does_not_believe_a_list_that_may_be_outdated(bench: DeployBench) -> None:
    """The wait before the second reading counts from the roll back, not from the message."""
    bench.simulator.faults.add(Fault(FaultKind.RATE_LIMITED, CREATE, after=1, times=5))
    step = bench.executions.started[bench.submit(*AFTER)]
    while step.next is not Phase.ROLL_BACK or step.wait_seconds != 5:
        step = bench.phases[step.next](step)
    repeated = bench.phases[Phase.ROLL_BACK](step)
    assert (repeated.next, repeated.wait_seconds) == (Phase.ROLL_BACK, 5)
    bench.clock.wait(5)
    assert bench.phases[Phase.ROLL_BACK](repeated).next is Phase.COMPLETE
