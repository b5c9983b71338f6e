"""Transactions of DynamoDB, each executed once."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast
from uuid import uuid4

from genesys_purge.calling.backoff import Backoff
from genesys_purge.errors import LostRace
from genesys_purge.ports import Prepared

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    from genesys_purge.store.sizes import Item

# DynamoDB finishes a transaction whose client was cut off when it is repeated after 5 seconds.
IN_PROGRESS = Backoff(first=1.0, longest=8.0)
REPEATS = 6
FAILED_CONDITION = "ConditionalCheckFailed"
CONFLICT = "TransactionConflict"
BUSY = frozenset({CONFLICT, "ThrottlingError", "ProvisionedThroughputExceeded"})
# A cancelled transaction gives this reason for each write that could have been stored.
NO_REASON = "None"


Kind = Literal["Put", "ConditionCheck", "Delete"]


class Write(NamedTuple):
    """Puts `item` if `condition` holds; `kind` may only check the condition, or delete the item.

    For both, `item` is a key.
    """

    table: str
    item: Item
    condition: str | None = None
    values: Item | None = None
    names: dict[str, str] | None = None
    kind: Kind = "Put"


def prepared(also: Sequence[Prepared]) -> Sequence[Write]:
    """The writes that other stores prepared; they prepare nothing else."""
    return cast("Sequence[Write]", also)


class Transactions:
    """Stores all writes, or none."""

    def __init__(self, client: DynamoDBClient, sleep: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._sleep = sleep

    def __call__(self, writes: Sequence[Write]) -> list[str]:
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


def _transact_item(write: Write) -> TransactWriteItemTypeDef:
    common: dict[str, Any] = {"TableName": write.table}
    if write.condition:
        common["ConditionExpression"] = write.condition
    if write.values:
        common["ExpressionAttributeValues"] = write.values
    if write.names:
        common["ExpressionAttributeNames"] = write.names
    item = "Item" if write.kind == "Put" else "Key"
    return {write.kind: common | {item: write.item}}  # type: ignore[misc]  # a TypedDict has only literal keys
