"""The bodies of campaign rules, rule sets and campaigns, as far as they are simulated."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from simulator.http.wire import Body
from simulator.live.collection import Named

LONGEST_NAME = 64
Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]


class Reference(Body):
    """A reference to another entity."""

    id: str
    name: str | None = None
    self_uri: str | None = None


class Dialling(Named):
    """The common fields of campaign rules, rule sets and campaigns."""

    name: Name
    version: int | None = None
    date_created: str | None = None
    date_modified: str | None = None


class Entities(Body):
    """The entities that a campaign rule observes."""

    campaigns: tuple[Reference, ...] = ()
    sequences: tuple[Reference, ...] = ()
    email_campaigns: tuple[Reference, ...] = ()
    sms_campaigns: tuple[Reference, ...] = ()


class ActionEntities(Entities):
    """The entities that a campaign rule changes."""

    use_triggering_entity: bool = False


class Parameters(Body):
    """The values that a campaign rule compares with or sets."""

    operator: (
        Literal[
            "equals",
            "greaterThan",
            "greaterThanEqualTo",
            "lessThan",
            "lessThanEqualTo",
            "before",
            "after",
            "between",
            "in",
        ]
        | None
    ) = None
    value: str | None = None
    priority: Literal["1", "2", "3", "4", "5"] | None = None
    for_duration: str | None = None


class CampaignCondition(Body):
    """A condition on a campaign or on the time."""

    id: str | None = None
    condition_type: Literal[
        "campaignProgress",
        "campaignAgents",
        "campaignRecordsAttempted",
        "campaignContactsMessaged",
        "campaignBusinessSuccess",
        "campaignBusinessFailure",
        "campaignBusinessNeutral",
        "campaignValidAttempts",
        "campaignRightPartyContacts",
        "timeOfDay",
        "dayOfWeek",
    ]
    parameters: Parameters


class CampaignAction(Body):
    """An action on campaigns when the conditions are met."""

    id: str | None = None
    action_type: Literal[
        "turnOnCampaign", "turnOffCampaign", "recycleCampaign", "setCampaignPriority"
    ]
    campaign_rule_action_entities: ActionEntities
    parameters: Parameters | None = None


class CampaignRule(Dialling):
    """A rule about the progress of campaigns; it cannot use attributes of contacts."""

    campaign_rule_entities: Entities
    campaign_rule_conditions: Annotated[tuple[CampaignCondition, ...], Field(min_length=1)]
    campaign_rule_actions: Annotated[tuple[CampaignAction, ...], Field(min_length=1)]
    match_any_conditions: bool = False
    enabled: bool = False
    campaign_rule_processing: Literal["v2"] | None = None
    condition_groups: tuple[dict[str, object], ...] = ()
    execution_settings: dict[str, object] | None = None
    time_zone_id: str | None = None
    warnings: tuple[dict[str, object], ...] = ()


class Condition(Body):
    """A condition on a column of the contact or on a call."""

    type: Literal["contactAttributeCondition", "phoneNumberCondition", "wrapupCondition"]
    attribute_name: str | None = None
    operator: (
        Literal[
            "EQUALS",
            "LESS_THAN",
            "LESS_THAN_EQUALS",
            "GREATER_THAN",
            "GREATER_THAN_EQUALS",
            "CONTAINS",
            "BEGINS_WITH",
            "ENDS_WITH",
            "BEFORE",
            "AFTER",
            "IN",
            "BETWEEN",
        ]
        | None
    ) = None
    value: str | None = None
    value_type: Literal["STRING", "NUMERIC", "DATETIME", "PERIOD"] | None = None
    inverted: bool = False
    codes: tuple[str, ...] | None = None

    @model_validator(mode="after")
    def _has_its_column(self) -> Condition:
        if self.type == "contactAttributeCondition" and not self.attribute_name:
            raise PydanticCustomError("condition", "contactAttributeCondition needs attributeName")
        return self


class DialerAction(Body):
    """An action on a contact."""

    type: Literal["Action", "modifyContactAttribute"]
    action_type_name: Literal[
        "DO_NOT_DIAL",
        "MODIFY_CONTACT_ATTRIBUTE",
        "SWITCH_TO_PREVIEW",
        "SCHEDULE_CALLBACK",
        "CONTACT_UNCALLABLE",
        "NUMBER_UNCALLABLE",
    ]
    update_option: Literal["SET", "INCREMENT", "DECREMENT", "CURRENT_TIME"] | None = None
    properties: dict[str, str] | None = None


class DialerRule(Body):
    """A rule of a rule set; rules are checked in ascending order."""

    id: str | None = None
    name: Annotated[str, Field(min_length=1)]
    order: int | None = None
    category: Literal["DIALER_PRECALL", "DIALER_WRAPUP"]
    conditions: tuple[Condition, ...]
    actions: tuple[DialerAction, ...] = ()


class RuleSet(Dialling):
    """Rules about contacts; campaigns refer to rule sets."""

    contact_list: Reference | None = None
    queue: Reference | None = None
    rules: tuple[DialerRule, ...] = ()

    @model_validator(mode="after")
    def _has_each_name_once(self) -> RuleSet:
        if len({each.name for each in self.rules}) < len(self.rules):
            raise PydanticCustomError("rule.conflict", "the names of the rules must be unique")
        return self


class Campaign(Dialling):
    """A campaign of calls; its settings are stored but nothing is dialled."""

    contact_list: Reference
    rule_sets: tuple[Reference, ...] = ()
    campaign_status: Literal["on", "off"]
    dialing_mode: Literal["agentless", "preview", "power", "predictive", "progressive"]
    phone_columns: tuple[dict[str, str], ...]
    priority: int | None = None
