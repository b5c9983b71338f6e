"""D5's rules in the live platform's words, and back: what was wanted is what is read."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.campaign_rules.live import contact_rules, trigger_rules
from genesys_purge.campaign_rules.live.terms import (
    CAMPAIGN,
    CAMPAIGN_ACTIONS,
    CAMPAIGN_NUMBERS,
    CAMPAIGN_OPERATORS,
    COMPARISONS,
    CONTACT_ACTIONS,
    as_number,
    as_text,
)
from genesys_purge.campaign_rules.live.validation import errors_in
from genesys_purge.campaign_rules.rule_content import EXACT, content, is_same
from genesys_purge.campaign_rules.rules import DeployedRule, Rule, ValueType
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.campaign_rules.deploying.live_bench import contact_rule, trigger_rule
from tests.unit.campaign_rules.examples import condition

NUMBERS = st.one_of(
    st.integers(1 - EXACT, EXACT - 1),
    st.floats(1 - EXACT, EXACT - 1, allow_nan=False),
)
COLUMNS = st.from_regex(r"[A-Za-z][A-Za-z _-]{0,20}(\.[a-z]+)?", fullmatch=True)
VALUES = {
    ValueType.STRING: st.text(max_size=30),
    ValueType.NUMBER: NUMBERS,
    ValueType.DATE: st.sampled_from(["2026-11-21", "2026-11-21T10:00:00.5+01:00"]),
}
NAMES = st.text("abc #/%ä", min_size=1, max_size=64).filter(str.strip)


@st.composite
def contact_rules_of_d5(draw: st.DrawFn) -> dict[str, Any]:
    compared = []
    for _ in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(sorted(COMPARISONS)))
        operator = draw(st.sampled_from(sorted(COMPARISONS[kind])))
        compared.append(condition(draw(COLUMNS), operator, draw(VALUES[kind]), kind))
    actions = draw(st.lists(st.sampled_from(sorted(CONTACT_ACTIONS)), min_size=1, max_size=3))
    order = draw(st.integers(0, 2**31 - 1))
    typed = [{"type": each} for each in actions]
    return contact_rule(draw(NAMES), order, conditions=compared, actions=typed)


@st.composite
def trigger_rules_of_d5(draw: st.DrawFn) -> dict[str, Any]:
    words = st.sampled_from(sorted(CAMPAIGN_NUMBERS))
    operators = st.sampled_from(sorted(CAMPAIGN_OPERATORS))
    compared = [
        condition(CAMPAIGN + draw(words), draw(operators), draw(NUMBERS), "number")
        for _ in range(draw(st.integers(1, 4)))
    ]
    actions = draw(st.lists(st.sampled_from(sorted(CAMPAIGN_ACTIONS)), min_size=1, max_size=3))
    typed = [{"type": each} for each in actions]
    fields: dict[str, Any] = {
        "conditions": compared,
        "actions": typed,
        "enabled": draw(st.booleans()),
    }
    return trigger_rule(draw(NAMES), **fields)


def wanted(rule: dict[str, Any]) -> dict[str, Any]:
    """The rule as a deployment keeps it."""
    return Rule.parse(rule).to_json()


def contact_read(rule: dict[str, Any], **fields: Any) -> DeployedRule:
    rule_set = {"id": "set-1", "version": 3, "rules": [rule]}
    return contact_rules.as_read(rule_set, rule | fields, enabled=True)


def trigger_read(rule: dict[str, Any], **fields: Any) -> DeployedRule:
    return trigger_rules.as_read("campaign-1", {"id": "rule-1", "version": 3, **rule, **fields})


@given(contact_rules_of_d5())
def test_a_rule_about_contacts_is_read_back_as_it_was_wanted(rule: dict[str, Any]) -> None:
    assert is_same(contact_read(contact_rules.as_written(wanted(rule))).to_json(), wanted(rule))


@given(trigger_rules_of_d5())
def test_a_rule_about_its_campaign_is_read_back_as_it_was_wanted(rule: dict[str, Any]) -> None:
    sent = trigger_rules.as_new("campaign-1", wanted(rule))
    read = trigger_read(sent)
    assert is_same(read.to_json(), wanted(rule))
    assert read.execution_order is None
    assert trigger_rules.is_of("campaign-1", sent)
    assert not trigger_rules.is_of("campaign-2", sent)


@given(contact_rules_of_d5(), trigger_rules_of_d5())
def test_what_has_a_counterpart_is_not_refused(
    contact: dict[str, Any], trigger: dict[str, Any]
) -> None:
    # No campaign turns itself on by its own progress.
    trigger["actions"] = [{"type": "turnOffCampaign"}]
    assert list(errors_in(0, Rule.parse(contact))) == []
    assert list(errors_in(0, Rule.parse(trigger))) == []


@given(contact_rules_of_d5())
def test_a_rule_that_was_read_is_written_again_to_the_letter(rule: dict[str, Any]) -> None:
    there = contact_rules.as_written(wanted(rule)) | {"id": "r-1", "later": {"unknown": 1}}
    assert contact_rules.as_written(contact_read(there).to_json()) == there


@given(NUMBERS)
def test_a_number_is_a_text_without_an_exponent_and_back(number: float) -> None:
    text = as_text(number)
    assert "e" not in text.lower()
    assert as_number(text) == number


@pytest.mark.parametrize(
    "text", ["", "1e3", " 1", "0x1", "1,5", "NaN", "9" * 20, None, 5, "\u0661"]
)
def test_what_we_would_not_write_is_no_number_of_ours(text: object) -> None:
    assert as_number(text) is None


def test_a_contacts_column_is_compared_as_the_platform_does() -> None:
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
    assert contact_rules.as_written(wanted(rule)) == {
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


def test_a_campaign_rule_looks_at_its_campaign_and_acts_on_it() -> None:
    these = {"campaigns": [{"id": "campaign-1"}]}
    assert trigger_rules.as_new("campaign-1", wanted(trigger_rule(enabled=False))) == {
        "name": "slow",
        "campaignRuleEntities": these,
        "campaignRuleConditions": [
            {
                "conditionType": "campaignProgress",
                "parameters": {"operator": "greaterThan", "value": "0.5"},
            }
        ],
        "campaignRuleActions": [
            {"actionType": "turnOffCampaign", "campaignRuleActionEntities": these}
        ],
        "matchAnyConditions": False,
        "enabled": False,
    }


WRITTEN_OUT: dict[str, Any] = {
    "codes": [],
    "propertyType": None,
    "predicates": None,
    "subConditions": [],
}


def test_what_the_platform_writes_out_as_nothing_is_nothing() -> None:
    rule = wanted(contact_rule())
    there = contact_rules.as_written(rule)
    there["conditions"] = [each | WRITTEN_OUT for each in there["conditions"]]
    there["actions"] = [
        each | {"properties": {}, "updateOption": None} for each in there["actions"]
    ]
    assert is_same(contact_read(there).to_json(), rule)
    rule = wanted(trigger_rule())
    sent = trigger_rules.as_new("campaign-1", rule)
    sent["campaignRuleConditions"] = [
        each | {"id": "c-1", "dateTimeParameters": None} for each in sent["campaignRuleConditions"]
    ]
    sent["campaignRuleEntities"] |= {"sequences": [], "smsCampaigns": []}
    sent["conditionGroups"] = []
    assert trigger_rules.is_of("campaign-1", sent)
    assert is_same(trigger_read(sent).to_json(), rule)


@pytest.mark.parametrize("also", [{"useTriggeringEntity": False}, {"sequences": []}])
def test_the_campaign_itself_is_the_campaign_that_triggers(also: dict[str, Any]) -> None:
    rule = wanted(trigger_rule())
    sent = trigger_rules.as_new("campaign-1", rule)
    (action,) = sent["campaignRuleActions"]
    named = action["campaignRuleActionEntities"] | also
    for entities in (named, {"useTriggeringEntity": True}):
        sent["campaignRuleActions"] = [action | {"campaignRuleActionEntities": entities}]
        assert is_same(trigger_read(sent).to_json(), rule)


# Each changes one thing that D5 has no words for.
CONDITIONS = [
    {"type": "phoneNumberCondition"},
    {"operator": "BEGINS_WITH"},
    {"valueType": "PERIOD"},
    {"attributeName": "campaign.region"},
    {"codes": ["code-1"]},
    {"value": None},
]


@pytest.mark.parametrize("change", CONDITIONS)
def test_a_contacts_condition_that_d5_cannot_say_equals_none_and_is_told(
    change: dict[str, Any],
) -> None:
    rule = wanted(contact_rule())
    there = contact_rules.as_written(rule)
    there["conditions"] = [there["conditions"][0] | change]
    read = contact_read(there)
    assert not is_same(read.to_json(), rule)
    assert content(read.to_json())["conditions"][0]["value"] == there["conditions"][0]
    assert contact_rules.as_written(read.to_json()) == there


@pytest.mark.parametrize(
    "change",
    [
        {"category": "DIALER_WRAPUP"},
        {"actions": [{"type": "Action", "actionTypeName": "SET_SKILLS"}]},
        {
            "actions": [
                {"type": "Action", "actionTypeName": "DO_NOT_DIAL", "properties": {"a": "b"}}
            ]
        },
        {"actions": []},
    ],
)
def test_a_contacts_rule_that_d5_cannot_say_equals_none(change: dict[str, Any]) -> None:
    rule = wanted(contact_rule())
    there = contact_rules.as_written(rule) | change
    assert not is_same(contact_read(there).to_json(), rule)
    assert contact_rules.as_written(contact_read(there).to_json()) == there


@pytest.mark.parametrize(
    "change",
    [
        {"conditionType": "timeOfDay"},
        {"parameters": {"operator": "between", "value": "0.5"}},
        {"parameters": {"operator": "greaterThan", "value": "half"}},
        {"parameters": {"operator": "greaterThan", "value": "0.5", "forDuration": "PT5M"}},
        {"campaignRunTimeSettings": {"unit": "hours"}},
    ],
)
def test_a_campaigns_condition_that_d5_cannot_say_equals_none(change: dict[str, Any]) -> None:
    rule = wanted(trigger_rule())
    sent = trigger_rules.as_new("campaign-1", rule)
    sent["campaignRuleConditions"] = [sent["campaignRuleConditions"][0] | change]
    assert not is_same(trigger_read(sent).to_json(), rule)


@pytest.mark.parametrize(
    "change",
    [
        {"actionType": "setCampaignPriority"},
        {"parameters": {"priority": "1"}},
        {"campaignRuleActionEntities": {"campaigns": [{"id": "campaign-2"}]}},
        {
            "campaignRuleActionEntities": {
                "campaigns": [{"id": "campaign-2"}],
                "useTriggeringEntity": True,
            }
        },
        {"campaignRuleActionEntities": {"sequences": [{"id": "sequence-1"}]}},
    ],
)
def test_a_campaigns_action_that_d5_cannot_say_equals_none(change: dict[str, Any]) -> None:
    rule = wanted(trigger_rule())
    sent = trigger_rules.as_new("campaign-1", rule)
    sent["campaignRuleActions"] = [sent["campaignRuleActions"][0] | change]
    assert not is_same(trigger_read(sent).to_json(), rule)


def test_conditions_in_groups_or_of_which_any_will_do_equal_none() -> None:
    rule = wanted(trigger_rule(conditions=trigger_rule()["conditions"] * 2))
    sent = trigger_rules.as_new("campaign-1", rule)
    assert not is_same(trigger_read(sent, matchAnyConditions=True).to_json(), rule)
    assert not is_same(trigger_read(sent, conditionGroups=[{}]).to_json(), rule)
    one = wanted(trigger_rule())
    alone = trigger_rules.as_new("campaign-1", one)
    assert is_same(trigger_read(alone, matchAnyConditions=True).to_json(), one)


def test_a_campaign_rule_that_only_changes_its_state_is_sent_as_it_was_read() -> None:
    there = trigger_rules.as_new("campaign-1", wanted(trigger_rule(enabled=False)))
    there |= {"campaignRuleProcessing": "v2", "timeZoneId": "UTC", "warnings": [{}]}
    current = trigger_read(there).to_json()
    sent = trigger_rules.as_changed("campaign-1", current, {**current, "enabled": True})
    expected = {name: value for name, value in there.items() if name != "warnings"}
    assert sent == expected | {"enabled": True, "version": 3}


def test_a_campaign_rule_that_is_changed_keeps_what_we_do_not_know_but_no_other_conditions() -> (
    None
):
    there = trigger_rules.as_new("campaign-1", wanted(trigger_rule(enabled=False)))
    there |= {"campaignRuleProcessing": "v2", "conditionGroups": [{}], "timeZoneId": "UTC"}
    rule = wanted(trigger_rule(enabled=False, actions=[{"type": "recycleCampaign"}]))
    sent = trigger_rules.as_changed("campaign-1", trigger_read(there).to_json(), rule)
    mine = trigger_rules.as_new("campaign-1", rule)
    assert sent == mine | {"timeZoneId": "UTC", "version": 3}


def test_a_campaign_rule_that_is_rolled_back_is_sent_as_it_was_before() -> None:
    there = trigger_rules.as_new("campaign-1", wanted(trigger_rule(enabled=False)))
    before = trigger_read(there | {"conditionGroups": [{}]}).to_json()
    current = trigger_read(there, version=9).to_json()
    sent = trigger_rules.as_changed("campaign-1", current, before)
    assert sent == there | {"conditionGroups": [{}], "version": 9}
