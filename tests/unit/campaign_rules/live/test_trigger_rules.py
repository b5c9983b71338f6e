"""Trigger rules on the live platform: a rule reads back as it was written."""

from __future__ import annotations

from typing import Any

from genesys_purge.campaign_rules.live.trigger_rules import as_changed, as_new, as_read, is_of
from genesys_purge.campaign_rules.live.validation import errors_in
from genesys_purge.campaign_rules.rule_content import is_same
from genesys_purge.campaign_rules.rules import DeployedRule, Rule
from hypothesis import given

from tests.unit.campaign_rules.deploying.live_bench import trigger_rule
from tests.unit.campaign_rules.live import d5_rules
from tests.unit.campaign_rules.live.d5_rules import wanted

CAMPAIGN = "campaign-1"
THESE = {"campaigns": [{"id": CAMPAIGN}]}


def read(rule: dict[str, Any], **fields: Any) -> DeployedRule:
    return as_read(CAMPAIGN, {"id": "rule-1", "version": 3, **rule, **fields})


def equals(sent: dict[str, Any], rule: dict[str, Any], **fields: Any) -> bool:
    return is_same(read(sent, **fields).to_json(), rule)


@given(d5_rules.trigger_rules())
def test_supported_rule_reads_back_as_it_was_wanted(rule: dict[str, Any]) -> None:
    sent = as_new(CAMPAIGN, wanted(rule))
    assert equals(sent, wanted(rule))
    assert read(sent).execution_order is None
    assert is_of(CAMPAIGN, sent)
    assert not is_of("campaign-2", sent)
    # A campaign cannot turn itself on by its own progress.
    rule["actions"] = [{"type": "turnOffCampaign"}]
    assert list(errors_in(0, Rule.parse(rule))) == []


def test_rule_watches_its_campaign_and_acts_on_it() -> None:
    assert as_new(CAMPAIGN, wanted(trigger_rule(enabled=False))) == {
        "name": "slow",
        "campaignRuleEntities": THESE,
        "campaignRuleConditions": [
            {
                "conditionType": "campaignProgress",
                "parameters": {"operator": "greaterThan", "value": "0.5"},
            }
        ],
        "campaignRuleActions": [
            {"actionType": "turnOffCampaign", "campaignRuleActionEntities": THESE}
        ],
        "matchAnyConditions": False,
        "enabled": False,
    }


def test_unset_fields_of_the_platform_are_ignored() -> None:
    rule = wanted(trigger_rule())
    sent = as_new(CAMPAIGN, rule)
    sent["campaignRuleConditions"] = [
        each | {"id": "c-1", "dateTimeParameters": None} for each in sent["campaignRuleConditions"]
    ]
    sent["campaignRuleEntities"] |= {"sequences": [], "smsCampaigns": []}
    sent["conditionGroups"] = []
    assert is_of(CAMPAIGN, sent)
    assert equals(sent, rule)


def test_triggering_entity_is_the_campaign_itself() -> None:
    rule = wanted(trigger_rule())
    sent = as_new(CAMPAIGN, rule)
    (action,) = sent["campaignRuleActions"]
    named = action["campaignRuleActionEntities"]
    same: list[dict[str, Any]] = [
        {"useTriggeringEntity": True},
        named | {"useTriggeringEntity": False},
        named | {"sequences": []},
    ]
    for entities in same:
        sent["campaignRuleActions"] = [action | {"campaignRuleActionEntities": entities}]
        assert equals(sent, rule), entities


def test_unsupported_condition_equals_none() -> None:
    changes: list[dict[str, Any]] = [
        {"conditionType": "timeOfDay"},
        {"parameters": {"operator": "between", "value": "0.5"}},
        {"parameters": {"operator": "greaterThan", "value": "half"}},
        {"parameters": {"operator": "greaterThan", "value": "0.5", "forDuration": "PT5M"}},
        {"campaignRunTimeSettings": {"unit": "hours"}},
    ]
    rule = wanted(trigger_rule())
    for change in changes:
        sent = as_new(CAMPAIGN, rule)
        sent["campaignRuleConditions"] = [sent["campaignRuleConditions"][0] | change]
        assert not equals(sent, rule), change


def test_unsupported_action_equals_none() -> None:
    other = {"campaigns": [{"id": "campaign-2"}]}
    changes: list[dict[str, Any]] = [
        {"actionType": "setCampaignPriority"},
        {"parameters": {"priority": "1"}},
        {"campaignRuleActionEntities": other},
        {"campaignRuleActionEntities": other | {"useTriggeringEntity": True}},
        {"campaignRuleActionEntities": {"sequences": [{"id": "sequence-1"}]}},
    ]
    rule = wanted(trigger_rule())
    for change in changes:
        sent = as_new(CAMPAIGN, rule)
        sent["campaignRuleActions"] = [sent["campaignRuleActions"][0] | change]
        assert not equals(sent, rule), change


def test_alternative_or_grouped_conditions_equal_none() -> None:
    two = wanted(trigger_rule(conditions=trigger_rule()["conditions"] * 2))
    sent = as_new(CAMPAIGN, two)
    assert not equals(sent, two, matchAnyConditions=True)
    assert not equals(sent, two, conditionGroups=[{}])
    one = wanted(trigger_rule())
    assert equals(as_new(CAMPAIGN, one), one, matchAnyConditions=True)


def test_enabling_sends_every_other_field_as_it_was_read() -> None:
    there = as_new(CAMPAIGN, wanted(trigger_rule(enabled=False)))
    there |= {"campaignRuleProcessing": "v2", "timeZoneId": "UTC", "warnings": [{}]}
    current = read(there).to_json()
    sent = as_changed(CAMPAIGN, current, {**current, "enabled": True})
    expected = {name: value for name, value in there.items() if name != "warnings"}
    assert sent == expected | {"enabled": True, "version": 3}


def test_change_keeps_unknown_fields_but_no_other_conditions() -> None:
    there = as_new(CAMPAIGN, wanted(trigger_rule(enabled=False)))
    there |= {"campaignRuleProcessing": "v2", "conditionGroups": [{}], "timeZoneId": "UTC"}
    rule = wanted(trigger_rule(enabled=False, actions=[{"type": "recycleCampaign"}]))
    sent = as_changed(CAMPAIGN, read(there).to_json(), rule)
    assert sent == as_new(CAMPAIGN, rule) | {"timeZoneId": "UTC", "version": 3}


def test_roll_back_sends_the_rule_as_it_was_before() -> None:
    there = as_new(CAMPAIGN, wanted(trigger_rule(enabled=False)))
    before = read(there | {"conditionGroups": [{}]}).to_json()
    current = read(there, version=9).to_json()
    sent = as_changed(CAMPAIGN, current, before)
    assert sent == there | {"conditionGroups": [{}], "version": 9}
