"""The last check of the seals: one item of the table of seals, which a later check replaces."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from genesys_purge.errors import LostRace
from genesys_purge.model.seal_health import SealHealth
from genesys_purge.model.wire import read_document
from genesys_purge.store.ledger import Ledger
from genesys_purge.store.transactions import Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from genesys_purge.store.sizes import Item

KEY: Item = {"subject": {"S": "health"}, "item": {"S": "health"}}
# Times are stored in UTC with microseconds, so the order of the texts is that of the moments.
IS_NEWER = "attribute_not_exists(subject) OR checkedAt < :at"


class LastSealHealth:
    """Reads the last check consistently."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def __call__(self) -> SealHealth | None:
        """The last check; None if there is none, or it is unreadable."""
        answer = self._client.get_item(TableName=self._table, Key=KEY, ConsistentRead=True)
        item = answer.get("Item", {})
        fields = {name: value.get("S") for name, value in item.items() if name not in KEY}
        found = read_document(SealHealth, fields)
        return found if isinstance(found, SealHealth) else None


class DynamoSealHealth:
    """Implements the port `Health`."""

    def __init__(self, table: str, ledger: Ledger) -> None:
        self._table = table
        self._ledger = ledger

    def put(self, health: SealHealth) -> None:
        at = health.checked_at.isoformat(timespec="microseconds")
        fields = health.to_json() | {"checkedAt": at}
        item = KEY | {name: {"S": value} for name, value in fields.items()}
        # A check that began later may have stored its result.
        with suppress(LostRace):
            self._ledger.commit([Write(self._table, item, IS_NEWER, {":at": {"S": at}})])
