"""What purge policies did in each month, in the table of runs under keys that no run has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genesys_purge.model.audit import AuditRecord
from genesys_purge.model.purge_policy import PolicyMonth
from genesys_purge.model.wire import configured
from genesys_purge.ports import Prepared
from genesys_purge.store.items import body_of
from genesys_purge.store.ledger import Ledger
from genesys_purge.store.transactions import Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from genesys_purge.store.sizes import Item


class DynamoPolicyMonths:
    """Implements the port `PolicyMonths`; every read is consistent."""

    def __init__(self, client: DynamoDBClient, table: str, ledger: Ledger) -> None:
        self._client = client
        self._table = table
        self._ledger = ledger

    def read(self, name: str, month: str) -> PolicyMonth:
        answer = self._client.get_item(
            TableName=self._table, Key=_key(name, month), ConsistentRead=True
        )
        item = answer.get("Item")
        if item is None:
            return PolicyMonth(name=name, month=month)
        title = f"the month {month} of the policy {name}"
        return configured(title, PolicyMonth, item.get("body", {}).get("S", ""))

    def write(self, month: PolicyMonth) -> Prepared:
        return Prepared(self._next(month))

    def skip(self, month: PolicyMonth, record: AuditRecord) -> None:
        self._ledger.commit([self._next(month)], record)

    def _next(self, month: PolicyMonth) -> Write:
        revision, before = str(month.revision), month.revision - 1
        item = _key(month.name, month.month) | {"revision": {"N": revision}, "body": body_of(month)}
        if before == 0:
            return Write(self._table, item, "attribute_not_exists(runId)")
        return Write(self._table, item, "revision = :before", {":before": {"N": str(before)}})


def _key(name: str, month: str) -> Item:
    return {"runId": {"S": f"policy:{name}"}, "item": {"S": f"month#{month}"}}
