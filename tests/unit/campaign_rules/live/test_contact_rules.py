"""Contact rules on the live platform: a rule reads back as it was written."""

from __future__ import annotations

from typing import Any

from genesys_purge.campaign_rules.live.contact_rules import as_read, as_written
from genesys_purge.campaign_rules.live.validation import errors_in
from genesys_purge.campaign_rules.rule_content import content, is_same
from genesys_purge.campaign_rules.rules import DeployedRule, Rule
from hypothesis import given

from tests.unit.campaign_rules.deploying.live_bench import contact_rule
from tests.unit.campaign_rules.examples import condition
from tests.unit.campaign_rules.live import d5_rules
from tests.unit.campaign_rules.live.d5_rules import wanted


def read(rule: dict[str, Any]) -> DeployedRule:
    rule_set = {"id": "set-1", "version": 3, "rules": [rule]}
    return as_read(rule_set, rule, enabled=True)


@given(d5_rules.contact_rules())
def test_supported_rule_reads_back_as_it_was_wanted(rule: dict[str, Any]) -> None:
    assert list(errors_in(0, Rule.parse(rule))) == []
    written = as_written(wanted(rule))
    assert is_same(read(written).to_json(), wanted(rule))
    there = written | {"id": "r-1", "later": {"unknown": 1}}
    assert as_written(read(there).to_json()) == there


def test_conditions_compare_a_column_of_the_contact_list() -> None:
    rule = contact_rule(
        "A",
        7,
        conditions=[
            condition("customFields.region", "notEquals", "eu", "string"),
            condition("age", "greaterThanOrEqual", 18, "number"),
            condition("seen", "lessThan", "2025-11-21", "date"),
        ],
    )
    column = {"type": "contactAttributeCondition", "inverted": False}
    assert as_written(wanted(rule)) == {
        "name": "A",
        "order": 7,
        "category": "DIALER_PRECALL",
        "conditions": [
            column
            | {
                "attributeName": "customFields.region",
                "operator": "EQUALS",
                "inverted": True,
                "value": "eu",
                "valueType": "STRING",
            },
            column
            | {
                "attributeName": "age",
                "operator": "GREATER_THAN_EQUALS",
                "value": "18",
                "valueType": "NUMERIC",
            },
            column
            | {
                "attributeName": "seen",
                "operator": "BEFORE",
                "value": "2025-11-21",
                "valueType": "DATETIME",
            },
        ],
        "actions": [{"type": "Action", "actionTypeName": "DO_NOT_DIAL"}],
    }


def test_unset_fields_of_the_platform_are_ignored() -> None:
    rule = wanted(contact_rule())
    there = as_written(rule)
    unset: dict[str, Any] = {"codes": [], "propertyType": None, "subConditions": []}
    there["conditions"] = [each | unset for each in there["conditions"]]
    there["actions"] = [
        each | {"properties": {}, "updateOption": None} for each in there["actions"]
    ]
    assert is_same(read(there).to_json(), rule)


def test_unsupported_condition_is_kept_and_equals_none() -> None:
    changes: list[dict[str, Any]] = [
        {"type": "phoneNumberCondition"},
        {"operator": "BEGINS_WITH"},
        {"valueType": "PERIOD"},
        {"attributeName": "campaign.region"},
        {"codes": ["code-1"]},
        {"value": None},
    ]
    rule = wanted(contact_rule())
    for change in changes:
        there = as_written(rule)
        there["conditions"] = [there["conditions"][0] | change]
        found = read(there).to_json()
        assert not is_same(found, rule), change
        assert content(found)["conditions"][0]["value"] == there["conditions"][0]
        assert as_written(found) == there


def test_unsupported_category_or_action_is_kept_and_equals_none() -> None:
    with_properties = {"actionTypeName": "DO_NOT_DIAL", "properties": {"a": "b"}}
    changes: list[dict[str, Any]] = [
        {"category": "DIALER_WRAPUP"},
        {"actions": [{"type": "Action", "actionTypeName": "SET_SKILLS"}]},
        {"actions": [{"type": "Action"} | with_properties]},
        {"actions": []},
    ]
    rule = wanted(contact_rule())
    for change in changes:
        there = as_written(rule) | change
        assert not is_same(read(there).to_json(), rule), change
        assert as_written(read(there).to_json()) == there
