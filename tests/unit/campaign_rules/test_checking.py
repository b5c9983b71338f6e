"""Rule sets checked against themselves and deployed rules; both rules of a conflict are named."""

from __future__ import annotations

from typing import Any

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


def test_valid_rules_keep_their_order() -> None:
    document = rule_set(setting("A", 2, "x", "L"), setting("B", 1, "y", "M"))
    checked = check(document, [deployed("Z", 3, actions=[set_list("N", "z")])])
    assert checked.campaign_id == "campaign-1"
    assert [each.name for each in checked.rules] == ["A", "B"]


def test_rule_set_is_a_json_object() -> None:
    documents: list[object] = [None, True, 1, "rules", [], [rule()]]
    for document in documents:
        assert only(document) == ("request", "must be a JSON object")


def test_campaign_id_is_safe_in_a_path() -> None:
    wrong: list[object] = ["", "a/b", "..", "../x", "a b", "a\n", "?", "x" * 81, "ü", 7, None]
    for campaign_id in wrong:
        assert only(rule_set(rule(), campaignId=campaign_id)).path == "campaignId"
    for campaign_id in ("1", "6a7e8feb-b491-4cf7", "A_1", "x" * 80):
        assert found(rule_set(rule(), campaignId=campaign_id)) == []


def test_rule_set_has_one_to_500_rules() -> None:
    wrong: list[object] = [None, {}, "A", [], [rule()] * 501]
    for rules in wrong:
        assert paths({"campaignId": "c", "rules": rules})[0] == "rules"
    assert found(rule_set(*(rule(f"R{number}", number) for number in range(1, 501)))) == []


def test_missing_field_of_a_rule_set_is_reported() -> None:
    for field in ("campaignId", "rules"):
        document = rule_set(rule())
        del document[field]
        assert only(document) == (field, "is required")


def test_unknown_field_of_a_rule_set_is_reported() -> None:
    for field in ("colour", "campaign_id", "version"):
        assert only(rule_set(rule(), **{field: "x"})).path == field


def test_equal_names_are_a_conflict() -> None:
    assert only(rule_set(rule("A", 1), rule("B", 2), rule("A", 3))) == (
        "rules.2.name",
        'rules.0 "A" and rules.2 "A" have the same name, A',
    )


def test_names_are_case_sensitive() -> None:
    assert found(rule_set(rule("A", 1), rule("a", 2))) == []


def test_equal_execution_orders_are_a_conflict() -> None:
    assert only(rule_set(rule("A", 1), rule("B", 2), rule("C", 1))) == (
        "rules.2.executionOrder",
        'rules.0 "A" and rules.2 "C" have the same execution order, 1',
    )


def test_execution_order_of_a_deployed_rule_is_a_conflict() -> None:
    assert only(rule_set(rule("A", 1), rule("B", 2)), [deployed("Z", 2)]) == (
        "rules.1.executionOrder",
        'the deployed rule "Z" and rules.1 "B" have the same execution order, 2',
    )


def test_execution_order_of_a_replaced_rule_is_free() -> None:
    assert found(rule_set(rule("A", 2)), [deployed("A", 2)]) == []
    assert found(rule_set(rule("A", 1), rule("B", 2)), [deployed("A", 2)]) == []
    assert found(rule_set(rule("A", 2), rule("B", 1)), [deployed("A", 1), deployed("B", 2)]) == []


def test_every_pair_with_equal_execution_orders_is_reported() -> None:
    document = rule_set(rule("A", 1), rule("B", 1), rule("C", 1))
    assert paths(document, [deployed("Z", 1)]) == [
        "rules.0.executionOrder",
        "rules.1.executionOrder",
        "rules.1.executionOrder",
        "rules.2.executionOrder",
        "rules.2.executionOrder",
        "rules.2.executionOrder",
    ]


def test_one_list_set_to_different_values_is_a_conflict() -> None:
    other = rule("C", 3, actions=[set_list("M", "y"), set_list("L", "y")])
    assert only(rule_set(setting("A", 1, "x"), rule("B", 2), other)) == (
        "rules.2.actions.1.value",
        'rules.0 "A" and rules.2 "C" set list "L" to different values',
    )


def test_equal_values_and_other_lists_are_no_conflict() -> None:
    others: list[Any] = [
        setting("B", 2, "x"),
        setting("B", 2, "y", list_id="M"),
        setting("B", 2, "y", list_id="l"),
        rule("B", 2, actions=[{"type": "addToList", "listId": "L", "value": "y"}]),
        rule("B", 2, actions=[{"type": "setlist", "listId": "L", "value": "y"}]),
    ]
    for other in others:
        assert found(rule_set(setting("A", 1, "x"), other)) == []


def in_conflict(one: object, other: object) -> bool:
    return found(rule_set(setting("A", 1, one), setting("B", 2, other))) != []


