"""A mocked AWS with the template's tables, safe for threads and cheap enough for many calls.

`make test-dynamodb` sets `TEST_DYNAMODB_URL`. The tables are then in DynamoDB Local; all other
services stay mocked.

Moto alone has three faults for our tests. It rolls a refused transaction back by restoring the
whole table, and so loses the writes of other threads. It sorts the whole table for each query.
And each call spends most of its time on signing, sending and parsing an HTTP exchange in memory.
"""

from __future__ import annotations

import copy
import json
import os
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from importlib import import_module
from typing import Any
from unittest.mock import patch

import boto3
import pytest
from botocore.client import BaseClient
from botocore.parsers import create_parser
from botocore.stub import Stubber
from genesys_purge.store.parameters import OptionalParameters
from genesys_purge.store.plans import S3Plans
from genesys_purge.store.secrets import OptionalSecrets
from moto import mock_aws
from moto.core.responses import ActionResult
from moto.dynamodb.models.table import Table

from tests import template

ACCOUNT = template.PSEUDO["AWS::AccountId"]
DYNAMODB_LOCAL = os.environ.get("TEST_DYNAMODB_URL")
# Moto sends calls to these URLs on. It must keep our credentials for DynamoDB Local, which has
# separate tables for each key.
CORE: Any = {
    "passthrough": {"urls": [DYNAMODB_LOCAL] if DYNAMODB_LOCAL else []},
    "mock_credentials": DYNAMODB_LOCAL is None,
}
# Moto's classes for the services that speak JSON.
HANDLERS = {
    "dynamodb": "DynamoHandler",
    "dynamodbstreams": "DynamoDBStreamsHandler",
    "events": "EventsHandler",
    "secretsmanager": "SecretsManagerResponse",
    "sqs": "SQSResponse",
    "ssm": "SimpleSystemManagerResponse",
    "stepfunctions": "StepFunctionResponse",
}
# Answers of DynamoDB that already have the names and types of boto3.
PLAIN = frozenset({"GetItem", "Query", "Scan", "TransactWriteItems"})
# The position of the index name among the conditions of a query; an index has keys of its own.
INDEX_NAME = 6


@cache
def client(service: str) -> Any:
    """A client for the whole session; it uses whichever mock is active. A new one costs 40 ms."""
    return boto3.client(service)  # type: ignore[call-overload]  # any service name


@cache
def ssm() -> OptionalParameters:
    """Powertools' cache of parameters, empty at the start of each mocked account."""
    return OptionalParameters(boto3_client=client("ssm"))


@cache
def secrets_manager() -> OptionalSecrets:
    """Powertools' cache of secrets, empty at the start of each mocked account."""
    return OptionalSecrets(boto3_client=client("secretsmanager"))


def plans() -> S3Plans:
    """The bucket of plans in the active mock; it is created on first use."""

    @cache
    def s3() -> Any:
        client("s3").create_bucket(Bucket="plans")
        return client("s3")

    return S3Plans(s3, lambda: "plans")


@contextmanager
def mocked_aws(*tables: str) -> Iterator[None]:
    """An empty account with these tables of the template.

    The table of the audit comes with that of the personal data in it.
    """
    names = {*tables, *(["PersonalTable"] if "AuditTable" in tables else [])}
    with mock_aws(config={"core": CORE}), direct_calls():
        ssm().store.clear()
        secrets_manager().store.clear()
        for table in template.tables():
            if table["TableName"] in names:
                client("dynamodb").create_table(**table)
        try:
            yield
        finally:
            if DYNAMODB_LOCAL:
                _delete_tables()


def _delete_tables() -> None:
    """Empties DynamoDB Local, whose tables would outlive the test."""
    for name in client("dynamodb").list_tables()["TableNames"]:
        client("dynamodb").delete_table(TableName=name)


def only_on_moto(reason: str) -> pytest.MarkDecorator:
    """Marks a test that DynamoDB Local cannot pass, with the reason."""
    return pytest.mark.skipif(DYNAMODB_LOCAL is not None, reason=reason)


def only_on_dynamodb_local(reason: str) -> pytest.MarkDecorator:
    """Marks a test that moto cannot pass, with the reason."""
    return pytest.mark.skipif(DYNAMODB_LOCAL is None, reason=reason)


