"""A deployment on its way back: everything as it was, and what is not is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from genesys_purge.campaign_rules.deploying.deployment import Deployment
from genesys_purge.model.audit import Action

from simulator import Fault, FaultKind, Operation
from tests.unit.campaign_rules.deploying.bench import DeployBench, Killed
from tests.unit.campaign_rules.examples import rule, set_list

CREATE, UPDATE = Operation.CREATE_CAMPAIGN_RULE, Operation.UPDATE_CAMPAIGN_RULE
DELETE, LIST = Operation.DELETE_CAMPAIGN_RULE, Operation.LIST_CAMPAIGN_RULES
BEFORE = (rule("A", 1, description="as it was"), rule("other", 9))
# B is created, A is changed, and the last one fails for good.
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


def at_first(bench: DeployBench, verb: str, change: Callable[[], None]) -> None:
    """Something happens right before the first call of that kind."""
    changes = [change]

    def interfere(request: httpx.Request) -> None:
        if request.method == verb and "/rules" in request.url.path and changes:
            changes.pop()()

    bench.around_call = interfere


def test_when_a_rule_fails_for_good_the_earlier_ones_are_rolled_back_in_reverse(
    bench: DeployBench,
) -> None:
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


def test_the_outcome_of_each_rule_and_why_are_in_the_audit(bench: DeployBench) -> None:
    deployment = rolled_back(bench)
    facts = bench.audit.of(deployment.deployment_id)
    assert [(fact.action, fact.rule_name) for fact in facts[2:]] == [
        ("campaign_rule_created", "B"),
        ("campaign_rule_updated", "A"),
        ("campaign_rule_failed", "last"),
        ("campaign_rule_rolled_back", "A"),
        ("campaign_rule_rolled_back", "B"),
        ("deployment_completed", None),
    ]
    failed, ended = facts[4], facts[-1]
    assert "answered 429" in (failed.detail or "")
    assert failed.correlation_id is not None
    assert (ended.detail or "").startswith('rolled_back: "last": RateLimited')
    shown = bench.read_campaign_rules("", {"deploymentId": deployment.deployment_id}, {})
    assert "answered 429" in shown["rules"][2]["detail"]


def test_rules_that_were_not_begun_stay_as_they_are(bench: DeployBench) -> None:
    bench.simulator.faults.add(Fault(FaultKind.RATE_LIMITED, CREATE, times=5))
    deployment = bench.deploy(*AFTER)
    assert deployment.outcome == "rolled_back"
    assert bench.results(deployment) == {
        "B": ("create", "failed"),
        "A": ("update", "untouched"),
        "last": ("create", "untouched"),
    }


def test_rules_that_made_way_go_back_where_they_were(bench: DeployBench) -> None:
    bench.put(rule("B", 2))
    before = bench.contents()
    bench.simulator.faults.add(Fault(FaultKind.RATE_LIMITED, CREATE, times=5))
    deployment = bench.deploy(rule("A", 2), rule("B", 1), rule("last", 4))
    assert (deployment.outcome, bench.contents()) == ("rolled_back", before)
    assert bench.results(deployment)["A"] == ("update", "rolled_back")


@pytest.mark.parametrize(
    "kind",
    [
        FaultKind.RATE_LIMITED,
        FaultKind.UNAVAILABLE,
        FaultKind.UNAVAILABLE_AFTER,
        FaultKind.TIMEOUT_BEFORE,
        FaultKind.TIMEOUT_AFTER,
        FaultKind.DROP_AFTER,
        FaultKind.MALFORMED_AFTER,
    ],
)
@pytest.mark.parametrize(("operation", "after"), [(UPDATE, 1), (DELETE, 0), (LIST, 6), (LIST, 7)])
def test_rolling_back_is_tried_hard(
    bench: DeployBench, kind: FaultKind, operation: Operation, after: int
) -> None:
    before = bench.contents()
    # The list is read once for the plan, once for each of five tries, and twice on the way back.
    deployment = rolled_back(bench, Fault(kind, operation, after=after, times=7))
    assert (deployment.outcome, bench.contents()) == ("rolled_back", before)


@pytest.mark.parametrize("operation", [UPDATE, DELETE])
def test_what_cannot_be_rolled_back_is_told_and_keeps_no_other_from_it(
    bench: DeployBench, operation: Operation
) -> None:
    after = 1 if operation is UPDATE else 0
    deployment = rolled_back(bench, Fault(FaultKind.RATE_LIMITED, operation, after=after, times=99))
    assert deployment.outcome == "failed"
    stuck, other = ("A", "B") if operation is UPDATE else ("B", "A")
    outcomes = {name: outcome for name, (_, outcome) in bench.results(deployment).items()}
    assert outcomes == {stuck: "not_rolled_back", other: "rolled_back", "last": "failed"}
    told = [fact for fact in bench.audit.of(deployment.deployment_id) if fact.rule_name == stuck]
    assert (told[-1].action, "not rolled back" in (told[-1].detail or "")) == (
        "campaign_rule_failed",
        True,
    )


def test_a_rule_that_somebody_else_has_changed_since_is_left_as_it_is(bench: DeployBench) -> None:
    at_first(bench, "POST", lambda: None)
    bench.on_wait = once(lambda: bench.change("A", priority=77))
    deployment = rolled_back(bench)
    assert deployment.outcome == "failed"
    assert bench.results(deployment)["A"] == ("update", "not_rolled_back")
    assert bench.contents()["A"]["priority"] == 77
    assert "B" not in bench.contents()


def test_a_rule_that_somebody_else_has_deleted_since_is_not_made_again(bench: DeployBench) -> None:
    bench.on_wait = once(lambda: bench.delete("A"))
    deployment = rolled_back(bench)
    assert (deployment.outcome, list(bench.contents())) == ("failed", ["other"])
    assert bench.results(deployment)["A"] == ("update", "not_rolled_back")


def test_a_new_rule_that_somebody_else_has_deleted_since_is_as_before(bench: DeployBench) -> None:
    before = bench.contents()
    bench.on_wait = once(lambda: bench.delete("B"))
    deployment = rolled_back(bench)
    assert (deployment.outcome, bench.contents()) == ("rolled_back", before)


def test_a_new_rule_that_somebody_else_has_changed_since_is_not_deleted(bench: DeployBench) -> None:
    bench.on_wait = once(lambda: bench.change("B", priority=77))
    deployment = rolled_back(bench)
    assert deployment.outcome == "failed"
    assert bench.contents()["B"]["priority"] == 77
    assert bench.results(deployment)["B"] == ("create", "not_rolled_back")


def test_an_order_that_somebody_else_has_taken_since_is_not_fought_for(bench: DeployBench) -> None:
    bench.on_wait = once(lambda: bench.change("other", executionOrder=1))
    deployment = rolled_back(bench)
    assert deployment.outcome == "failed"
    assert bench.contents()["A"]["executionOrder"] == 3
    detail = next(step.detail for step in deployment.steps if step.name == "A")
    assert '"other" has its execution order 1' in (detail or "")


def test_what_somebody_else_changed_before_our_call_is_what_is_rolled_back(
    bench: DeployBench,
) -> None:
    at_first(bench, "PUT", lambda: bench.change("A", priority=77))
    deployment = rolled_back(bench)
    assert deployment.outcome == "rolled_back"
    assert bench.contents()["A"]["priority"] == 77
    assert bench.contents()["A"]["description"] == "as it was"


def test_a_rule_that_somebody_else_deletes_before_our_call_fails_at_once(
    bench: DeployBench,
) -> None:
    at_first(bench, "PUT", lambda: bench.delete("other"))
    deployment = bench.deploy(rule("B", 2), rule("other", 9, priority=2))
    assert (deployment.outcome, list(bench.contents())) == ("rolled_back", ["A"])
    assert "answered 404" in (deployment.detail or "")


def test_a_rule_that_somebody_else_deletes_between_our_tries_fails(bench: DeployBench) -> None:
    bench.simulator.faults.add(Fault(FaultKind.RATE_LIMITED, UPDATE))
    bench.on_wait = once(lambda: bench.delete("other"))
    deployment = bench.deploy(rule("B", 2), rule("other", 9, priority=2))
    assert (deployment.outcome, list(bench.contents())) == ("rolled_back", ["A"])
    assert deployment.detail == '"other": another client deleted it meanwhile'


def test_an_order_that_somebody_else_takes_before_our_call_fails_with_who_has_it(
    bench: DeployBench,
) -> None:
    at_first(bench, "POST", lambda: bench.change("other", executionOrder=2))
    deployment = bench.deploy(rule("A", 5), rule("B", 2))
    assert (deployment.outcome, len(bench.sent())) == ("rolled_back", 4)
    assert deployment.detail == '"B": "other" has execution order 2 meanwhile'


def test_a_conflict_that_nothing_explains_is_not_fought_for_ever(bench: DeployBench) -> None:
    bench.seen_as = lambda seen: seen | {"version": 7}
    deployment = bench.deploy(rule("B", 2), rule("A", 1, priority=2))
    assert deployment.outcome == "rolled_back"
    assert "answered 409" in (deployment.detail or "")
    assert [verb for verb, _ in bench.sent()].count("PUT") == 5


def test_a_list_that_cannot_be_read_on_the_way_back_ends_as_failed(bench: DeployBench) -> None:
    deployment = rolled_back(bench, Fault(FaultKind.RATE_LIMITED, LIST, after=6, times=999))
    assert deployment.outcome == "failed"
    assert bench.results(deployment) == {
        "B": ("create", "not_rolled_back"),
        "A": ("update", "not_rolled_back"),
        "last": ("create", "failed"),
    }


def test_a_list_that_cannot_be_read_on_the_way_there_has_everything_rolled_back(
    bench: DeployBench,
) -> None:
    before = bench.contents()
    bench.simulator.faults.add(Fault(FaultKind.RATE_LIMITED, LIST, after=2, times=5))
    verified = bench.deploy(*AFTER)
    assert (verified.outcome, bench.contents()) == ("rolled_back", before)
    assert "RateLimited" in (verified.detail or "")
    bench.simulator.faults.add(Fault(FaultKind.RATE_LIMITED, LIST, after=1, times=5))
    applied = bench.deploy(*AFTER)
    assert (applied.outcome, bench.contents()) == ("rolled_back", before)
    assert bench.results(applied)["B"] == ("create", "untouched")
    bench.simulator.faults.add(Fault(FaultKind.RATE_LIMITED, LIST, times=5))
    assert bench.deploy(*AFTER).outcome == "failed"


def test_a_call_that_takes_effect_after_it_was_rolled_back_is_rolled_back_again(
    bench: DeployBench,
) -> None:
    before = bench.contents()
    late = [{"executionOrder": 3, "actions": AFTER[1]["actions"], "description": ""}]

    def take_effect_late(_: float) -> None:
        (deployment,) = bench.deployments.all()
        if bench.results(deployment).get("A") == ("update", "rolled_back") and late:
            bench.change("A", **late.pop())

    bench.on_wait = take_effect_late
    deployment = rolled_back(bench)
    assert (late, deployment.outcome, bench.contents()) == ([], "rolled_back", before)
    count = bench.actions(deployment).count(Action.CAMPAIGN_RULE_ROLLED_BACK)
    assert count == 3


def test_what_needs_more_than_a_task_has_time_for_is_rolled_back_by_several(
    bench: DeployBench,
) -> None:
    before = bench.contents()
    rules = [rule(f"rule {number}", 20 + number) for number in range(9)]
    fault = Fault(FaultKind.RATE_LIMITED, CREATE, after=8, times=5)
    bench.simulator.faults.add(fault)
    bench.around_call = lambda request: bench.clock.wait(3 * (request.method == "DELETE"))
    deployment = bench.deploy(*rules)
    assert (deployment.outcome, bench.contents()) == ("rolled_back", before)


def test_a_task_that_always_dies_at_its_call_is_not_repeated_for_ever(bench: DeployBench) -> None:
    def die(request: httpx.Request) -> None:
        if request.method in dying:
            raise Killed

    dying = {"PUT"}
    bench.around_call = die
    deployment = bench.deploy(rule("B", 2), rule("A", 3))
    assert deployment.outcome == "rolled_back"
    assert "failed in 5 tries" in (deployment.detail or "")
    dying.add("DELETE")
    stuck = bench.deploy(rule("B", 2), rule("A", 3))
    assert stuck.outcome == "failed"
    assert bench.results(stuck)["B"] == ("create", "not_rolled_back")


def test_what_genesys_keeps_otherwise_than_it_was_sent_is_rolled_back(bench: DeployBench) -> None:
    before = bench.contents()
    bench.seen_as = lambda seen: seen | {"priority": 1} if seen["version"] == 2 else seen
    deployment = bench.deploy(rule("A", 1, priority=500))
    assert (deployment.outcome, bench.contents()) == ("rolled_back", before)
    assert "reads back different from what was sent: priority" in (deployment.detail or "")


def test_a_rule_deployed_and_gone_again_does_not_read_back(bench: DeployBench) -> None:
    gets: list[str] = []

    def delete_before_the_third_look(request: httpx.Request) -> None:
        if request.method == "GET":
            gets.append(request.method)
            if len(gets) == 5:
                bench.delete("B")

    bench.around_call = delete_before_the_third_look
    deployment = bench.deploy(rule("B", 2), rule("A", 3))
    assert deployment.outcome == "rolled_back"
    assert "is missing when it is read back" in (deployment.detail or "")
    assert bench.contents()["A"]["executionOrder"] == 1


def once(change: Callable[[], Any]) -> Callable[[float], None]:
    """Something that happens at the first real wait, between the last rule's tries."""
    changes = [change]

    def happen(seconds: float) -> None:
        if seconds and changes:
            changes.pop()()

    return happen