def test_list_values_are_compared_as_json() -> None:
    equal: list[tuple[object, object]] = [(1, 1.0), (None, None), (True, True)]
    different: list[tuple[object, object]] = [
        (1, True),
        (0, False),
        (1, "1"),
        (None, "x"),
        ("x", "X"),
    ]
    assert [pair for pair in equal if in_conflict(*pair)] == []
    assert [pair for pair in different if not in_conflict(*pair)] == []


def test_list_value_of_a_deployed_rule_is_a_conflict() -> None:
    z = deployed("Z", 9, actions=[set_list("L", "y")])
    assert only(rule_set(setting("A", 1, "x")), [z]) == (
        "rules.0.actions.0.value",
        'the deployed rule "Z" and rules.0 "A" set list "L" to different values',
    )


def test_harmless_deployed_rule_is_no_conflict() -> None:
    harmless = [
        deployed("A", 9, actions=[set_list("L", "y")]),
        deployed("Z", 9, actions=[set_list("L", "x")]),
        deployed("Z", 9, actions=[set_list("M", "y")]),
        deployed("Z", 9, actions=[{"type": "addToList", "listId": "L", "value": "y"}]),
        deployed("Z", 9, actions=[{"type": "setList", "value": "y"}]),
        deployed("Z", 9, actions=[]),
        deployed("Z", 9, actions=None),
    ]
    for each in harmless:
        assert found(rule_set(setting("A", 1, "x")), [each]) == []


def test_deployed_list_value_may_have_any_shape() -> None:
    z = deployed("Z", 9, actions=[set_list("L", {"b": [1], "a": None})])
    assert paths(rule_set(setting("A", 1, "x")), [z]) == ["rules.0.actions.0.value"]


def test_conflict_between_deployed_rules_is_not_reported() -> None:
    clashing = [deployed(n, 7, actions=[set_list("L", n)]) for n in ("Y", "Z")]
    assert found(rule_set(rule("A", 1)), clashing) == []


def test_rule_that_sets_a_list_twice_is_no_conflict() -> None:
    twice = rule("A", 1, actions=[set_list("L", "x"), set_list("L", "y")])
    assert found(rule_set(twice)) == []
    assert paths(rule_set(twice, setting("B", 2, "x"))) == ["rules.1.actions.0.value"]


def test_disabled_rule_conflicts_as_well() -> None:
    off = setting("B", 1, "y", enabled=False)
    assert paths(rule_set(setting("A", 1, "x"), off)) == [
        "rules.1.executionOrder",
        "rules.1.actions.0.value",
    ]


def test_wrong_fields_and_conflicts_are_reported_together() -> None:
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


def test_wrong_action_is_no_conflict() -> None:
    wrong = rule("B", 2, actions=[{"type": "setList", "listId": "L", "value": ["y"]}])
    assert paths(rule_set(setting("A", 1, "x"), wrong, setting("C", 3, "x"))) == [
        "rules.1.actions.0.value"
    ]


def test_errors_after_the_thousandth_are_summed_up() -> None:
    clashing = [setting(f"R{number}", 1, number) for number in range(500)]
    errors = found(rule_set(*clashing))
    assert len(errors) == 1_001
    assert errors[-1] == ("request", "has more than 1000 errors")


def test_thousandth_error_is_the_last_one_reported_itself() -> None:
    unknown = {f"field{number}": 1 for number in range(1_001)}
    more = found(rule_set(rule(), **unknown))
    del unknown["field1000"]
    assert found(rule_set(rule(), **unknown))[-1] == (
        "field999",
        "is not a field of this request",
    )
    assert more[-1] == ("request", "has more than 1000 errors")


def test_rules_after_the_500th_are_not_compared() -> None:
    many = [rule(f"R{number}", number) for number in range(1, 503)]
    assert paths(rule_set(*many, rule("R501", 501))) == ["rules"]
    assert paths(rule_set(rule("R1", 1), *many)) == [
        "rules",
        "rules.1.name",
        "rules.1.executionOrder",
    ]


def test_500_rules_with_equal_actions_have_no_conflict() -> None:
    alike = [rule(f"R{n}", n, actions=[set_list("L", "x")] * 20) for n in range(1, 501)]
    assert found(rule_set(*alike)) == []


def nested(depth: int) -> object:
    return {"a": nested(depth - 1)} if depth else 1


def test_value_that_is_no_json_is_one_error_of_the_whole() -> None:
    values: list[object] = [nested(300), 2**64, "\ud800", {1: 2}]
    for value in values:
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
def test_any_json_is_accepted_or_reported_by_field(document: object) -> None:
    errors = found(document, [deployed("Z", 1, actions=[set_list("L", 2)])])
    assert all(message and len(path) <= 200 for path, message in errors)
    if not errors:
        assert check(check(document).to_json()) == check(document)