def pause(seconds: float) -> None:
    """Wait between two attempts of a transaction; Moto's transactions never conflict."""
    if DYNAMODB_LOCAL:
        time.sleep(seconds)


@contextmanager
def direct_calls() -> Iterator[None]:
    """Call moto without HTTP; a call of DynamoDB is atomic, and a query reads one partition."""
    lock, query = threading.RLock(), Table.query
    over_http = BaseClient._make_api_call  # type: ignore[attr-defined]  # noqa: SLF001  botocore has no public hook

    def call(caller: Any, name: str, parameters: Any) -> Any:
        service = caller.meta.service_model.service_name
        is_real = service == "dynamodb" and DYNAMODB_LOCAL
        if service not in HANDLERS or caller in stubbed or is_real:
            return over_http(caller, name, parameters)
        with lock if service == "dynamodb" else ExitStack():
            answer = _direct_answer(caller, service, name, parameters)
            return over_http(caller, name, parameters) if answer is None else answer

    stubbed: set[Any] = set()
    activate = Stubber.activate

    def activate_and_note(stubber: Any) -> None:
        stubbed.add(stubber.client)
        activate(stubber)

    def query_one_partition(table: Any, key: Any, *conditions: Any, **more: Any) -> Any:
        if conditions[INDEX_NAME]:
            return query(table, key, *conditions, **more)
        own = {key: table.items[key]} if key in table.items else {}
        return query(_with_items(table, own), key, *conditions, **more)

    with (
        patch.object(BaseClient, "_make_api_call", call),
        patch.object(Stubber, "activate", activate_and_note),
        patch.object(Table, "query", query_one_partition),
        patch.object(Table, "__deepcopy__", _snapshot, create=True),
    ):
        yield


def _direct_answer(caller: Any, service: str, name: str, parameters: Any) -> Any:
    """Moto's answer without an HTTP exchange; None if moto raises an error."""
    operation = caller.meta.service_model.operation_model(name)
    try:
        handler = _handler(caller, service, operation, parameters)
        result = getattr(handler, _snake_case(name))()
        if name in PLAIN:
            assert isinstance(result, ActionResult)
            return result.result
        return _parsed(handler, operation, result)
    except Exception:  # noqa: BLE001  the HTTP exchange raises it again as the service would
        return None


def _handler(caller: Any, service: str, operation: Any, parameters: Any) -> Any:
    """A handler of moto that has read a valid request."""
    request = caller._serializer.serialize_to_request(parameters, operation)  # noqa: SLF001  botocore has no public serializer
    handler = _handler_class(service)()
    handler.region, handler.partition = caller.meta.region_name, "aws"
    handler.current_account = ACCOUNT
    handler.params = json.loads(request["body"])
    handler.body = handler.params if service == "dynamodb" else request["body"].decode()
    handler.headers, handler.response_headers = request["headers"], {}
    handler.querystring, handler.uri_match = {}, {}
    handler.uri = caller.meta.endpoint_url + request["url_path"]
    return handler


@cache
def _handler_class(service: str) -> Any:
    # Imported on first use: that of Step Functions takes a second.
    return getattr(import_module(f"moto.{service}.responses"), HANDLERS[service])


def _parsed(handler: Any, operation: Any, result: Any) -> Any:
    """An answer of moto with the names and types of boto3."""
    headers: Any = {}
    if isinstance(result, ActionResult):
        _, headers, body = handler.serialized(result)
    else:
        body = result if isinstance(result, str) else result[-1 if len(result) > 2 else 0]
    body = body.encode() if isinstance(body, str) else body
    answer = {"status_code": 200, "headers": headers, "body": body}
    return _parser().parse(answer, operation.output_shape)


@cache
def _parser() -> Any:
    return create_parser("json")


@cache
def _snake_case(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).removeprefix("_")


def _snapshot(table: Any, _: object) -> Any:
    """A copy of a table with the same items and stream; a write replaces items and changes none."""
    twin = _with_items(
        table,
        {key: dict(item) if isinstance(item, dict) else item for key, item in table.items.items()},
    )
    if table.stream_shard:
        twin.stream_shard = copy.copy(table.stream_shard)
        twin.stream_shard.items = list(table.stream_shard.items)
    return twin


def _with_items(table: Any, items: dict[Any, Any]) -> Any:
    twin = copy.copy(table)
    twin.items = defaultdict(dict, items)
    return twin
