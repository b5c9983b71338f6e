"""What the application protects at Genesys for its legal holds: one item for each organisation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genesys_purge.errors import Misconfigured
from genesys_purge.model.audit import AuditRecord
from genesys_purge.model.hold_mirror import Mirror
from genesys_purge.model.wire import read_document
from genesys_purge.store.ledger import Ledger
from genesys_purge.store.sizes import within_limit
from genesys_purge.store.transactions import Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from genesys_purge.store.sizes import Item


class DynamoMirrors:
    """Implements the port `MirrorStore`; every read is consistent."""

    def __init__(self, client: DynamoDBClient, table: str, ledger: Ledger) -> None:
        self._client = client
        self._table = table
        self._ledger = ledger

    def get(self, organisation: str) -> Mirror:
        key = {"organisation": {"S": organisation}}
        answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        if (item := answer.get("Item")) is None:
            return Mirror(organisation=organisation)
        found = read_document(Mirror, item["body"]["S"])
        if not isinstance(found, Mirror):
            problem = "; ".join(map(str, found))
            raise Misconfigured(f"the mirror of {organisation} cannot be read: {problem}")
        return found

    def put(self, mirror: Mirror, record: AuditRecord | None = None) -> Mirror:
        stored = mirror.model_copy(update={"version": mirror.version + 1})
        follows = Write(
            self._table,
            _item(stored),
            "#version = :before" if mirror.version else "attribute_not_exists(#version)",
            {":before": {"N": str(mirror.version)}} if mirror.version else None,
            {"#version": "version"},
        )
        self._ledger.commit([follows], record)
        return stored


@within_limit
def _item(mirror: Mirror) -> Item:
    return {
        "organisation": {"S": mirror.organisation},
        "version": {"N": str(mirror.version)},
        "body": {"S": mirror.model_dump_json(by_alias=True, exclude_none=True)},
    }
