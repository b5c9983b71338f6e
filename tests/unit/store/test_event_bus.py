"""The bus: a notification as an event that other services can match and read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from genesys_purge.errors import TryLater
from genesys_purge.store.event_bus import EventBridgeBus
from genesys_purge.webhooks.notification import Event, Notification

from tests.unit.aws import client, mocked_aws
from tests.webhook_builders import notification


@pytest.fixture
def listener() -> Iterator[str]:
    """The URL of a queue that gets what is published to the bus `purge` under our source."""
    with mocked_aws():
        sqs, events = client("sqs"), client("events")
        url: str = sqs.create_queue(QueueName="listener")["QueueUrl"]
        arn = "arn:aws:sqs:us-east-1:123456789012:listener"
        events.create_event_bus(Name="purge")
        for bus in ("purge", "default"):
            pattern = json.dumps({"source": ["genesys-purge"]})
            events.put_rule(Name=f"all-{bus}", EventBusName=bus, EventPattern=pattern)
        events.put_targets(
            Rule="all-purge", EventBusName="purge", Targets=[{"Id": "listener", "Arn": arn}]
        )
        yield url


def heard(url: str) -> list[dict[str, Any]]:
    answer = client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    return [json.loads(message["Body"]) for message in answer.get("Messages", [])]


def bus(name: str = "purge") -> EventBridgeBus:
    return EventBridgeBus(client("events"), name)


@pytest.mark.parametrize("event", list(Event))
def test_a_notification_is_published_by_its_event_and_as_it_is(listener: str, event: Event) -> None:
    about = notification(event)
    bus().publish(about)
    [found] = heard(listener)
    assert (found["source"], found["detail-type"]) == ("genesys-purge", event.value)
    assert found["detail"] == about.to_json()
    assert found["time"] == "2026-11-21T12:00:00Z"
    detail = json.dumps(found["detail"])
    assert Notification.model_validate_json(detail, by_name=False) == about


def test_it_goes_to_the_applications_own_bus_alone(listener: str) -> None:
    bus("default").publish(notification())
    assert heard(listener) == []


def test_what_the_bus_refuses_is_an_error_that_says_why() -> None:
    with Stubber(client("events")) as stubber:
        entry = {"ErrorCode": "ThrottlingException", "ErrorMessage": "slow down"}
        stubber.add_response("put_events", {"FailedEntryCount": 1, "Entries": [entry]})
        with pytest.raises(TryLater, match="purge_rule_executed: ThrottlingException"):
            bus().publish(notification())


def test_what_the_bus_refuses_without_a_reason_is_an_error_all_the_same() -> None:
    with Stubber(client("events")) as stubber:
        stubber.add_response("put_events", {"FailedEntryCount": 1, "Entries": [{}]})
        with pytest.raises(TryLater, match="no reason"):
            bus().publish(notification())


def test_an_error_of_the_service_is_an_error() -> None:
    with Stubber(client("events")) as stubber:
        stubber.add_client_error("put_events", "InternalException")
        with pytest.raises(ClientError, match="InternalException"):
            bus().publish(notification())
