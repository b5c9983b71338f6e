"""The tables of a bench in a process of their own, so that its memory does not contain them."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any, NamedTuple
from unittest.mock import patch

from botocore.client import BaseClient
from botocore.exceptions import ClientError

from tests import template
from tests.mocked_aws import client, mocked_aws


class Refusal(NamedTuple):
    """An error of DynamoDB, as boto3 has it."""

    response: Mapping[str, Any]


@contextmanager
def elsewhere() -> Iterator[None]:
    """Send every call of DynamoDB to a new process with empty tables, one at a time."""
    context, lock = multiprocessing.get_context("spawn"), threading.Lock()
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there,), daemon=True)
    send = BaseClient._make_api_call  # type: ignore[attr-defined]  # noqa: SLF001  botocore has no public hook

    def call(caller: Any, name: str, asked: Any) -> Any:
        if caller.meta.service_model.service_name != "dynamodb":
            return send(caller, name, asked)
        with lock:
            here.send((name, asked))
            answer = here.recv()
        if isinstance(answer, Refusal):
            code = answer.response["Error"]["Code"]
            raise caller.exceptions.from_code(code)(answer.response, name)
        return answer

    process.start()
    try:
        with patch.object(BaseClient, "_make_api_call", call):
            yield
    finally:
        here.send(None)
        process.join()


def _serve(calls: Connection) -> None:
    """Answer calls until there is None."""
    with mocked_aws(*(each["TableName"] for each in template.tables())):
        dynamodb = client("dynamodb")
        while asked := calls.recv():
            try:
                calls.send(dynamodb._make_api_call(*asked))  # noqa: SLF001  its name is that of the operation
            except ClientError as error:
                calls.send(Refusal(error.response))
