"""Evaluation of contacts: matches, conflicts, counts and time."""

from __future__ import annotations

import io
import json
from itertools import combinations, count
from typing import Any

from genesys_purge.campaign_rules.checking import check
from genesys_purge.campaign_rules.evaluating.evaluation import Evaluation, rivals_in
from genesys_purge.campaign_rules.rules import RuleSet
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes import MemoryMeter
from tests.unit.campaign_rules.examples import condition, rule, rule_set, set_list


def wants(name: str, attribute: str, *actions: dict[str, Any], order: int = 1, **more: Any) -> Any:
    """A rule that matches a contact whose attribute is true."""
    conditions = [condition(attribute, "equals", True, "boolean")]
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


def test_matches_are_in_execution_order() -> None:
    evaluation = Evaluation(RIVALS)
    assert evaluation.matching(contact("a", "b")) == ("B", "A")
    assert evaluation.matching(contact()) == ()


def test_contact_conflicts_if_matching_rules_set_a_list_differently() -> None:
    expected = {"": 0, "a": 0, "b": 0, "ac": 0, "ab": 1, "bc": 1, "abc": 1}
    for attributes, conflicts in expected.items():
        evaluation = Evaluation(RIVALS)
        evaluation.matching(contact(*attributes))
        assert evaluation.conflicts == conflicts, attributes


def test_conflict_needs_one_list_two_values_and_two_matches() -> None:
    others = [
        (wants("B", "a", set_list("L", "y"), order=2), 1),
        (wants("B", "a", set_list("L", 1), order=2), 1),
        (wants("B", "a", set_list("M", "x"), set_list("L", "y"), order=2), 1),
        (wants("B", "a", set_list("L", "x"), order=2), 0),
        (wants("B", "a", set_list("M", "y"), order=2), 0),
        (wants("B", "a", {"type": "tag", "listId": "L", "value": "y"}, order=2), 0),
        (wants("B", "b", set_list("L", "y"), order=2), 0),
        (wants("B", "a", set_list("L", "y"), order=2, enabled=False), 0),
    ]
    for other, conflicts in others:
        evaluation = Evaluation(checked(wants("A", "a", set_list("L", "x")), other))
        evaluation.matching(contact("a"))
        assert evaluation.conflicts == conflicts, other


def test_rule_does_not_conflict_with_itself() -> None:
    evaluation = Evaluation(checked(wants("A", "a", set_list("L", "x"), set_list("L", "y"))))
    evaluation.matching(contact("a"))
    assert evaluation.conflicts == 0


def test_list_values_are_compared_as_json() -> None:
    def rivals(one: object, other: object) -> set[str]:
        rules = checked(
            wants("A", "a", set_list("L", one)), wants("B", "b", set_list("L", other), order=2)
        )
        return rivals_in(rules)["A"]

    assert rivals(1, 1.0) == set()
    different: list[tuple[object, object]] = [(1, True), (1, "1"), (None, False), ("x", "X")]
    assert [rivals(*pair) for pair in different] == [{"B"}] * 4


def test_counts_and_time_add_up() -> None:
    ticks = count()
    evaluation = Evaluation(RIVALS, clock=lambda: float(next(ticks)) * 0.5)
    for attributes in ("ab", "a", "bc"):
        evaluation.matching(contact(*attributes))
    assert evaluation.counted() == {
        "evaluated": 3,
        "conflicts": 2,
        "unreadable": {},
        "averageLatencySeconds": 0.5,
    }
    meter = MemoryMeter()
    evaluation.report(meter)
    assert meter.counts == {"Evaluations": 3, "ConflictsDetected": 2}
    assert meter.durations == {"EvaluationLatency": 0.5}


def test_evaluation_without_contacts_has_no_average() -> None:
    evaluation, meter = Evaluation(RIVALS), MemoryMeter()
    evaluation.report(meter)
    assert evaluation.counted() == {"evaluated": 0, "conflicts": 0, "unreadable": {}}
    assert meter.durations == {}


def test_matches_are_written_one_line_for_each_contact() -> None:
    file = io.BytesIO()
    Evaluation(RIVALS).write([(0, contact("a")), (4, contact()), (5, contact("b", "c"))], file)
    assert [json.loads(line) for line in file.getvalue().splitlines()] == [
        {"contact": 0, "rules": ["A"]},
        {"contact": 4, "rules": []},
        {"contact": 5, "rules": ["B", "C"]},
    ]


def test_contact_is_evaluated_when_its_match_is_requested() -> None:
    evaluation = Evaluation(RIVALS)
    matches = evaluation.matches(enumerate([contact("a"), contact("b")]))
    next(matches)
    assert evaluation.evaluated == 1


lists = st.lists(st.tuples(st.sampled_from("LM"), st.sampled_from(["x", "y", 1, True])), max_size=2)


@given(st.lists(lists, min_size=1, max_size=5), st.sets(st.integers(1, 5)))
def test_conflicts_agree_with_a_comparison_of_every_pair(
    sets: list[list[tuple[str, object]]], matching: set[int]
) -> None:
    rules = checked(
        *(
            wants(f"R{n}", f"a{n}", *(set_list(*each) for each in actions), order=n)
            for n, actions in enumerate(sets, 1)
        )
    )
    evaluation = Evaluation(rules)
    evaluation.matching(contact(*(f"a{n}" for n in matching)))
    matched = [actions for n, actions in enumerate(sets, 1) if n in matching]
    clash = any(
        a[0] == b[0] and json.dumps(a[1]) != json.dumps(b[1])
        for one, other in combinations(matched, 2)
        for a in one
        for b in other
    )
    assert evaluation.conflicts == clash
