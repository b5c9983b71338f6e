"""A model of DynamoDB in virtual time, for the requests of the ledger.

What is assumed, and its source:

- Latency: the percentiles that Alex DeBrie measured from Lambda functions
  (github.com/alexdebrie/dynamodb-performance-testing): `PutItem` for a request that is no
  transaction, a transaction of 5 items for each transaction. A refused transaction took as long.
- A transaction prepares all its items, then commits them ("Distributed Transactions at Scale in
  Amazon DynamoDB", USENIX ATC 2023). A third of the latency is before the preparation, a third
  after the commit: no source gives these parts.
- A transaction that finds an item prepared by another one is cancelled with TransactionConflict.
  A consistent read returns what is committed.
- A transaction needs two write units for a KB of each item, others one; a consistent read needs
  one read unit for 4 KB. A refused write needs as many, which is the documented maximum.
- A partition serves 1,000 write units a second; a run is one partition key of each table.
"""

from __future__ import annotations

from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from math import ceil
from random import Random
from typing import Any

from genesys_purge.store.sizes import size_of

from bench.virtual_time import Timeline

SHARES = (0.0, 0.5, 0.9, 0.95, 0.99, 1.0)
# Milliseconds at these shares.
REQUEST = (5.47, 7.55, 11.3, 13.2, 16.2, 29.0)
TRANSACTION = (19.4, 25.3, 30.7, 36.4, 92.5, 218.0)
UNITS_A_SECOND = 1_000.0
SORT_KEYS = {"AuditTable": "sequence", "RunsTable": "item"}

Key = tuple[str, str, str]


class Refused(Exception):
    """An error response, as boto3 raises it."""

    def __init__(self, reasons: Sequence[str] = ()) -> None:
        super().__init__(*reasons)
        self.response = {"CancellationReasons": [{"Code": each} for each in reasons]}


class Exceptions:
    """The exceptions of a client."""

    class TransactionCanceledException(Refused):
        pass

    class TransactionInProgressException(Refused):
        pass

    class ConditionalCheckFailedException(Refused):
        pass


class Partition:
    """The write units of a partition: those of one second at most are saved up."""

    def __init__(self) -> None:
        self._units, self._at = UNITS_A_SECOND, 0.0

    def take(self, units: float, now: float) -> bool:
        saved = self._units + (now - self._at) * UNITS_A_SECOND
        self._units, self._at = min(saved, UNITS_A_SECOND), now
        if units > self._units:
            return False
        self._units -= units
        return True


class ModelledDynamoDB:
    """Stands in for the client of DynamoDB."""

    exceptions = Exceptions

    def __init__(self, timeline: Timeline, random: Random) -> None:
        self.counts: Counter[str] = Counter()
        self._timeline = timeline
        self._random = random
        self._items: dict[Key, dict[str, Any]] = {}
        self._sequences: defaultdict[str, list[int]] = defaultdict(list)
        self._prepared: set[Key] = set()
        self._partitions: defaultdict[tuple[str, str], Partition] = defaultdict(Partition)

    def store(self, table: str, item: dict[str, Any]) -> None:
        """Store an item in no time."""
        key = key_of(table, item)
        self._items[key] = item
        if table == "AuditTable":
            numbers = self._sequences[key[1]]
            numbers.insert(bisect(numbers, int(key[2])), int(key[2]))

    def sequences(self, run_id: str) -> list[int]:
        return self._sequences[run_id]

    def query(self, **query: Any) -> dict[str, Any]:
        """The records of a run, as the ledger asks for them."""
        latency = self._latency(REQUEST)
        self._timeline.pause(latency / 2)
        found = list(self._found(query))
        self.counts["queries"] += 1
        self.counts["read units"] += ceil(max(sum(map(size_of, found)), 1) / 4096)
        self._timeline.pause(latency / 2)
        is_cut = len(found) < len(self._sequences[run_of(query)])
        return {"Items": found} | ({"LastEvaluatedKey": {}} if is_cut else {})

    def transact_write_items(self, **request: Any) -> dict[str, Any]:
        writes = [write for each in request["TransactItems"] for write in each.values()]
        part = self._latency(TRANSACTION) / 3
        self._timeline.pause(part)
        self.counts["transactions"] += 1
        reasons = [self._reason(write) for write in writes]
        if any(reasons):
            self._timeline.pause(2 * part)
            raise Exceptions.TransactionCanceledException([each or "None" for each in reasons])
        keys = {key_of(write["TableName"], write["Item"]) for write in writes}
        self._prepared |= keys
        self._timeline.pause(part)
        self._prepared -= keys
        for write in writes:
            self.store(write["TableName"], write["Item"])
        self._timeline.pause(part)
        return {}

    def _reason(self, write: dict[str, Any]) -> str | None:
        key, units = key_of(write["TableName"], write["Item"]), 2 * units_of(write["Item"])
        if not self._partitions[key[:2]].take(units, self._timeline.now):
            self.counts["throttled"] += 1
            return "ThrottlingError"
        self.counts["write units"] += units
        if key in self._prepared:
            self.counts["conflicts"] += 1
            return "TransactionConflict"
        if not self._holds(write, self._items.get(key)):
            self.counts["failed conditions"] += 1
            return "ConditionalCheckFailed"
        return None

    def _holds(self, write: dict[str, Any], stored: dict[str, Any] | None) -> bool:
        """The two conditions of an append: a free number, and the batch's version."""
        if write["ConditionExpression"] == "attribute_not_exists(runId)":
            return stored is None
        before = write["ExpressionAttributeValues"][":before"]
        return stored is not None and stored["version"] == before

    def _found(self, query: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """The last records of a run; the ledger asks for no others while it appends."""
        run_id = run_of(query)
        for number in reversed(self._sequences[run_id][-query["Limit"] :]):
            yield self._items["AuditTable", run_id, str(number)]

    def _latency(self, percentiles: Sequence[float]) -> float:
        """Seconds, drawn between the measured percentiles."""
        share = self._random.random()
        above = bisect(SHARES, share)
        low, high = SHARES[above - 1], SHARES[above]
        within = (share - low) / (high - low)
        return (percentiles[above - 1] * (1 - within) + percentiles[above] * within) / 1_000


def run_of(query: dict[str, Any]) -> str:
    return str(query["ExpressionAttributeValues"][":run"]["S"])


def key_of(table: str, item: dict[str, Any]) -> Key:
    [sort_key] = item[SORT_KEYS[table]].values()
    return table, item["runId"]["S"], sort_key


def units_of(item: dict[str, Any]) -> int:
    return ceil(size_of(item) / 1024)
