"""`genesys-purge local redrive`: sends abandoned notifications again."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cli.errors import NoAccess
from cli.local_commands.up import STACK
from local.aws.session import AwsSession

QUEUES = {"AbandonedDeliveries": "Deliveries", "AbandonedRegistrations": "Registrations"}


class NothingIsUp(NoAccess):
    """No application is up in this folder."""


def redrive(out: Path) -> dict[str, int]:
    """Moves every message of the dead-letter queues back to its queue; returns their numbers."""
    try:
        stack = json.loads((out / STACK).read_text())
        endpoint, queues = stack["awsEndpoint"], stack["queues"]
    except (OSError, ValueError, KeyError, TypeError):
        raise NothingIsUp(
            f"{out / STACK} does not exist; start `genesys-purge local up` first"
        ) from None
    sqs = AwsSession(endpoint).client("sqs")
    return {
        dead_letters: sum(1 for _ in _moved(sqs, queues[dead_letters], queues[queue]))
        for dead_letters, queue in QUEUES.items()
    }


def _moved(sqs: Any, source: str, target: str) -> Iterator[str]:
    """Yields each message after its move; deletes a message only after it is sent."""
    while found := sqs.receive_message(QueueUrl=source, MaxNumberOfMessages=10).get("Messages"):
        for message in found:
            sqs.send_message(QueueUrl=target, MessageBody=message["Body"])
            sqs.delete_message(QueueUrl=source, ReceiptHandle=message["ReceiptHandle"])
            yield message["MessageId"]
