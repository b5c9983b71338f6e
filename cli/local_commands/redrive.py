"""`genesys-purge local redrive`: sends abandoned notifications again."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console

from cli.errors import NoAccess
from cli.local_commands.up import STACK
from cli.reports.lines import say
from local.aws.session import AwsSession

QUEUES = {"AbandonedDeliveries": "Deliveries", "AbandonedRegistrations": "Registrations"}


class NothingIsUp(NoAccess):
    """No application is up in this folder."""


def redrive(out: Path, console: Console) -> int:
    """Moves every message of the dead-letter queues back to its queue; returns 0."""
    try:
        stack = json.loads((out / STACK).read_text())
    except OSError:
        raise NothingIsUp(
            f"{out / STACK} does not exist; start `genesys-purge local up` first"
        ) from None
    sqs = AwsSession(stack["awsEndpoint"]).client("sqs")
    for dead_letters, queue in QUEUES.items():
        moved = sum(1 for _ in _moved(sqs, stack["queues"][dead_letters], stack["queues"][queue]))
        say(console, f"{moved} moved from {dead_letters} to {queue}")
    return 0


def _moved(sqs: Any, source: str, target: str) -> Iterator[str]:
    """Yields each message after its move; deletes a message only after it is sent."""
    while found := sqs.receive_message(QueueUrl=source, MaxNumberOfMessages=10).get("Messages"):
        for message in found:
            sqs.send_message(QueueUrl=target, MessageBody=message["Body"])
            sqs.delete_message(QueueUrl=source, ReceiptHandle=message["ReceiptHandle"])
            yield message["MessageId"]
