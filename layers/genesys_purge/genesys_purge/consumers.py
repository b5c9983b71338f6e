"""Consumers of queues and of the audit's stream, over Powertools' batch processing.

They are not part of `entrypoint`: batch processing loads asyncio, which only consumers pay for.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import (
    DynamoDBRecord,
    DynamoDBRecordEventName,
    DynamoDBStreamEvent,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from genesys_purge.entrypoint import Handler, guarded
from genesys_purge.model.audit import Alteration, AuditRecord
from genesys_purge.model.wire import Wire
from genesys_purge.ports import Receipt
from genesys_purge.telemetry import SUBJECT, about, correlate, observed, part

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

M = TypeVar("M", bound=Wire)


class NotDone(Exception):
    """The queue hands the message out again; nothing is wrong."""


class InOrder(BatchProcessor):
    """Stops at the first failure, so that no record overtakes the one before it."""

    def process(self) -> list[tuple[Any, ...]]:
        results = []
        for record in self.records:
            results.append(self._process_record(record))
            if self.fail_messages:
                break
        return results


def queued(message: type[M]) -> Callable[[Callable[[M, Receipt], bool]], Handler]:
    """The consumer of a queue: a message that fails, or is not done, is handed out again."""

    def wrap(use_case: Callable[[M, Receipt], bool]) -> Handler:
        def consume(record: SQSRecord) -> bool:
            parsed = message.model_validate_json(record.body, by_name=False)
            about(**_subject_of(parsed))
            times = int(record.attributes.approximate_receive_count)
            return use_case(parsed, Receipt(record.receipt_handle, times))

        @wraps(use_case)
        def handler(event: Any, context: LambdaContext) -> Any:
            def consume_one(record: SQSRecord) -> None:
                with part(record.message_id):
                    if not guarded(lambda: consume(record), context):
                        raise NotDone

            processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
            return observed(
                lambda: process_partial_response(event, consume_one, processor), context
            )

        return handler

    return wrap


def _subject_of(message: Wire) -> dict[str, object]:
    return {name: getattr(message, name, None) for name in SUBJECT}


# Reads a stored audit record: its run, its number, and its text.
ReadRecord = Callable[[str, int, str], AuditRecord]


def streamed(read: ReadRecord) -> Callable[[Callable[[AuditRecord], None]], Handler]:
    """The consumer of new records in the audit's stream."""

    def wrap(use_case: Callable[[AuditRecord], None]) -> Handler:
        return _streamed(use_case, read)

    return wrap


def _streamed(use_case: Callable[[AuditRecord], None], read: ReadRecord) -> Handler:
    def consume(record: DynamoDBRecord) -> None:
        if record.event_name is DynamoDBRecordEventName.INSERT and record.dynamodb:
            image = record.dynamodb.new_image
            correlate(image.get("runId"))
            about(run_id=image.get("runId"))
            parsed = read(image["runId"], int(image["sequence"]), image["body"])
            about(**_subject_of(parsed))
            use_case(parsed)

    return _in_order(use_case, consume)


class Change(NamedTuple):
    """A stored audit record that was changed or removed; `event_id` is that of the stream."""

    event_id: str
    alteration: Alteration


class Gathered(NamedTuple):
    """A batch of the audit's stream.

    `actions` are those of the new records, by their run. `changes` are those of stored records.
    """

    actions: Mapping[str, Collection[str]]
    changes: Sequence[Change]


def gathered(use_case: Callable[[Gathered], None]) -> Handler:
    """The consumer of whole batches of the audit's stream; an error repeats the whole batch."""

    @wraps(use_case)
    def handler(event: Any, context: LambdaContext) -> Any:
        def consume() -> None:
            actions, changes = dict[str, list[str]](), []
            for record in DynamoDBStreamEvent(event).records:
                if record.event_name is DynamoDBRecordEventName.INSERT and record.dynamodb:
                    run_id = _key_of(record)["runId"]
                    actions.setdefault(run_id, []).append(record.dynamodb.new_image["action"])
                else:
                    changes.append(_change_in(record))
            use_case(Gathered(actions, changes))

        return observed(lambda: guarded(consume, context), context)

    return handler


def _key_of(record: DynamoDBRecord) -> dict[str, Any]:
    # Every record of a stream has the keys, whatever the view type of the stream is.
    if record.dynamodb is None or not record.dynamodb.keys:
        raise KeyError("a record of the stream has no keys")
    return record.dynamodb.keys


def _change_in(record: DynamoDBRecord) -> Change:
    key = _key_of(record)
    fields = {
        "runId": key["runId"],
        "sequence": int(key["sequence"]),
        "event": record["eventName"],
    }
    return Change(record["eventID"], Alteration.parse(fields))


def _in_order(use_case: Callable[..., None], consume: Callable[[DynamoDBRecord], None]) -> Handler:
    """The consumer of the audit's stream: it handles the records in order, up to a failure.

    Lambda continues from the record that failed. The error is raised where that is the first one:
    Lambda then splits the batch, until it can give up that record alone.
    """

    @wraps(use_case)
    def handler(event: Any, context: LambdaContext) -> Any:
        def consume_one(record: DynamoDBRecord) -> None:
            with part(record.event_id):
                guarded(lambda: consume(record), context)

        processor = InOrder(EventType.DynamoDBStreams, raise_on_entire_batch_failure=False)
        answer = observed(lambda: process_partial_response(event, consume_one, processor), context)
        for _, error, _ in processor.exceptions:
            if error and not processor.success_messages:
                raise error
        return answer

    return handler
