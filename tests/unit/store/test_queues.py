"""SqsQueue: messages are sent, postponed and buried unchanged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from genesys_purge.ports import Receipt
from genesys_purge.purge_rules.purge_rule import RuleRef
from genesys_purge.store.queues import SqsQueue
from genesys_purge.webhooks.outbound.deliver_notification import LONGEST_DELAY
from genesys_purge.webhooks.outbound.notification import Delivery, Event

from tests.mocked_aws import client, mocked_aws
from tests.webhook_builders import delivery


@pytest.fixture
def urls() -> Iterator[dict[str, str]]:
    """The URLs of the queue and of its dead-letter queue, by name."""
    with mocked_aws():
        sqs = client("sqs")
        yield {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("main", "dead")}


@pytest.fixture
def queue(urls: dict[str, str]) -> SqsQueue:
    return SqsQueue(client("sqs"), urls["main"], urls["dead"])


def received(url: str, visibility: int = 300) -> list[dict[str, Any]]:
    """The messages that are visible now, and hidden afterwards for `visibility` seconds."""
    answer = client("sqs").receive_message(
        QueueUrl=url,
        MaxNumberOfMessages=10,
        VisibilityTimeout=visibility,
        AttributeNames=["ApproximateReceiveCount"],
    )
    messages: list[dict[str, Any]] = answer.get("Messages", [])
    return messages


def receipt_of(message: dict[str, Any]) -> Receipt:
    times = int(message["Attributes"]["ApproximateReceiveCount"])
    return Receipt(message["ReceiptHandle"], times)


def test_message_is_received_as_it_was_sent(queue: SqsQueue, urls: dict[str, str]) -> None:
    sent = delivery(Event.RUN_FINISHED, purgeId="run-1", nested={"ü": ["\n", "\u0001", 0.5, None]})
    queue.send(sent)
    [message] = received(urls["main"])
    assert Delivery.model_validate_json(message["Body"], by_name=False) == sent
    assert receipt_of(message).times == 1
    assert received(urls["dead"]) == []


def test_queue_accepts_any_kind_of_message(queue: SqsQueue, urls: dict[str, str]) -> None:
    queue.send(RuleRef(name="nightly"))
    [message] = received(urls["main"])
    assert message["Body"] == '{"name":"nightly"}'


def test_unknown_values_are_left_out_of_a_message(queue: SqsQueue, urls: dict[str, str]) -> None:
    sent = delivery()
    without = sent.notification.model_copy(update={"rule_id": None})
    queue.send(sent.model_copy(update={"notification": without}))
    [message] = received(urls["main"])
    assert "ruleId" not in Delivery.model_validate_json(message["Body"]).notification.to_json()
    assert "null" not in message["Body"]


def test_postponed_message_is_hidden_and_then_received_again(
    queue: SqsQueue, urls: dict[str, str]
) -> None:
    queue.send(delivery())
    [message] = received(urls["main"], visibility=0)
    queue.postpone(receipt_of(message), 3_600)
    assert received(urls["main"]) == []
    queue.postpone(receipt_of(message), 0)
    [again] = received(urls["main"])
    assert (again["Body"], receipt_of(again).times) == (message["Body"], 2)


def test_postponing_a_message_does_not_hide_the_others(
    queue: SqsQueue, urls: dict[str, str]
) -> None:
    for name in ("first", "second"):
        queue.send(RuleRef(name=name))
    first, _ = received(urls["main"], visibility=0)
    queue.postpone(receipt_of(first), 3_600)
    assert len(received(urls["main"])) == 1


def test_longest_delay_of_a_delivery_is_allowed_by_sqs(
    queue: SqsQueue, urls: dict[str, str]
) -> None:
    queue.send(delivery())
    [message] = received(urls["main"])
    queue.postpone(receipt_of(message), LONGEST_DELAY)
    with pytest.raises(ClientError, match="maximum visibility timeout is 43200"):
        queue.postpone(receipt_of(message), 43_201)


def test_buried_message_is_only_in_the_dead_letter_queue(
    queue: SqsQueue, urls: dict[str, str]
) -> None:
    queue.bury(delivery())
    assert received(urls["main"]) == []
    [message] = received(urls["dead"])
    assert Delivery.model_validate_json(message["Body"], by_name=False) == delivery()


def test_redriven_dead_letter_is_received_as_a_new_message(
    queue: SqsQueue, urls: dict[str, str]
) -> None:
    queue.bury(delivery())
    [dead] = received(urls["dead"])
    client("sqs").send_message(QueueUrl=urls["main"], MessageBody=dead["Body"])
    [message] = received(urls["main"])
    assert Delivery.model_validate_json(message["Body"], by_name=False) == delivery()
    assert receipt_of(message).times == 1


def test_missing_queue_is_an_error(urls: dict[str, str]) -> None:
    gone = SqsQueue(client("sqs"), urls["main"] + "-gone", urls["dead"] + "-gone")
    with pytest.raises(ClientError, match="NonExistentQueue"):
        gone.send(delivery())
    with pytest.raises(ClientError, match="NonExistentQueue"):
        gone.bury(delivery())
    with pytest.raises(ClientError, match="NonExistentQueue"):
        gone.postpone(Receipt("handle-1", 1), 30)
