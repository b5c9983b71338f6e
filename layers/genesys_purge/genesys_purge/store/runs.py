"""Runs, batches and manifests in DynamoDB; an audit record is in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import orjson

from genesys_purge.errors import LostRace, NotFound
from genesys_purge.model.audit import AuditRecord
from genesys_purge.model.batch import Batch, Entry
from genesys_purge.model.run import Run, RunStatus
from genesys_purge.model.skipped import SkippedRecord
from genesys_purge.ports import BatchPage, Prepared
from genesys_purge.store import items
from genesys_purge.store.cancellations import not_cancelled
from genesys_purge.store.found import Found, unnoticed
from genesys_purge.store.ledger import Ledger
from genesys_purge.store.manifests import S3Manifests
from genesys_purge.store.plans import S3Plans
from genesys_purge.store.sequence import SPREAD
from genesys_purge.store.transactions import Write, prepared

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from genesys_purge.store.sizes import Item

STATUS = {"#status": "status"}
PROGRESS = "progress"
PLANNING = "#status = :status AND planner = :planner"


class DynamoRuns:
    """Implements the `Runs` port over the runs table, the ledger and the bucket of plans."""

    def __init__(
        self,
        client: DynamoDBClient,
        table: str,
        ledger: Ledger,
        plans: S3Plans,
        found: Found = unnoticed,
    ) -> None:
        self._client = client
        self._table = table
        self._ledger = ledger
        self._plans = plans
        self._manifests = S3Manifests(plans)
        self._found = found

    def create(self, run: Run, record: AuditRecord, also: Sequence[Prepared] = ()) -> Run:
        self._found(run.organisation, run_id=run.run_id)
        fresh = Write(self._table, items.run_item(run), "attribute_not_exists(runId)")
        try:
            self._ledger.commit([fresh, *prepared(also)], record)
        except LostRace:
            # Without a stored run, another write failed, or the tables were busy.
            stored = self._get(items.run_key(run.run_id))
            if stored is None:
                raise
            return items.run_in(stored)
        return run

    def get(self, run_id: str) -> Run:
        item = self._get(items.run_key(run_id))
        if item is None:
            raise NotFound(f"there is no run {run_id}")
        run = items.run_in(item)
        self._found(run.organisation, run_id=run_id)
        return run

    def begin_plan(self, run: Run) -> None:
        self._ledger.commit([self._run_write(run, "#status = :status", RunStatus.SUBMITTED)])

    def put_batch(self, batch: Batch, entries: Sequence[Entry], planner: str) -> None:
        if entries:
            manifest = self._manifests.put(batch, entries)
            batch = batch.model_copy(update={"manifest": manifest})
        self._put_planned(batch.run_id, planner, [items.batch_item(batch)])

    def put_skipped(
        self, run_id: str, chunk: int, skipped: Sequence[SkippedRecord], planner: str
    ) -> None:
        self._put_planned(run_id, planner, [items.skipped_item(run_id, chunk, skipped)])

    def _put_planned(self, run_id: str, planner: str, rows: Sequence[Item]) -> None:
        """Overwrite items of an unfinished plan; the check protects finished plans."""
        mine = Write(
            self._table,
            items.run_key(run_id),
            PLANNING,
            {":status": {"S": RunStatus.SUBMITTED}, ":planner": {"S": planner}},
            STATUS,
            kind="ConditionCheck",
        )
        self._ledger.commit([mine, *(Write(self._table, row) for row in rows)])

    def pause_plan(self, run: Run, progress: Mapping[str, Any]) -> None:
        planning = run.planning
        if planning is None:
            raise ValueError("a plan that is paused has begun")
        stored = self._plans.put(run.run_id, PROGRESS, orjson.dumps(progress))
        planning = planning.model_copy(update={"progress": stored})
        paused = run.model_copy(update={"planning": planning})
        self._ledger.commit([self._write_of_planner(paused)])

    def progress(self, run: Run) -> Mapping[str, Any] | None:
        stored = run.planning.progress if run.planning else None
        if stored is None:
            return None
        progress: Mapping[str, Any] = orjson.loads(self._plans.get(run.run_id, PROGRESS, stored))
        return progress

    def plan(self, run: Run, record: AuditRecord, also: Sequence[Prepared] = ()) -> None:
        self._ledger.commit([self._write_of_planner(run), *prepared(also)], record)

    def begin(self, run: Run) -> None:
        awaiting = RunStatus.AWAITING_APPROVAL
        self._ledger.commit([self._run_write(run, "#status = :status", awaiting)])

    def _write_of_planner(self, run: Run) -> Write:
        """Overwrites the run, unless another planner took over."""
        planner: Item = {":planner": {"S": run.planner or items.NO_PLANNER}}
        return self._run_write(run, PLANNING, RunStatus.SUBMITTED, planner)

    def finish(self, run: Run, record: AuditRecord) -> None:
        self._ledger.fill_gaps(run.run_id)
        # A missing item also has another status, so the condition checks that the run exists.
        condition = "attribute_exists(runId) AND #status <> :status"
        # A run must not end as if nobody had cancelled it.
        also = [] if run.cancellation else [not_cancelled(self._table, run.run_id)]
        self._report(run, record, condition, also=also)

    def revise(self, run: Run, record: AuditRecord | None = None) -> None:
        self._ledger.fill_gaps(run.run_id)
        before: Item = {":before": {"N": str(run.revision - 1)}}
        condition = "#status = :status AND revision = :before"
        if record:
            self._report(run, record, condition, before)
        else:
            self._ledger.commit([self._run_write(run, condition, RunStatus.FINISHED, before)])

    def _report(
        self,
        run: Run,
        record: AuditRecord,
        condition: str,
        values: Item | None = None,
        also: Sequence[Write] = (),
    ) -> None:
        """Store the finished run with the sequence of the record that reports its totals."""

        def writes(sequence: int) -> list[Write]:
            reported = run.model_copy(update={"reported_in": sequence})
            return [self._run_write(reported, condition, RunStatus.FINISHED, values), *also]

        self._ledger.commit_numbered(writes, record)

    def batch(self, run_id: str, number: int) -> Batch:
        item = self._get(items.batch_key(run_id, number))
        if item is None:
            raise NotFound(f"run {run_id} has no batch {number}")
        batch = items.batch_in(item)
        self._found(batch.organisation, run_id=run_id)
        return batch

    def batches(self, run: Run) -> Sequence[Batch]:
        if not run.planned_batches:
            return []
        pages = self._client.get_paginator("query").paginate(**self._batches_from(run, 0))
        return [items.batch_in(item) for page in pages for item in page["Items"]]

    def batch_page(self, run: Run, start: int, limit: int) -> BatchPage:
        if start >= run.planned_batches:
            return BatchPage([], None)
        # One query reads at most 1 MB, however long the details of the batches are.
        answer = self._client.query(**self._batches_from(run, start), Limit=limit)
        batches = [items.batch_in(item) for item in answer["Items"]]
        following = batches[-1].number + 1 if batches else run.planned_batches
        return BatchPage(batches, following if following < run.planned_batches else None)

    def _batches_from(self, run: Run, start: int) -> Any:
        """The query for the batches of the plan; a plan that was replaced may have left others."""
        first = items.batch_key(run.run_id, start)
        last = items.batch_key(run.run_id, run.planned_batches - 1)
        return {
            "TableName": self._table,
            "KeyConditionExpression": "runId = :run AND #item BETWEEN :first AND :last",
            "ExpressionAttributeNames": {"#item": "item"},
            "ExpressionAttributeValues": {
                ":run": first["runId"],
                ":first": first["item"],
                ":last": last["item"],
            },
            "ConsistentRead": True,
        }

    def manifest(self, batch: Batch) -> Sequence[Entry]:
        return self._manifests.entries(batch)

    def skipped(self, run_id: str, chunk: int) -> Sequence[SkippedRecord]:
        item = self._get(items.skipped_key(run_id, chunk))
        return items.skipped_in(item) if item else []

    def intend(self, batch: Batch, also: Sequence[Prepared] = ()) -> None:
        running = Write(
            self._table,
            items.run_key(batch.run_id),
            "#status = :status",
            {":status": {"S": RunStatus.RUNNING}},
            STATUS,
            kind="ConditionCheck",
        )
        self._ledger.commit([running, self._successor(batch), *prepared(also)])

    def advance(self, batch: Batch, record: AuditRecord | None = None) -> None:
        # Many batches of a run may end at the same time.
        self._ledger.commit([self._successor(batch)], record, SPREAD)

    def _successor(self, batch: Batch) -> Write:
        return Write(
            self._table,
            items.batch_item(batch),
            "#version = :before",
            {":before": {"N": str(batch.version - 1)}},
            {"#version": "version"},
        )

    def _run_write(
        self, run: Run, condition: str, status: RunStatus, values: Item | None = None
    ) -> Write:
        given: Item = {":status": {"S": status}}
        return Write(self._table, items.run_item(run), condition, given | (values or {}), STATUS)

    def _get(self, key: Item) -> Item | None:
        answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return answer.get("Item")
