"""Writes and their audit record in one DynamoDB transaction."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from uuid import uuid4

from genesys_purge.calling.backoff import Backoff
from genesys_purge.errors import LostRace
from genesys_purge.model.audit import AuditPosition, AuditRecord
from genesys_purge.ports import AuditPage, Prepared, RulePage
from genesys_purge.store import items
from genesys_purge.store.rule_position import key_of, position_in
from genesys_purge.store.sequence import MOST_GAPS, TAIL, gaps_in, tail_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import QueryOutputTypeDef, TransactWriteItemTypeDef

    from genesys_purge.store.sizes import Item

# For writers that take numbers in order, and for busy tables.
CONTENTION = Backoff(first=0.02, longest=0.5)
ATTEMPTS = 60
# DynamoDB finishes a transaction whose client was cut off when it is repeated after 5 seconds.
IN_PROGRESS = Backoff(first=1.0, longest=8.0)
REPEATS = 6
RULE_INDEX = "RuleIndex"
UNUSED_KEY = "attribute_not_exists(runId)"
FAILED_CONDITION = "ConditionalCheckFailed"
CONFLICT = "TransactionConflict"
BUSY = frozenset({CONFLICT, "ThrottlingError", "ProvisionedThroughputExceeded"})
# Another writer has the number, or is about to have it.
TAKEN = frozenset({FAILED_CONDITION, CONFLICT})
# A cancelled transaction gives this reason for each write that could have been stored.
NO_REASON = "None"


class Write(NamedTuple):
    """Puts `item` if `condition` holds; `check_only` checks the condition without a put."""

    table: str
    item: Item
    condition: str | None = None
    values: Item | None = None
    names: dict[str, str] | None = None
    check_only: bool = False


def prepared(also: Sequence[Prepared]) -> Sequence[Write]:
    """The writes that other stores prepared; they prepare nothing else."""
    return cast("Sequence[Write]", also)


class Ledger:
    """The audit log, and all writes that need a transaction. Implements the `AuditLog` port."""

    def __init__(
        self,
        client: DynamoDBClient,
        audit_table: str,
        sleep: Callable[[float], None] = time.sleep,
        choose: Callable[[Sequence[int]], int] = random.choice,
    ) -> None:
        self._client = client
        self._audit_table = audit_table
        self._sleep = sleep
        self._choose = choose

    def commit(
        self, writes: Sequence[Write], record: AuditRecord | None = None, spread: int = 1
    ) -> None:
        """Stores all writes and the record, or none; raises LostRace if a condition fails.

        A record whose number is taken draws from up to `spread` free numbers. The lower ones may
        stay free; a later record takes them, or they are recorded as unused.
        """
        self._commit(lambda _: writes, record, spread)

    def commit_numbered(
        self, writes_of: Callable[[int], Sequence[Write]], record: AuditRecord
    ) -> None:
        """As `commit`, with writes that contain the sequence of the record."""
        self._commit(writes_of, record)

    def _commit(
        self,
        writes_of: Callable[[int], Sequence[Write]],
        record: AuditRecord | None,
        spread: int = 1,
    ) -> None:
        candidates = 1
        for attempt in range(1, ATTEMPTS + 1):
            numbered = record and self._numbered(record, candidates)
            writes = writes_of(numbered.sequence if numbered else 0)
            reasons = self._transact([*writes, *([self._append(numbered)] if numbered else [])])
            if not reasons:
                return
            if FAILED_CONDITION in reasons[: len(writes)]:
                raise LostRace("another worker changed the record")
            if spread > 1 and _is_only_number_taken(reasons, len(writes)):
                candidates = min(2 * candidates, spread)
            else:
                self._sleep(CONTENTION.wait(attempt))
        raise LostRace(f"the tables were busy in {ATTEMPTS} attempts")

    def fill_gaps(self, run_id: str) -> None:
        """Records the numbers below the last one of the run that no record has taken."""
        for gap in islice(gaps_in(run_id, self._positions(run_id)), MOST_GAPS):
            self._fill(gap)

    def _fill(self, gap: AuditRecord) -> None:
        for attempt in range(1, ATTEMPTS + 1):
            if not BUSY.intersection(self._transact([self._append(gap)])):
                return
            self._sleep(CONTENTION.wait(attempt))
        raise LostRace(f"the tables were busy in {ATTEMPTS} attempts")

    def _positions(self, run_id: str) -> Iterator[Item]:
        """The number and time of each record, in order."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._audit_table,
            KeyConditionExpression="runId = :run",
            ProjectionExpression="#sequence, #at",
            ExpressionAttributeNames={"#sequence": "sequence", "#at": "at"},
            ExpressionAttributeValues={":run": {"S": run_id}},
            ConsistentRead=True,
        )
        return (item for page in pages for item in page["Items"])

    def append(self, record: AuditRecord) -> None:
        self.commit((), record)

    def record_once(self, record: AuditRecord) -> bool:
        """Takes one request, for a new and for a stored record."""
        try:
            self._client.put_item(
                TableName=self._audit_table,
                Item=items.audit_item(record),
                ConditionExpression=UNUSED_KEY,
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def page(self, run_id: str, start: int, limit: int) -> AuditPage:
        answer = self._query(run_id, start=start, limit=limit + 1)
        records = [items.audit_record_in(item) for item in answer["Items"]]
        if len(records) > limit:
            return AuditPage(records[:limit], records[limit].sequence)
        # A query reads at most 1 MB, so it may end before its limit.
        is_cut = "LastEvaluatedKey" in answer
        return AuditPage(records, records[-1].sequence + 1 if is_cut else None)

    def of_rule(self, rule_id: str, after: AuditPosition | None, limit: int) -> RulePage:
        """The records in order of time; the index is eventually consistent."""
        start: dict[str, Any] = {"ExclusiveStartKey": key_of(after, rule_id)} if after else {}
        answer = self._client.query(
            TableName=self._audit_table,
            IndexName=RULE_INDEX,
            KeyConditionExpression="ruleId = :rule",
            ExpressionAttributeValues={":rule": {"S": rule_id}},
            Limit=limit,
            **start,
        )
        last = answer.get("LastEvaluatedKey")
        records = [items.audit_record_in(item) for item in answer["Items"]]
        return RulePage(records, position_in(last) if last else None)

    def _numbered(self, record: AuditRecord, candidates: int) -> AuditRecord:
        """The record with one of so many free numbers; the lowest if there is one candidate."""
        answer = self._query(record.run_id, start=0, limit=TAIL, forward=False)
        tail = tail_of(record, answer["Items"], is_whole="LastEvaluatedKey" not in answer)
        for unused in tail.unused:
            # If the tables are busy, a later record or `fill_gaps` stores it.
            self._transact([self._append(unused)])
        return record.model_copy(update={"sequence": self._choose(tail.free(candidates))})

    def _append(self, record: AuditRecord) -> Write:
        return Write(self._audit_table, items.audit_item(record), UNUSED_KEY)

    def _query(
        self, run_id: str, *, start: int, limit: int, forward: bool = True
    ) -> QueryOutputTypeDef:
        return self._client.query(
            TableName=self._audit_table,
            KeyConditionExpression="runId = :run AND #sequence >= :start",
            ExpressionAttributeNames={"#sequence": "sequence"},
            ExpressionAttributeValues={":run": {"S": run_id}, ":start": {"N": str(start)}},
            ConsistentRead=True,
            ScanIndexForward=forward,
            Limit=limit,
        )

    def _transact(self, writes: Sequence[Write]) -> list[str]:
        """The reason for each write if the transaction failed; empty if it succeeded."""
        try:
            self._send([_transact_item(write) for write in writes])
        except self._client.exceptions.TransactionCanceledException as error:
            reasons = [
                reason.get("Code", "None") for reason in error.response["CancellationReasons"]
            ]
            if FAILED_CONDITION in reasons or BUSY.intersection(reasons):
                return reasons
            raise
        return []

    def _send(self, transaction: Sequence[TransactWriteItemTypeDef]) -> None:
        """Repeats a transaction in progress under its token, so that it is executed once.

        A new token would number and store the same audit record again.
        """
        token = uuid4().hex
        for attempt in range(1, REPEATS + 1):
            try:
                self._client.transact_write_items(
                    TransactItems=transaction, ClientRequestToken=token
                )
            except self._client.exceptions.TransactionInProgressException:
                self._sleep(IN_PROGRESS.wait(attempt))
            else:
                return
        raise LostRace(f"the transaction was still in progress after {REPEATS} attempts")


def _is_only_number_taken(reasons: Sequence[str], writes: int) -> bool:
    """Whether the record's number alone made the transaction fail."""
    return set(reasons[:writes]) <= {NO_REASON} and set(reasons[writes:]) <= TAKEN


def _transact_item(write: Write) -> TransactWriteItemTypeDef:
    common: dict[str, Any] = {"TableName": write.table}
    if write.condition:
        common["ConditionExpression"] = write.condition
    if write.values:
        common["ExpressionAttributeValues"] = write.values
    if write.names:
        common["ExpressionAttributeNames"] = write.names
    kind, item = ("ConditionCheck", "Key") if write.check_only else ("Put", "Item")
    return {kind: common | {item: write.item}}  # type: ignore[misc]  # a TypedDict has only literal keys
