"""Events of the live platform: the SDK's words, the rule that delivers them, off by default."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from genesys_purge.webhooks import partner_event
from genesys_purge.webhooks.partner_event import LOOKS, PROTECTIONS, SERVICE_OF, PartnerEvent
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


@pytest.mark.parametrize(
    ("ours", "field"),
    [
        (set(SERVICE_OF), "entityType"),
        ({each for each in SERVICE_OF.values() if each}, "serviceName"),
        (LOOKS | PROTECTIONS, "action"),
    ],
)
def test_every_word_is_one_of_the_sdks(ours: set[str], field: str) -> None:
    assert ours <= sdk.words_at(MESSAGE, field)


@pytest.mark.parametrize(
    ("ours", "model"),
    [
        (partner_event.Entry, MESSAGE),
        (partner_event.Reference, "AuditTopicDomainEntityRef"),
        (partner_event.Reference, "AuditTopicAddressableEntityRef"),
        (partner_event.PropertyChange, "AuditTopicPropertyChange"),
    ],
)
def test_every_field_that_is_read_is_one_of_the_sdks(ours: Any, model: str) -> None:
    assert {each.alias for each in ours.model_fields.values()} <= set(sdk.model(model).types)


def test_the_references_and_changes_are_those_of_the_sdk() -> None:
    types = sdk.model(MESSAGE).types
    assert types["entity"] == "AuditTopicDomainEntityRef"
    assert types["clientId"] == "AuditTopicAddressableEntityRef"
    assert types["propertyChanges"] == "list[AuditTopicPropertyChange]"


def passes(event: Any) -> bool:
    """Whether the rule delivers the event of a stack that names its source."""
    pattern = RULE["EventPattern"] | {"source": [SOURCE]}
    return bool(EventPattern.load(json.dumps(pattern)).matches_event(event))


KINDS, ACTIONS = (sdk.words_at(MESSAGE, field) for field in ("entityType", "action"))


@pytest.mark.parametrize(
    ("kinds", "actions"),
    [(KINDS, {"Delete", "View", "ApplyProtection"}), ({"BulkActions", "Policy", "User"}, ACTIONS)],
)
def test_the_rule_delivers_what_the_function_records_of_some_service_and_nothing_else(
    kinds: set[str], actions: set[str]
) -> None:
    for kind, action in product(kinds, actions):
        service = SERVICE_OF.get(kind) or "Quality"
        event = platform_event(entityType=kind, action=action, serviceName=service)
        found = PartnerEvent.read(event)
        assert found is not None
        assert passes(event) is found.is_ours, (kind, action)


def test_the_rule_delivers_no_other_topic_and_no_other_source() -> None:
    assert RULE["EventPattern"]["source"] == [{"Ref": "PartnerEventSource"}]
    assert passes(platform_event())
    assert not passes(platform_event({"detail-type": "v2.outbound.campaignrules.{id}"}))
    assert not passes(platform_event({"source": SOURCE + "x"}))


def test_off_by_default_there_is_no_bus_no_rule_and_nothing_that_costs() -> None:
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


def test_the_bus_is_the_sources_own() -> None:
    bus = template.resources("AWS::Events::EventBus")["PlatformEvents"]
    assert bus == {name: {"Ref": "PartnerEventSource"} for name in ("Name", "EventSourceName")}
    assert RULE["EventBusName"] == {"Ref": "PlatformEvents"}


@pytest.mark.parametrize("source", ["", SOURCE])
def test_the_parameter_takes_a_source_or_nothing(source: str) -> None:
    assert re.fullmatch(PARAMETER["AllowedPattern"], source)


@pytest.mark.parametrize("source", ["genesys-purge", SOURCE + "/x", "aws.partner/zendesk.com/1/x"])
def test_the_parameter_takes_nothing_else(source: str) -> None:
    assert not re.fullmatch(PARAMETER["AllowedPattern"], source)


def test_an_event_is_retried_and_then_kept_by_the_rule_and_by_the_function() -> None:
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


def test_the_rule_may_invoke_the_function_and_fill_the_queue_and_nobody_else_may() -> None:
    permission = template.resources("AWS::Lambda::Permission")["PlatformEventsPermission"]
    (statement,) = template.resources("AWS::SQS::QueuePolicy")[f"{QUEUE}Policy"]["PolicyDocument"][
        "Statement"
    ]
    rule = {"Fn::GetAtt": "PlatformEventsRule.Arn"}
    assert (permission["Principal"], permission["SourceArn"]) == ("events.amazonaws.com", rule)
    assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": rule}}
    assert statement["Action"] == "sqs:SendMessage"


def test_an_alarm_watches_the_queue() -> None:
    alarm = template.resources("AWS::CloudWatch::Alarm")[f"{QUEUE}Alarm"]
    name = {"Fn::GetAtt": f"{QUEUE}.QueueName"}
    assert alarm["Dimensions"] == [{"Name": "QueueName", "Value": name}]


def test_the_guide_names_what_it_takes() -> None:
    guide = (ROOT / "docs" / "genesys.md").read_text()
    for each in ("amazon-eventbridge-source", "v2.audits.entitytype.{id}.entityid.{id}"):
        assert each in guide
    assert [kind for kind in SERVICE_OF if f"`{kind}`" not in guide] == []
