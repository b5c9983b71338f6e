"""`python -m local redrive`: notifications that were given up on, back into their queue."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console

from local.aws_session import AwsSession
from local.running import say
from local.upkeep import STACK

QUEUES = {"AbandonedDeliveries": "Deliveries", "AbandonedRegistrations": "Registrations"}


class NothingIsUp(Exception):
    """There is no `stack.json`, so nothing to send again."""


def redrive(out: Path, console: Console) -> int:
    """Moves every dead letter of the application that is up; 0, whether there were any or not."""
    try:
        stack = json.loads((out / STACK).read_text())
    except OSError:
        raise NothingIsUp(f"{out / STACK} is not there: is `make up` up?") from None
    sqs = AwsSession(stack["awsEndpoint"]).client("sqs")
    for dead_letters, queue in QUEUES.items():
        moved = sum(1 for _ in _moved(sqs, stack["queues"][dead_letters], stack["queues"][queue]))
        say(console, f"{moved} from {dead_letters} back into {queue}")
    return 0


def _moved(sqs: Any, source: str, target: str) -> Iterator[str]:
    """Each message once it is in its queue; one is only taken away when it is there."""
    while found := sqs.receive_message(QueueUrl=source, MaxNumberOfMessages=10).get("Messages"):
        for message in found:
            sqs.send_message(QueueUrl=target, MessageBody=message["Body"])
            sqs.delete_message(QueueUrl=source, ReceiptHandle=message["ReceiptHandle"])
            yield message["MessageId"]
