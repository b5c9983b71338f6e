"""Makes moto's DynamoDB safe for threads and fast for thousands of calls.

Without it, moto rolls a refused transaction back by restoring the whole table. This loses the
writes of other threads, and keeps the refused writes in the table's stream. Moto also sorts the
whole table for each query, and spends most of a call on an HTTP exchange that no test needs.
"""

from __future__ import annotations

import copy
import json
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import patch

from botocore.client import BaseClient
from moto.core.responses import ActionResult
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler

SHORT = frozenset({"get_item", "query", "scan", "transact_write_items"})
ACCOUNT = "123456789012"
# The position of the index name among the arguments of a query; an index has other keys.
INDEX_NAME = 6


@contextmanager
def one_call_at_a_time() -> Iterator[None]:
    """Make each call atomic, and let a query read only the items of its own key."""
    lock, clients, query = threading.RLock(), cast("Any", BaseClient), Table.query
    make_request = clients._make_request  # noqa: SLF001  botocore has no public method before signing

    def make_request_alone(client: Any, operation: Any, request: Any, context: Any) -> Any:
        if client.meta.service_model.service_name != "dynamodb":
            return make_request(client, operation, request, context)
        with lock:
            answer = _short_cut(client.meta.region_name, request)
            return answer or make_request(client, operation, request, context)

    def query_one_key(table: Any, key: Any, *conditions: Any, **more: Any) -> Any:
        if conditions[INDEX_NAME]:
            return query(table, key, *conditions, **more)
        own = {key: table.items[key]} if key in table.items else {}
        return query(_with_items(table, own), key, *conditions, **more)

    with (
        patch.object(clients, "_make_request", make_request_alone),
        patch.object(Table, "query", query_one_key),
        patch.object(Table, "__deepcopy__", _snapshot, create=True),
    ):
        yield


def _short_cut(region: str, request: Any) -> tuple[Any, Any] | None:
    """Moto's answer without an HTTP exchange; None if the call needs one or fails."""
    handler: Any = DynamoHandler()
    handler.region, handler.current_account = region, ACCOUNT
    handler.body = json.loads(request["body"])
    operation = request["headers"]["X-Amz-Target"].rpartition(".")[2]
    name = "".join(f"_{c.lower()}" if c.isupper() else c for c in operation).removeprefix("_")
    if name not in SHORT:
        return None
    try:
        result = getattr(handler, name)()
    except Exception:  # noqa: BLE001  the call over HTTP raises it again as a service error
        return None
    assert isinstance(result, ActionResult)
    return SimpleNamespace(status_code=200), result.result


def _snapshot(table: Any, _: object) -> Any:
    """A shallow copy of a table and its stream; a put replaces items and never changes them."""
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
