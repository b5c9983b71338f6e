"""Writes and their audit record in one DynamoDB transaction."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from genesys_purge.calling.backoff import Backoff
from genesys_purge.errors import LostRace, TryLater
from genesys_purge.model.audit import AuditPosition, AuditRecord
from genesys_purge.model.erasable import has_digests
from genesys_purge.ports import AuditPage, RulePage
from genesys_purge.store.audit_items import AuditItems, items_of, key_of, records_in
from genesys_purge.store.personal_data import PersonalData
from genesys_purge.store.rule_position import position_in, start_after
from genesys_purge.store.sequence import MOST_GAPS, TAIL, gaps_in, tail_of
from genesys_purge.store.transactions import (
    BUSY,
    CONFLICT,
    FAILED_CONDITION,
    NO_REASON,
    Transactions,
    Write,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import QueryOutputTypeDef

    from genesys_purge.store.sizes import Item

# For writers that take numbers in order, and for busy tables.
CONTENTION = Backoff(first=0.02, longest=0.5)
ATTEMPTS = 60
RULE_INDEX = "RuleIndex"
UNUSED_KEY = "attribute_not_exists(runId)"
# Another writer has the number, or is about to have it.
TAKEN = frozenset({FAILED_CONDITION, CONFLICT})


class Ledger:
    """The audit log, and all writes that need a transaction. Implements the `AuditLog` port."""

    def __init__(
        self,
        client: DynamoDBClient,
        audit_table: str,
        personal_table: str,
        sleep: Callable[[float], None] = time.sleep,
        choose: Callable[[Sequence[int]], int] = random.choice,
    ) -> None:
        self._client = client
        self._audit_table = audit_table
        self._personal = PersonalData(client, personal_table)
        self._sleep = sleep
        self._transact = Transactions(client, sleep)
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
        record = record and self._named(record)
        for attempt in range(1, ATTEMPTS + 1):
            numbered = record and self._numbered(record, candidates)
            writes = writes_of(numbered.sequence if numbered else 0)
            reasons = self._transact([*writes, *(self._append(numbered) if numbered else ())])
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
            if not BUSY.intersection(self._transact(self._append(gap))):
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
        new = items_of(self._named(record))
        if new.personal:
            return self._record_both(new)
        try:
            self._client.put_item(
                TableName=self._audit_table, Item=new.sealed, ConditionExpression=UNUSED_KEY
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def _record_both(self, new: AuditItems) -> bool:
        """Whether both items were stored; TryLater if the tables are busy."""
        reasons = self._transact(self._writes_of(new))
        if BUSY.intersection(reasons):
            raise TryLater("the tables of the audit are busy")
        return not reasons

    def page(self, run_id: str, start: int, limit: int) -> AuditPage:
        answer = self._query(run_id, start=start, limit=limit + 1)
        records = self._records_in(answer["Items"])
        if len(records) > limit:
            return AuditPage(records[:limit], records[limit].sequence)
        # A query reads at most 1 MB, so it may end before its limit.
        is_cut = "LastEvaluatedKey" in answer or len(records) < len(answer["Items"])
        return AuditPage(records, records[-1].sequence + 1 if is_cut else None)

    def of_rule(self, rule_id: str, after: AuditPosition | None, limit: int) -> RulePage:
        """The records in order of time; the index is eventually consistent."""
        start: dict[str, Any] = {"ExclusiveStartKey": start_after(after, rule_id)} if after else {}
        answer = self._client.query(
            TableName=self._audit_table,
            IndexName=RULE_INDEX,
            KeyConditionExpression="ruleId = :rule",
            ExpressionAttributeValues={":rule": {"S": rule_id}},
            Limit=limit,
            **start,
        )
        found = answer["Items"]
        records = self._records_in(found)
        is_cut = len(records) < len(found)
        last = found[len(records) - 1] if is_cut else answer.get("LastEvaluatedKey")
        return RulePage(records, position_in(last) if last else None)

    def _records_in(self, items: Sequence[Item]) -> Sequence[AuditRecord]:
        """The first records of about a megabyte, with everything that is not erased."""
        keys = [key_of(item) for item in items if has_digests(item["body"]["S"])]
        return list(records_in(items, self._personal.disclosures(keys)))

    def _named(self, record: AuditRecord) -> AuditRecord:
        """The record with the pseudonym of its person."""
        if record.person_id is None:
            return record
        name = self._personal.pseudonym_of(record.person_id)
        return record.model_copy(update={"person": name})

    def _numbered(self, record: AuditRecord, candidates: int) -> AuditRecord:
        """The record with one of so many free numbers; the lowest if there is one candidate."""
        answer = self._query(record.run_id, start=0, limit=TAIL, forward=False)
        tail = tail_of(record, answer["Items"], is_whole="LastEvaluatedKey" not in answer)
        for unused in tail.unused:
            # If the tables are busy, a later record or `fill_gaps` stores it.
            self._transact(self._append(unused))
        return record.model_copy(update={"sequence": self._choose(tail.free(candidates))})

    def _append(self, record: AuditRecord) -> Sequence[Write]:
        """The record first: its reason is the first one after those of the other writes."""
        return self._writes_of(items_of(record))

    def _writes_of(self, new: AuditItems) -> Sequence[Write]:
        sealed = Write(self._audit_table, new.sealed, UNUSED_KEY)
        return (sealed, Write(self._personal.table, new.personal)) if new.personal else (sealed,)

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


def _is_only_number_taken(reasons: Sequence[str], writes: int) -> bool:
    """Whether the record's number alone made the transaction fail."""
    own = set(reasons[writes:])
    return set(reasons[:writes]) <= {NO_REASON} and own <= TAKEN | {NO_REASON}
