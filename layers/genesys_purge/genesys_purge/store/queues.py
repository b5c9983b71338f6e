"""SQS queues with a dead-letter queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genesys_purge.model.wire import Wire
from genesys_purge.ports import Receipt

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class SqsQueue:
    """Implements the `Queue` port for every message type."""

    def __init__(self, client: SQSClient, url: str, dead_letter_url: str) -> None:
        self._client = client
        self._url = url
        self._dead_letter_url = dead_letter_url

    def send(self, message: Wire) -> None:
        self._put(self._url, message)

    def postpone(self, receipt: Receipt, seconds: int) -> None:
        self._client.change_message_visibility(
            QueueUrl=self._url, ReceiptHandle=receipt.handle, VisibilityTimeout=seconds
        )

    def bury(self, message: Wire) -> None:
        self._put(self._dead_letter_url, message)

    def _put(self, url: str, message: Wire) -> None:
        body = message.model_dump_json(by_alias=True, exclude_none=True)
        self._client.send_message(QueueUrl=url, MessageBody=body)
