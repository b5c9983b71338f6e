"""Events of the live platform: their words, the rule that delivers them, off by default."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from genesys_purge.model.wire import Wire
from genesys_purge.webhooks.inbound import partner_event
from genesys_purge.webhooks.inbound.partner_event import (
    PROTECTIONS,
    READING,
    SERVICE_OF,
    PartnerEvent,
)
from moto.events.models import EventPattern

from tests import template
from tests.contract import sdk
from tests.platform_events import SOURCE, platform_event
from tests.template import ROOT

MESSAGE = "AuditTopicAuditLogMessage"
RESOURCES: dict[str, dict[str, Any]] = template.template()["Resources"]
PARAMETER = template.template()["Parameters"]["PartnerEventSource"]
RULE = template.resources("AWS::Events::Rule")["PlatformEventsRule"]
QUEUE = "UnrecordedPlatformEvents"


def test_words_of_events_are_words_of_the_sdk() -> None:
    words = {
        "entityType": set(SERVICE_OF),
        "serviceName": {each for each in SERVICE_OF.values() if each},
        "action": READING | PROTECTIONS,
    }
    unknown = {field: ours - sdk.words_at(MESSAGE, field) for field, ours in words.items()}
    assert {field: each for field, each in unknown.items() if each} == {}


def test_fields_read_from_events_are_fields_of_the_sdk() -> None:
    models: dict[str, type[Wire]] = {
        MESSAGE: partner_event.Entry,
        "AuditTopicDomainEntityRef": partner_event.Reference,
        "AuditTopicAddressableEntityRef": partner_event.Reference,
        "AuditTopicPropertyChange": partner_event.PropertyChange,
    }
    unknown = [
        f"{name}.{field.alias}"
        for name, ours in models.items()
        for field in ours.model_fields.values()
        if field.alias not in sdk.model(name).types
    ]
    assert unknown == []


def test_references_and_changes_have_the_types_of_the_sdk() -> None:
    types = sdk.model(MESSAGE).types
    assert types["entity"] == "AuditTopicDomainEntityRef"
    assert types["clientId"] == "AuditTopicAddressableEntityRef"
    assert types["propertyChanges"] == "list[AuditTopicPropertyChange]"


def passes(event: Any) -> bool:
    """Whether the rule of a stack with this source delivers the event."""
    pattern = RULE["EventPattern"] | {"source": [SOURCE]}
    return bool(EventPattern.load(json.dumps(pattern)).matches_event(event))


KINDS, ACTIONS = (sdk.words_at(MESSAGE, field) for field in ("entityType", "action"))


@pytest.mark.parametrize(
    ("kinds", "actions"),
    [(KINDS, {"Delete", "View", "ApplyProtection"}), ({"BulkActions", "Policy", "User"}, ACTIONS)],
)
def test_rule_delivers_exactly_the_events_that_are_recorded(
    kinds: set[str], actions: set[str]
) -> None:
    for kind, action in product(kinds, actions):
        service = SERVICE_OF.get(kind) or "Quality"
        event = platform_event(entityType=kind, action=action, serviceName=service)
        found = PartnerEvent.read(event)
        assert found is not None
        assert passes(event) is found.is_ours, (kind, action)


def test_rule_delivers_no_other_topic_or_source() -> None:
    assert RULE["EventPattern"]["source"] == [{"Ref": "PartnerEventSource"}]
    assert passes(platform_event())
    assert not passes(platform_event({"detail-type": "v2.outbound.campaignrules.{id}"}))
    assert not passes(platform_event({"source": SOURCE + "x"}))


def test_no_event_resource_exists_by_default() -> None:
    assert PARAMETER["Default"] == ""
    condition = template.template()["Conditions"]["HasPartnerEvents"]
    assert condition == {"Fn::Not": [{"Fn::Equals": [{"Ref": "PartnerEventSource"}, ""]}]}
    conditional = {
        n for n, each in RESOURCES.items() if each.get("Condition") == "HasPartnerEvents"
    }
    assert conditional == {
        "PlatformEvents",
        "PlatformEventsRule",
        "PlatformEventsPermission",
        f"{QUEUE}Policy",
        f"{QUEUE}Alarm",
    }
    referring = {name for name, each in RESOURCES.items() if set(refs_in(each)) & conditional}
    assert referring <= conditional


def refs_in(value: Any) -> Iterator[str]:
    match value:
        case {"Ref": str(name)}:
            yield name
        case {"Fn::GetAtt": str(path)}:
            yield path.partition(".")[0]
        case dict():
            for each in value.values():
                yield from refs_in(each)
        case list():
            for each in value:
                yield from refs_in(each)


def test_bus_belongs_to_the_event_source() -> None:
    bus = template.resources("AWS::Events::EventBus")["PlatformEvents"]
    assert bus == {name: {"Ref": "PartnerEventSource"} for name in ("Name", "EventSourceName")}
    assert RULE["EventBusName"] == {"Ref": "PlatformEvents"}


def test_source_parameter_takes_a_source_of_genesys_or_nothing() -> None:
    others = ["genesys-purge", SOURCE + "/x", "aws.partner/zendesk.com/1/x"]
    taken = [s for s in ["", SOURCE, *others] if re.fullmatch(PARAMETER["AllowedPattern"], s)]
    assert taken == ["", SOURCE]


def test_failed_events_are_retried_then_queued() -> None:
    (target,) = RULE["Targets"]
    queue = {"Fn::GetAtt": f"{QUEUE}.Arn"}
    assert target["Arn"] == {"Fn::GetAtt": "IngestPlatformEventFunction.Arn"}
    assert target["DeadLetterConfig"] == {"Arn": queue}
    assert target["RetryPolicy"]["MaximumEventAgeInSeconds"] == 86_400
    function = template.resources("AWS::Serverless::Function")["IngestPlatformEventFunction"]
    config = function["EventInvokeConfig"]
    assert config["MaximumRetryAttempts"] == 2
    assert config["DestinationConfig"]["OnFailure"] == {"Type": "SQS", "Destination": queue}
    assert template.resources("AWS::SQS::Queue")[QUEUE]["MessageRetentionPeriod"] == 1_209_600


def test_only_the_rule_may_invoke_the_function_and_fill_the_queue() -> None:
    permission = template.resources("AWS::Lambda::Permission")["PlatformEventsPermission"]
    (statement,) = template.resources("AWS::SQS::QueuePolicy")[f"{QUEUE}Policy"]["PolicyDocument"][
        "Statement"
    ]
    rule = {"Fn::GetAtt": "PlatformEventsRule.Arn"}
    assert (permission["Principal"], permission["SourceArn"]) == ("events.amazonaws.com", rule)
    assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": rule}}
    assert statement["Action"] == "sqs:SendMessage"


def test_alarm_watches_the_queue_of_failed_events() -> None:
    alarm = template.resources("AWS::CloudWatch::Alarm")[f"{QUEUE}Alarm"]
    name = {"Fn::GetAtt": f"{QUEUE}.QueueName"}
    assert alarm["Dimensions"] == [{"Name": "QueueName", "Value": name}]


def test_guide_names_the_source_the_topic_and_every_entity_type() -> None:
    guide = (ROOT / "docs" / "genesys.md").read_text()
    for each in ("amazon-eventbridge-source", "v2.audits.entitytype.{id}.entityid.{id}"):
        assert each in guide
    assert [kind for kind in SERVICE_OF if f"`{kind}`" not in guide] == []
