"""The line of the request budget without moto, which needs milliseconds for a refused write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class BudgetLines:
    """Answers the two updates of the real budget, as DynamoDB does; a line is `freeAt` by id."""

    def __init__(self) -> None:
        self._free_at: dict[str, int] = {}

    def answers(self, service: str, name: str, asked: Mapping[str, Any]) -> bool:
        """Whether a call is an update of a line."""
        return (
            service == "dynamodb" and name == "UpdateItem" and "freeAt" in asked["UpdateExpression"]
        )

    def update(self, caller: Any, asked: Mapping[str, Any]) -> dict[str, Any]:
        """The answer of DynamoDB; raises the client's error if the condition fails."""
        key = asked["Key"]["id"]["S"]
        values = {
            name: int(value["N"]) for name, value in asked["ExpressionAttributeValues"].items()
        }
        free_at = self._after(self._free_at.get(key), values)
        if free_at is None:
            error = {"Error": {"Code": "ConditionalCheckFailedException", "Message": ""}}
            raise caller.exceptions.ConditionalCheckFailedException(error, "UpdateItem")
        self._free_at[key] = free_at
        return {"Attributes": {"freeAt": {"N": str(free_at)}}}

    def _after(self, free_at: int | None, values: Mapping[str, int]) -> int | None:
        """The new end of a line; None if the condition fails."""
        if ":end" in values:
            is_free = free_at is None or free_at <= values[":at"] or free_at > values[":latest"]
            return values[":end"] if is_free else None
        if free_at is None or free_at > values[":limit"]:
            return None
        return free_at + values[":length"]
