"""The stream of the audit table and the queues between functions, driven by the test's clock."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import RLock
from typing import Any, NamedTuple
from unittest.mock import patch

from moto.events.models import EventPattern
from moto.sqs import models as sqs

from tests import template
from tests.clock import Clock

ACCOUNT, REGION = template.PSEUDO["AWS::AccountId"], template.PSEUDO["AWS::Region"]
Invoke = Callable[[str, dict[str, Any]], Any]
Record = dict[str, Any]


class Source(NamedTuple):
    """A function's event source in the template; `name` is the queue or the table."""

    function: str
    name: str
    properties: Mapping[str, Any]

    @property
    def batch_size(self) -> int:
        return int(self.properties["BatchSize"])

    def wants(self, record: Record) -> bool:
        """Whether a filter of the source accepts the record; without one, it accepts all."""
        event: Any = record
        if "FilterCriteria" not in self.properties:
            return True
        texts = [each["Pattern"] for each in self.properties["FilterCriteria"]["Filters"]]
        patterns = [EventPattern(text, json.loads(text)) for text in texts]
        return any(each.matches_event(event) for each in patterns)


def sources(kind: str, named_by: str) -> list[Source]:
    """Every event source of a kind; `named_by` is the property with the queue or the table."""
    return [
        Source(function, template.resolved(event["Properties"][named_by]), event["Properties"])
        for function, properties in template.resources("AWS::Serverless::Function").items()
        for event in properties.get("Events", {}).values()
        if event["Type"] == kind
    ]


class EventDelivery:
    """Polls the stream and the queues as Lambda does, but only when a test calls it."""

    def __init__(self, aws: Callable[[str], Any], invoke: Invoke, clock: Clock) -> None:
        self._aws = aws
        self._invoke = invoke
        self._clock = clock
        self._consumers = sources("DynamoDB", "Stream")
        self._queues = sources("SQS", "Queue")
        self._since: dict[str, str] = {}
        self._lock = RLock()

    def run(self) -> None:
        """Poll until the stream has no new record and the queues have no visible message."""
        # Lambda reads a shard of a stream with one poller.
        with self._lock:
            while self._publish() or any(self._consume(each) for each in self._queues):
                pass

    def run_out(self) -> None:
        """Poll until the queues are empty; passes the time for which messages are hidden."""
        self.run()
        while hidden := [at for each in self._queues for at in hidden_until(each.name)]:
            self._clock.at = max(self._clock.at, min(hidden))
            self.run()

    def publish(self, records: list[Record]) -> None:
        """Invoke PublishNotifications with records of the stream."""
        self._pass(records, "PublishNotificationsFunction")

    def _pass(self, records: list[Record], function: str) -> None:
        """Invoke a function with records of the stream; retries from the failed record on."""
        while records:
            answer = self._invoke(function, {"Records": records})
            failed = {
                each["itemIdentifier"] for each in (answer or {}).get("batchItemFailures", ())
            }
            numbers = [sequence_of(each) for each in records]
            records = records[min(map(numbers.index, failed), default=len(records)) :]

    def _publish(self) -> bool:
        """Whether there were new records; they stay new if a function raises."""
        records = self.stream(**self._since)
        for consumer in self._consumers:
            wanted = [each for each in records if consumer.wants(each)]
            for start in range(0, len(wanted), consumer.batch_size):
                self._pass(wanted[start : start + consumer.batch_size], consumer.function)
        if records:
            self._since = {"SequenceNumber": sequence_of(records[-1])}
        return bool(records)

    def stream(self, **since: str) -> list[Record]:
        """The stream's records as Lambda passes them: all, or those after a SequenceNumber."""
        streams = self._aws("dynamodbstreams")
        (name,) = {each.name for each in self._consumers}
        table = self._aws("dynamodb").describe_table(TableName=name)["Table"]
        where = {"StreamArn": table["LatestStreamArn"]}
        (shard,) = streams.describe_stream(**where)["StreamDescription"]["Shards"]
        kind = "AFTER_SEQUENCE_NUMBER" if since else "TRIM_HORIZON"
        begin = streams.get_shard_iterator(
            **where, ShardId=shard["ShardId"], ShardIteratorType=kind, **since
        )
        found: list[Record] = []
        page = streams.get_records(ShardIterator=begin["ShardIterator"])
        while page["Records"]:
            found += page["Records"]
            page = streams.get_records(ShardIterator=page["NextShardIterator"])
        return [*json.loads(json.dumps(found, default=str))]

    def _consume(self, source: Source) -> bool:
        """Whether there was a batch; deletes the messages that the function did not fail."""
        queue = {"QueueUrl": source.name}
        received = self._aws("sqs").receive_message(
            **queue, MaxNumberOfMessages=source.batch_size, AttributeNames=["All"]
        )
        messages = received.get("Messages", [])
        if messages:
            event = {"Records": [_record(each) for each in messages]}
            answer = self._invoke(source.function, event)
            failed = {each["itemIdentifier"] for each in answer["batchItemFailures"]}
            for each in messages:
                if each["MessageId"] not in failed:
                    handle = each["ReceiptHandle"]
                    self._aws("sqs").delete_message(**queue, ReceiptHandle=handle)
        return bool(messages)

    def take(self, queue: str) -> list[Any]:
        """Remove the messages from a queue, and return them."""
        taken: list[Any] = []
        client, url = self._aws("sqs"), {"QueueUrl": queue}
        while found := client.receive_message(**url, MaxNumberOfMessages=10).get("Messages"):
            for each in found:
                taken.append(json.loads(each["Body"]))
                client.delete_message(**url, ReceiptHandle=each["ReceiptHandle"])
        return taken


def sequence_of(record: Record) -> str:
    """The sequence number of a stream record."""
    return str(record["dynamodb"]["SequenceNumber"])


def _record(message: Mapping[str, Any]) -> Record:
    """A message in the format of Lambda."""
    names = {"MessageId": "messageId", "ReceiptHandle": "receiptHandle", "Body": "body"}
    fields = {ours: message[name] for name, ours in names.items()}
    return fields | {"attributes": message["Attributes"], "eventSource": "aws:sqs"}


def hidden_until(queue: str) -> Iterator[datetime]:
    """The moment at which each message in the queue becomes visible."""
    for message in sqs.sqs_backends[ACCOUNT][REGION].queues[queue]._messages:  # noqa: SLF001  SQS does not report when a message becomes visible
        # Moto hides a message up to and including that millisecond; the next second is late enough.
        yield datetime.fromtimestamp(message.visible_at // 1000 + 1, UTC)


@contextmanager
def queues_by(clock: Clock) -> Iterator[None]:
    """Let moto's queues use this clock."""
    with (
        patch.object(sqs, "unix_time", lambda: clock().timestamp()),
        patch.object(sqs, "unix_time_millis", lambda: clock().timestamp() * 1000),
    ):
        yield


def create_queues(client: Any) -> None:
    """Create every queue of the template; its URL is its logical id."""
    queues = template.resources("AWS::SQS::Queue")
    # A dead-letter queue must exist before the queue that names it.
    for name in sorted(queues, key=lambda each: "RedrivePolicy" in queues[each]):
        given = template.resolved(queues[name])
        attributes = {key: str(given[key]) for key in ("VisibilityTimeout",) if key in given}
        if policy := given.get("RedrivePolicy"):
            target = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{policy['deadLetterTargetArn']}"
            attributes["RedrivePolicy"] = json.dumps(policy | {"deadLetterTargetArn": target})
        client.create_queue(QueueName=name, Attributes=attributes)
