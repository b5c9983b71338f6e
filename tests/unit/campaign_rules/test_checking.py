"""Rule sets held against themselves and what is deployed: every error at once, both rules named."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.campaign_rules.checking import check
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.campaign_rules.examples import (
    condition,
    deployed,
    found,
    only,
    paths,
    rule,
    rule_set,
    set_list,
)


def setting(name: str, order: int, value: object, list_id: str = "L", **fields: Any) -> Any:
    """A rule that sets one list."""
    return rule(name, order, actions=[set_list(list_id, value)], **fields)


def test_rules_that_share_nothing_are_accepted_in_their_order() -> None:
    document = rule_set(setting("A", 2, "x", "L"), setting("B", 1, "y", "M"))
    checked = check(document, [deployed("Z", 3, actions=[set_list("N", "z")])])
    assert checked.campaign_id == "campaign-1"
    assert [each.name for each in checked.rules] == ["A", "B"]


@pytest.mark.parametrize("document", [None, True, 1, "rules", [], [rule()]])
def test_a_rule_set_is_a_json_object(document: object) -> None:
    assert only(document) == ("request", "must be a JSON object")


@pytest.mark.parametrize(
    "campaign_id", ["", "a/b", "../x", "a b", "a\n", "?", "x" * 81, "ü", 7, None]
)
def test_a_campaign_id_is_fit_for_a_path(campaign_id: object) -> None:
    assert only(rule_set(rule(), campaignId=campaign_id)).path == "campaignId"


@pytest.mark.parametrize("campaign_id", ["1", "6a7e8feb-b491-4cf7", "A_1", "x" * 80])
def test_campaign_ids_are_uuids_or_anything_like_them(campaign_id: str) -> None:
    assert found(rule_set(rule(), campaignId=campaign_id)) == []


@pytest.mark.parametrize("rules", [None, {}, "A", [], [rule()] * 501])
def test_a_rule_set_has_a_list_of_some_rules(rules: object) -> None:
    assert paths({"campaignId": "c", "rules": rules})[0] == "rules"


def test_five_hundred_rules_are_allowed() -> None:
    assert found(rule_set(*(rule(f"R{number}", number) for number in range(500)))) == []


@pytest.mark.parametrize("field", ["campaignId", "rules"])
def test_a_rule_set_lacks_what_is_required(field: str) -> None:
    document = rule_set(rule())
    del document[field]
    assert only(document) == (field, "is required")


@pytest.mark.parametrize("field", ["colour", "campaign_id", "version"])
def test_a_rule_set_has_no_other_fields(field: str) -> None:
    assert only(rule_set(rule(), **{field: "x"})).path == field


def test_two_rules_of_one_name_are_told() -> None:
    assert only(rule_set(rule("A", 1), rule("B", 2), rule("A", 3))) == (
        "rules.2.name",
        'rules.0 "A" and rules.2 "A" have the same name, A',
    )


def test_names_that_differ_in_case_are_different() -> None:
    assert found(rule_set(rule("A", 1), rule("a", 2))) == []


def test_two_rules_of_one_execution_order_are_told() -> None:
    assert only(rule_set(rule("A", 1), rule("B", 2), rule("C", 1))) == (
        "rules.2.executionOrder",
        'rules.0 "A" and rules.2 "C" have the same execution order, 1',
    )


def test_an_execution_order_may_not_be_that_of_a_deployed_rule() -> None:
    assert only(rule_set(rule("A", 1), rule("B", 2)), [deployed("Z", 2)]) == (
        "rules.1.executionOrder",
        'the deployed rule "Z" and rules.1 "B" have the same execution order, 2',
    )


def test_an_execution_order_of_a_deployed_rule_that_is_replaced_is_free() -> None:
    assert found(rule_set(rule("A", 2)), [deployed("A", 2)]) == []
    assert found(rule_set(rule("A", 1), rule("B", 2)), [deployed("A", 2)]) == []
    assert found(rule_set(rule("A", 2), rule("B", 1)), [deployed("A", 1), deployed("B", 2)]) == []


def test_every_two_rules_of_one_execution_order_are_told_whoever_else_has_it() -> None:
    document = rule_set(rule("A", 1), rule("B", 1), rule("C", 1))
    assert paths(document, [deployed("Z", 1)]) == [
        "rules.0.executionOrder",
        "rules.1.executionOrder",
        "rules.1.executionOrder",
        "rules.2.executionOrder",
        "rules.2.executionOrder",
        "rules.2.executionOrder",
    ]


def test_two_rules_that_set_one_list_to_different_values_are_told() -> None:
    other = rule("C", 3, actions=[set_list("M", "y"), set_list("L", "y")])
    assert only(rule_set(setting("A", 1, "x"), rule("B", 2), other)) == (
        "rules.2.actions.1.value",
        'rules.0 "A" and rules.2 "C" set list "L" to different values',
    )


@pytest.mark.parametrize(
    "other",
    [
        setting("B", 2, "x"),
        setting("B", 2, "y", list_id="M"),
        setting("B", 2, "y", list_id="l"),
        rule("B", 2, actions=[{"type": "addToList", "listId": "L", "value": "y"}]),
        rule("B", 2, actions=[{"type": "setlist", "listId": "L", "value": "y"}]),
    ],
)
def test_rules_exclude_each_other_only_with_one_list_and_two_values(other: Any) -> None:
    assert found(rule_set(setting("A", 1, "x"), setting("B", 2, "y"))) != []
    assert found(rule_set(setting("A", 1, "x"), other)) == []


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        (1, 1.0, False),
        (1, True, True),
        (0, False, True),
        (1, "1", True),
        (None, "x", True),
        (None, None, False),
        (True, True, False),
        ("x", "X", True),
    ],
)
def test_values_are_compared_as_json_values(one: object, other: object, *, differ: bool) -> None:
    assert bool(found(rule_set(setting("A", 1, one), setting("B", 2, other)))) is differ


def test_a_rule_may_not_set_a_list_otherwise_than_a_deployed_one() -> None:
    z = deployed("Z", 9, actions=[set_list("L", "y")])
    assert only(rule_set(setting("A", 1, "x")), [z]) == (
        "rules.0.actions.0.value",
        'the deployed rule "Z" and rules.0 "A" set list "L" to different values',
    )


@pytest.mark.parametrize(
    "harmless",
    [
        deployed("A", 9, actions=[set_list("L", "y")]),
        deployed("Z", 9, actions=[set_list("L", "x")]),
        deployed("Z", 9, actions=[set_list("M", "y")]),
        deployed("Z", 9, actions=[{"type": "addToList", "listId": "L", "value": "y"}]),
        deployed("Z", 9, actions=[{"type": "setList", "value": "y"}]),
        deployed("Z", 9, actions=[]),
        deployed("Z", 9, actions=None),
    ],
)
def test_a_deployed_rule_that_is_replaced_or_sets_nothing_else_excludes_none(harmless: Any) -> None:
    assert found(rule_set(setting("A", 1, "x")), [harmless]) == []


def test_a_deployed_value_of_any_shape_is_different() -> None:
    z = deployed("Z", 9, actions=[set_list("L", {"b": [1], "a": None})])
    assert paths(rule_set(setting("A", 1, "x")), [z]) == ["rules.0.actions.0.value"]


def test_deployed_rules_that_clash_among_themselves_are_not_this_documents_errors() -> None:
    clashing = [deployed(n, 7, actions=[set_list("L", n)]) for n in ("Y", "Z")]
    assert found(rule_set(rule("A", 1)), clashing) == []


def test_one_rule_that_sets_a_list_twice_is_no_pair() -> None:
    twice = rule("A", 1, actions=[set_list("L", "x"), set_list("L", "y")])
    assert found(rule_set(twice)) == []
    assert paths(rule_set(twice, setting("B", 2, "x"))) == ["rules.1.actions.0.value"]


def test_a_rule_that_is_not_enabled_clashes_all_the_same() -> None:
    off = setting("B", 1, "y", enabled=False)
    assert paths(rule_set(setting("A", 1, "x"), off)) == [
        "rules.1.executionOrder",
        "rules.1.actions.0.value",
    ]


def test_wrong_fields_and_clashes_are_told_at_once() -> None:
    document = rule_set(
        setting("A", 1, "x", priority=0),
        setting("A", 1, "y", conditions=[condition("a..b", "contains", 1, "number")]),
        "no rule",
        rule("", 1, actions=[{"type": ""}, set_list("L", "z"), {"type": "setList"}]),
        campaignId="a/b",
        colour="red",
    )
    assert sorted(paths(document, [deployed("Z", 1)])) == sorted(
        [
            "colour",
            "campaignId",
            "rules.0.priority",
            "rules.1.conditions.0.attribute",
            "rules.1.conditions.0.value",
            "rules.2",
            "rules.3.name",
            "rules.3.actions.0.type",
            "rules.3.actions.2.listId",
            "rules.1.name",
            *["rules.0.executionOrder"],
            *["rules.1.executionOrder"] * 2,
            *["rules.3.executionOrder"] * 3,
            "rules.1.actions.0.value",
            *["rules.3.actions.1.value"] * 2,
        ]
    )


def test_a_wrong_action_is_told_alone_and_clashes_with_none() -> None:
    wrong = rule("B", 2, actions=[{"type": "setList", "listId": "L", "value": ["y"]}])
    assert paths(rule_set(setting("A", 1, "x"), wrong, setting("C", 3, "x"))) == [
        "rules.1.actions.0.value"
    ]


def test_errors_beyond_the_first_thousand_are_not_told_one_by_one() -> None:
    clashing = [setting(f"R{number}", 1, number) for number in range(500)]
    errors = found(rule_set(*clashing))
    assert len(errors) == 1_001
    assert errors[-1] == ("request", "has more than 1000 errors")


@pytest.mark.parametrize(
    ("wrong", "last"),
    [
        (1_000, ("field999", "is not a field of this request")),
        (1_001, ("request", "has more than 1000 errors")),
    ],
)
def test_the_thousandth_error_is_told_and_the_next_is_not(
    wrong: int, last: tuple[str, str]
) -> None:
    unknown = {f"field{number}": 1 for number in range(wrong)}
    assert found(rule_set(rule(), **unknown))[-1] == last


def test_rules_beyond_the_most_are_not_looked_at() -> None:
    many = [rule(f"R{number}", number) for number in range(502)]
    assert paths(rule_set(*many, rule("R501", 501))) == ["rules"]
    assert paths(rule_set(rule("R1", 1), *many)) == [
        "rules",
        "rules.2.name",
        "rules.2.executionOrder",
    ]


def test_five_hundred_rules_of_one_action_make_no_pairs() -> None:
    alike = [rule(f"R{n}", n, actions=[set_list("L", "x")] * 20) for n in range(500)]
    assert found(rule_set(*alike)) == []


def nested(depth: int) -> object:
    return {"a": nested(depth - 1)} if depth else 1


@pytest.mark.parametrize("value", [nested(300), 2**64, "\ud800", {1: 2}])
def test_what_no_json_parser_reads_is_one_error_of_the_whole(value: object) -> None:
    document = rule_set(rule(conditions=[condition("a", "equals", value, "number")]))
    assert only(document).path == "request"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
CONDITION = condition("a", "equals", 1, "number")
changed = st.dictionaries(
    st.sampled_from([*rule(), "conditions", "actions", "enabled", "execution_order"]),
    json_values
    | st.lists(json_values | st.just(CONDITION) | st.just(set_list("L", 1)), max_size=3),
    max_size=4,
)
documents = json_values | st.lists(
    json_values | changed.map(lambda fields: rule() | fields), max_size=4
).map(lambda rules: rule_set(*rules))


@given(documents)
def test_hostile_json_is_read_or_refused_field_by_field(document: object) -> None:
    errors = found(document, [deployed("Z", 1, actions=[set_list("L", 2)])])
    assert all(message and len(path) <= 200 for path, message in errors)
    if not errors:
        assert check(check(document).to_json()) == check(document)
