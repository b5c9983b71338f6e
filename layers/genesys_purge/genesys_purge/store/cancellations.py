"""Cancellations of runs, in the table of runs under keys that no run has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from genesys_purge.model.cancellation import RunCancellation
from genesys_purge.model.run import RunStatus
from genesys_purge.store import items
from genesys_purge.store.ledger import Ledger
from genesys_purge.store.transactions import Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from genesys_purge.model.audit import AuditRecord
    from genesys_purge.store.sizes import Item

# The planner overwrites the item of a run, so a cancellation has an item of its own.
NEW = "attribute_not_exists(runId)"


def cancellation_key(run_id: str) -> Item:
    """The key of the cancellation of a run."""
    return {"runId": {"S": f"cancel:{run_id}"}, "item": {"S": items.RUN}}


def not_cancelled(table: str, run_id: str) -> Write:
    """A check that the run is not cancelled, for the transaction that ends it otherwise."""
    return Write(table, cancellation_key(run_id), NEW, kind="ConditionCheck")


class DynamoCancellations:
    """Implements the ports `Cancellations` and `CancellationStore`; every read is consistent."""

    def __init__(self, client: DynamoDBClient, table: str, ledger: Ledger) -> None:
        self._client = client
        self._table = table
        self._ledger = ledger

    def of(self, run_id: str) -> RunCancellation | None:
        key = cancellation_key(run_id)
        answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        item = answer.get("Item")
        return RunCancellation.model_validate_json(item["body"]["S"]) if item else None

    def put(self, cancellation: RunCancellation, record: AuditRecord) -> None:
        run_id, body = cancellation.run_id, cancellation.model_dump_json(by_alias=True)
        item: Any = cancellation_key(run_id) | {"body": {"S": body}}
        open_run = Write(
            self._table,
            items.run_key(run_id),
            "attribute_exists(runId) AND #status <> :finished",
            {":finished": {"S": RunStatus.FINISHED}},
            {"#status": "status"},
            kind="ConditionCheck",
        )
        self._ledger.commit([Write(self._table, item, NEW), open_run], record)
