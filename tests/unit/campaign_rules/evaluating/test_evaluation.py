"""Rules on contacts: which match, which conflict, and how long it took."""

from __future__ import annotations

import io
import json
from itertools import combinations, count
from typing import Any

import pytest
from genesys_purge.campaign_rules.checking import check
from genesys_purge.campaign_rules.evaluating.evaluation import Evaluation, rivals_in
from genesys_purge.campaign_rules.rules import RuleSet
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes import MemoryMeter
from tests.unit.campaign_rules.examples import condition, rule, rule_set, set_list


def wants(name: str, attribute: str, *actions: dict[str, Any], order: int = 1, **more: Any) -> Any:
    """A rule that matches a contact of which the attribute is true."""
    conditions = [condition(attribute, "equals", True, "boolean")]  # noqa: FBT003
    return rule(name, order, conditions=conditions, actions=list(actions), **more)


def checked(*rules: Any) -> RuleSet:
    return check(rule_set(*rules), exclusive=False)


def contact(*attributes: str) -> dict[str, bool]:
    return dict.fromkeys(attributes, True)


RIVALS = checked(
    wants("A", "a", set_list("L", "x"), order=2),
    wants("B", "b", set_list("L", "y"), order=1),
    wants("C", "c", set_list("L", "x"), order=3),
)


def test_matches_are_named_in_execution_order() -> None:
    evaluation = Evaluation(RIVALS)
    assert evaluation.matching(contact("a", "b")) == ("B", "A")
    assert evaluation.matching(contact()) == ()


@pytest.mark.parametrize(
    ("attributes", "conflicts"),
    [("", 0), ("a", 0), ("b", 0), ("ac", 0), ("ab", 1), ("bc", 1), ("abc", 1)],
)
def test_a_contact_conflicts_where_two_rules_that_match_set_a_list_differently(
    attributes: str, conflicts: int
) -> None:
    evaluation = Evaluation(RIVALS)
    evaluation.matching(contact(*attributes))
    assert evaluation.conflicts == conflicts


@pytest.mark.parametrize(
    ("other", "conflicts"),
    [
        (wants("B", "a", set_list("L", "y"), order=2), 1),
        (wants("B", "a", set_list("L", 1), order=2), 1),
        (wants("B", "a", set_list("M", "x"), set_list("L", "y"), order=2), 1),
        (wants("B", "a", set_list("L", "x"), order=2), 0),
        (wants("B", "a", set_list("M", "y"), order=2), 0),
        (wants("B", "a", {"type": "tag", "listId": "L", "value": "y"}, order=2), 0),
        (wants("B", "b", set_list("L", "y"), order=2), 0),
        (wants("B", "a", set_list("L", "y"), order=2, enabled=False), 0),
    ],
)
def test_each_part_of_a_conflict_counts(other: Any, conflicts: int) -> None:
    evaluation = Evaluation(checked(wants("A", "a", set_list("L", "x")), other))
    evaluation.matching(contact("a"))
    assert evaluation.conflicts == conflicts


def test_a_rule_does_not_conflict_with_itself() -> None:
    evaluation = Evaluation(checked(wants("A", "a", set_list("L", "x"), set_list("L", "y"))))
    evaluation.matching(contact("a"))
    assert evaluation.conflicts == 0


@pytest.mark.parametrize(
    ("one", "other", "are_rivals"),
    [(1, 1.0, False), (1, True, True), (1, "1", True), (None, False, True), ("x", "X", True)],
)
def test_values_are_held_against_each_other_as_json(
    one: object,
    other: object,
    are_rivals: bool,  # noqa: FBT001
) -> None:
    rules = checked(
        wants("A", "a", set_list("L", one)), wants("B", "b", set_list("L", other), order=2)
    )
    assert bool(rivals_in(rules)["A"]) is are_rivals


def test_counts_and_time_add_up() -> None:
    ticks = count()
    evaluation = Evaluation(RIVALS, clock=lambda: float(next(ticks)) * 0.5)
    for attributes in ("ab", "a", "bc"):
        evaluation.matching(contact(*attributes))
    assert evaluation.counted() == {
        "evaluated": 3,
        "conflicts": 2,
        "averageLatencySeconds": 0.5,
    }
    meter = MemoryMeter()
    evaluation.report(meter)
    assert meter.counts == {"Evaluations": 3, "ConflictsDetected": 2}
    assert meter.durations == {"EvaluationLatency": 0.5}


def test_where_there_was_no_contact_there_is_no_average() -> None:
    evaluation, meter = Evaluation(RIVALS), MemoryMeter()
    evaluation.report(meter)
    assert evaluation.counted() == {"evaluated": 0, "conflicts": 0}
    assert meter.durations == {}


def test_matches_are_written_a_line_for_each_contact() -> None:
    file = io.BytesIO()
    Evaluation(RIVALS).write([(0, contact("a")), (4, contact()), (5, contact("b", "c"))], file)
    assert [json.loads(line) for line in file.getvalue().splitlines()] == [
        {"contact": 0, "rules": ["A"]},
        {"contact": 4, "rules": []},
        {"contact": 5, "rules": ["B", "C"]},
    ]


def test_a_contact_is_evaluated_when_it_is_asked_for() -> None:
    evaluation = Evaluation(RIVALS)
    matches = evaluation.matches(enumerate([contact("a"), contact("b")]))
    next(matches)
    assert evaluation.evaluated == 1


lists = st.lists(st.tuples(st.sampled_from("LM"), st.sampled_from(["x", "y", 1, True])), max_size=2)


@given(st.lists(lists, min_size=1, max_size=5), st.sets(st.integers(0, 4)))
def test_a_conflict_is_what_a_look_at_every_pair_finds(
    sets: list[list[tuple[str, object]]], matching: set[int]
) -> None:
    rules = checked(
        *(
            wants(f"R{n}", f"a{n}", *(set_list(*each) for each in actions), order=n)
            for n, actions in enumerate(sets)
        )
    )
    evaluation = Evaluation(rules)
    evaluation.matching(contact(*(f"a{n}" for n in matching)))
    matched = [actions for n, actions in enumerate(sets) if n in matching]
    clash = any(
        a[0] == b[0] and json.dumps(a[1]) != json.dumps(b[1])
        for one, other in combinations(matched, 2)
        for a in one
        for b in other
    )
    assert evaluation.conflicts == clash
