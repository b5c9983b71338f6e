"""EventBridgeBus: a notification as an event that other services can match and read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from genesys_purge.errors import TryLater
from genesys_purge.store.event_bus import EventBridgeBus
from genesys_purge.webhooks.outbound.notification import Event, Notification

from tests.mocked_aws import client, mocked_aws
from tests.webhook_builders import notification


@pytest.fixture
def listener() -> Iterator[str]:
    """The URL of a queue that receives our events on the bus `purge`."""
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


def received(url: str) -> list[dict[str, Any]]:
    answer = client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    messages = answer.get("Messages", [])
    for message in messages:
        client("sqs").delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return [json.loads(message["Body"]) for message in messages]


def bus(name: str = "purge") -> EventBridgeBus:
    return EventBridgeBus(client("events"), name)


def test_notification_is_the_detail_of_an_event_named_after_it(listener: str) -> None:
    for event in Event:
        about = notification(event)
        bus().publish(about)
        [found] = received(listener)
        assert (found["source"], found["detail-type"]) == ("genesys-purge", event.value)
        assert found["detail"] == about.to_json()
        assert found["time"] == "2026-11-21T12:00:00Z"
        detail = json.dumps(found["detail"])
        assert Notification.model_validate_json(detail, by_name=False) == about


def test_event_is_published_to_the_named_bus_only(listener: str) -> None:
    bus("default").publish(notification())
    assert received(listener) == []


def test_refused_event_is_an_error_with_the_code_of_the_bus() -> None:
    with Stubber(client("events")) as stubber:
        entry = {"ErrorCode": "ThrottlingException", "ErrorMessage": "slow down"}
        stubber.add_response("put_events", {"FailedEntryCount": 1, "Entries": [entry]})
        with pytest.raises(TryLater, match="purge_rule_executed: ThrottlingException"):
            bus().publish(notification())


def test_event_refused_without_a_code_is_an_error_as_well() -> None:
    with Stubber(client("events")) as stubber:
        stubber.add_response("put_events", {"FailedEntryCount": 1, "Entries": [{}]})
        with pytest.raises(TryLater, match="no error code"):
            bus().publish(notification())


def test_error_of_the_service_is_raised() -> None:
    with Stubber(client("events")) as stubber:
        stubber.add_client_error("put_events", "InternalException")
        with pytest.raises(ClientError, match="InternalException"):
            bus().publish(notification())
