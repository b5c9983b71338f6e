"""The plan follows the execution order, and no call collides, forwards or backwards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from genesys_purge.campaign_rules.deploying import planning
from genesys_purge.campaign_rules.deploying.deployment_steps import Step
from genesys_purge.campaign_rules.deploying.planning import ambiguous, changes
from genesys_purge.campaign_rules.documented.platform import no_stages
from genesys_purge.campaign_rules.rules import LARGEST, DeployedRule, Rule
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.campaign_rules.examples import deployed, rule

NAMES = [f"rule {number}" for number in range(7)]


def rules(**orders: int) -> list[Rule]:
    """Rules of a set, by name and execution order."""
    return [Rule.parse(rule(name, order)) for name, order in orders.items()]


def there(**orders: int) -> list[DeployedRule]:
    """Deployed rules, by name and execution order."""
    return [deployed(name, order, id=f"id-{name}") for name, order in orders.items()]


def plan(wanted: Sequence[Rule], known: Sequence[DeployedRule]) -> Sequence[Step]:
    return planning.plan(wanted, known, no_stages)


def calls(steps: Sequence[Step], wanted: Sequence[Rule]) -> list[tuple[str, str, int]]:
    """The calls: action, name, and the execution order that each gives."""
    orders = {each.name: each.execution_order for each in wanted}
    return [
        (step.action, step.name, orders[step.name] if step.parked_at is None else step.parked_at)
        for step in steps
        if step.action != "none"
    ]


def planned(wanted: Sequence[Rule], known: Sequence[DeployedRule]) -> list[tuple[str, str, int]]:
    return calls(plan(wanted, known), wanted)


def test_rules_are_created_in_execution_order() -> None:
    assert planned(rules(B=2, A=1, C=3), []) == [
        ("create", "A", 1),
        ("create", "B", 2),
        ("create", "C", 3),
    ]


def test_unchanged_rule_needs_no_call() -> None:
    steps = plan(rules(A=1, B=2), there(A=1, B=5))
    assert [(step.name, step.action, step.state) for step in steps] == [
        ("A", "none", "unchanged"),
        ("B", "update", "planned"),
    ]
    assert changes(steps) == {"create": 0, "update": 1, "unchanged": 1}


def test_rule_that_holds_a_wanted_order_moves_first() -> None:
    assert planned(rules(A=1, B=2, C=3), there(A=9, B=1, C=2)) == [
        ("update", "C", 3),
        ("update", "B", 2),
        ("update", "A", 1),
    ]


def test_one_rule_of_a_circle_is_parked_and_comes_last() -> None:
    steps = plan(rules(A=2, B=3, C=1), there(A=1, B=2, C=3, other=50))
    assert calls(steps, rules(A=2, B=3, C=1)) == [
        ("update", "A", 51),
        ("update", "C", 1),
        ("update", "B", 3),
        ("update", "A", 2),
    ]
    assert changes(steps) == {"create": 0, "update": 3, "unchanged": 0}
    assert [step.before and step.before["executionOrder"] for step in steps] == [1, 3, 2, 51]


def test_rule_is_parked_at_a_low_order_if_no_higher_one_exists() -> None:
    known = [*there(A=1, B=2, Z=0), deployed("Y", LARGEST, id="id-Y")]
    steps = plan(rules(A=2, B=1), known)
    assert [step.parked_at for step in steps] == [3, None, None]


def test_new_rule_waits_for_the_holder_of_its_order() -> None:
    assert planned(rules(A=7, N=1), there(A=1)) == [("update", "A", 7), ("create", "N", 1)]


def test_name_of_two_deployed_rules_is_ambiguous() -> None:
    known = [deployed("A", 1, id="id-1"), deployed("A", 2, id="id-2"), deployed("Z", 3)]
    assert [error.path for error in ambiguous(rules(B=1, A=2), known)] == ["rules.1.name"]
    assert not [*ambiguous(rules(B=1, Z=2), known)]


class Campaign:
    """Execution orders at Genesys, which refuses the order of another rule."""

    def __init__(self, known: Sequence[DeployedRule]) -> None:
        self.orders = {each.name: each.execution_order for each in known}

    def put(self, name: str, order: int) -> None:
        taken = {each: holder for holder, each in self.orders.items() if holder != name}
        if order in taken:
            pytest.fail(f"{name} collides with {taken[order]} at {order}")
        self.orders[name] = order


@st.composite
def campaigns(draw: st.DrawFn) -> tuple[list[Rule], list[DeployedRule]]:
    """A rule set and deployed rules; rules outside the set hold no wanted order."""
    present = draw(st.lists(st.sampled_from(NAMES), unique=True))
    now = draw(st.permutations(range(1, 11)))
    known = there(**dict(zip(present, now, strict=False)))
    wanted = draw(st.lists(st.sampled_from(NAMES), unique=True, min_size=1))
    taken = {each.execution_order for each in known if each.name not in wanted}
    free = [order for order in draw(st.permutations(range(1, 18))) if order not in taken]
    return rules(**dict(zip(wanted, free, strict=False))), known


@given(campaigns())
def test_no_call_collides_forwards_or_backwards(
    case: tuple[list[Rule], list[DeployedRule]],
) -> None:
    wanted, known = case
    steps = plan(wanted, known)
    genesys = Campaign(known)
    done: list[tuple[str, int | None]] = []
    for _, name, order in calls(steps, wanted):
        done.append((name, genesys.orders.get(name)))
        genesys.put(name, order)
    expected: dict[str, Any] = {each.name: each.execution_order for each in known}
    expected |= {each.name: each.execution_order for each in wanted}
    assert genesys.orders == expected
    for name, former in reversed(done):
        if former is None:
            del genesys.orders[name]
        else:
            genesys.put(name, former)
    assert genesys.orders == {each.name: each.execution_order for each in known}


@given(campaigns())
def test_plan_has_no_unnecessary_step(case: tuple[list[Rule], list[DeployedRule]]) -> None:
    wanted, known = case
    steps = plan(wanted, known)
    before = {each.name: each.execution_order for each in known}
    finals = [step for step in steps if step.parked_at is None]
    assert sorted(step.name for step in finals) == sorted(each.name for each in wanted)
    for step, each in ((s, w) for s in finals for w in wanted if s.name == w.name):
        is_there = before.get(each.name) == each.execution_order
        expected = "none" if is_there else "update" if each.name in before else "create"
        assert step.action == expected
    assert len(steps) - len(finals) == circles(wanted, before)


def circles(wanted: Sequence[Rule], before: dict[str, int | None]) -> int:
    """How many groups of rules swap their orders in a circle."""
    holders = {order: name for name, order in before.items()}
    wants = {each.name: holders.get(each.execution_order) for each in wanted}
    found = set()
    for name in wants:
        path = [name]
        while (following := wants.get(path[-1])) and following not in path:
            path.append(following)
        if len(path) > 1 and wants.get(path[-1]) == name:
            found.add(frozenset(path))
    return len(found)
