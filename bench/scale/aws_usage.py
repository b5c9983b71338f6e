"""Counts the calls to AWS of the application, and the units that AWS charges for them."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import ceil
from typing import Any
from unittest.mock import patch

from botocore.client import BaseClient
from genesys_purge.store.sizes import size_of

from bench.scale.budget_line import BudgetLines
from bench.scale.disk_bucket import DiskBucket
from tests import template

KB = 1024
READ_UNIT, WRITE_UNIT = 4 * KB, KB


class Usage:
    """The calls by operation, and the units of DynamoDB; safe for threads."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.write_units = 0
        self.read_units = 0.0
        self._here = threading.local()
        self._indexes = _index_keys()

    @property
    def seconds_here(self) -> float:
        """CPU seconds that this thread has spent in the simulated services."""
        return getattr(self._here, "seconds", 0.0)

    @property
    def calls_here(self) -> Counter[str]:
        """The calls of this thread by service."""
        if not hasattr(self._here, "calls"):
            self._here.calls = Counter()
        calls: Counter[str] = self._here.calls
        return calls

    @contextmanager
    def outside(self, service: str) -> Iterator[None]:
        """Account a call to a service, whose CPU time is not that of the function."""
        self.calls_here[service] += 1
        began = time.thread_time()
        try:
            yield
        finally:
            self._here.seconds = self.seconds_here + time.thread_time() - began

    def note_call(self, service: str, name: str, asked: Mapping[str, Any]) -> None:
        """Count a call of boto3; a refused write costs as much as any other."""
        self.calls[f"{service}.{name}"] += 1
        if service == "dynamodb":
            self.write_units += self.units_written(name, asked)

    def note_answer(self, service: str, name: str, asked: Mapping[str, Any], answer: Any) -> None:
        """Count what a call of boto3 read."""
        if service == "dynamodb":
            self.read_units += units_read(name, asked, answer)

    def units_written(self, name: str, asked: Mapping[str, Any]) -> int:
        """A unit for each KB of an item, two in a transaction; the entries of indexes cost more."""
        match name:
            case "PutItem":
                return self._units_of(asked["TableName"], asked["Item"])
            case "UpdateItem" | "DeleteItem":
                # Only small items are updated: the budget and the circuit of an organisation.
                return 1
            case "TransactWriteItems":
                return sum(map(self._units_in_transaction, asked["TransactItems"]))
        return 0

    def _units_in_transaction(self, write: Mapping[str, Any]) -> int:
        [(kind, content)] = write.items()
        units = self._units_of(content["TableName"], content["Item"]) if kind == "Put" else 1
        return 2 * units

    def _units_of(self, table: str, item: Any) -> int:
        # An entry of an index that changes is at most deleted and written.
        entries = sum(bool(keys <= item.keys()) for keys in self._indexes[table])
        return ceil(size_of(item) / WRITE_UNIT) + 2 * entries


def units_read(name: str, asked: Mapping[str, Any], answer: Any) -> float:
    """A unit for 4 KB of what is read consistently, half of it for other reads."""
    match name:
        case "GetItem":
            found = [answer.get("Item", {})]
        case "Query":
            found = answer["Items"]
        case _:
            return 0
    units = max(1, ceil(sum(map(size_of, found)) / READ_UNIT))
    return units if asked.get("ConsistentRead") else units / 2


@contextmanager
def counted(usage: Usage, bucket: DiskBucket) -> Iterator[None]:
    """Count every call of boto3; objects of S3 are in the bucket."""
    lines = BudgetLines()
    send = BaseClient._make_api_call  # type: ignore[attr-defined]  # noqa: SLF001  botocore has no public hook

    def call(caller: Any, name: str, asked: Any) -> Any:
        service = caller.meta.service_model.service_name
        with usage.outside("aws"):
            usage.note_call(service, name, asked)
            if lines.answers(service, name, asked):
                return lines.update(caller, asked)
            if service == "s3":
                return bucket.call(name, asked)
            answer = send(caller, name, asked)
            usage.note_answer(service, name, asked, answer)
            return answer

    with patch.object(BaseClient, "_make_api_call", call):
        yield


def _index_keys() -> dict[str, list[frozenset[str]]]:
    """The keys of each index, by table; an item without them is not in it."""
    return {
        table["TableName"]: [
            frozenset(key["AttributeName"] for key in index["KeySchema"])
            for index in table.get("GlobalSecondaryIndexes", ())
        ]
        for table in template.tables()
    }
