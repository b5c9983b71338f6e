"""Whether calls to an organisation are paused, in DynamoDB; losing it costs nothing."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from genesys_purge.store.items import Item

MAX_AGE = 5.0
KEPT = timedelta(days=1)
OPEN = "openedAt"


class DynamoCircuitState:
    """Implements `CircuitState`, read at most every five seconds.

    Without its table nobody pauses: calling is then the lesser harm.
    """

    def __init__(
        self,
        client: DynamoDBClient,
        table: str,
        organisation: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._table = table
        self._key: Item = {"id": {"S": f"genesys-{organisation}" if organisation else "genesys"}}
        self._clock = clock
        self._cached: tuple[float, datetime | None] | None = None

    def opened_at(self) -> datetime | None:
        if self._cached is None or self._cached[0] + MAX_AGE <= self._clock():
            self._keep(self._read())
        return self._cached[1] if self._cached else None

    def open(self, at: datetime) -> None:
        if self._put(at):
            self._keep(at)

    def claim(self, opened_at: datetime, at: datetime) -> bool:
        is_ours = self._put(at, f"{OPEN} = :before", {":before": {"S": opened_at.isoformat()}})
        self._keep(at if is_ours else self._read())
        return is_ours

    def close(self) -> None:
        if self._put(None):
            self._keep(None)

    def _keep(self, opened_at: datetime | None) -> None:
        self._cached = (self._clock(), opened_at)

    def _read(self) -> datetime | None:
        try:
            answer = self._client.get_item(
                TableName=self._table, Key=self._key, ConsistentRead=True
            )
        except (BotoCoreError, ClientError):
            return None
        found = answer.get("Item", {}).get(OPEN)
        return datetime.fromisoformat(found["S"]) if found else None

    def _put(
        self, opened_at: datetime | None, condition: str | None = None, values: Item | None = None
    ) -> bool:
        """Whether it was stored; the item of a closed circuit has no more than its key."""
        item = dict(self._key)
        if opened_at:
            expiration = int((opened_at + KEPT).timestamp())
            item |= {OPEN: {"S": opened_at.isoformat()}, "expiration": {"N": str(expiration)}}
        given = {"ConditionExpression": condition, "ExpressionAttributeValues": values}
        try:
            self._client.put_item(
                TableName=self._table,
                Item=item,
                **{name: value for name, value in given.items() if value},  # type: ignore[arg-type]
            )
        except (BotoCoreError, ClientError):
            return False
        return True
