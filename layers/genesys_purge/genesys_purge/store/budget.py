"""The line of an organisation's calls, as one item of the circuit table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from genesys_purge.calling.pace import farthest
from genesys_purge.errors import Misconfigured, PurgeError, TryLater
from genesys_purge.store.aws_failures import code_of, passes_with_time

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
A_MICROSECOND = timedelta(microseconds=1)


class DynamoBudget:
    """Implements `Budget`: `freeAt` is the time from which the line is free, in microseconds."""

    def __init__(self, client: DynamoDBClient, table: str, organisation: str, dialect: str) -> None:
        self._client = client
        self._table = table
        self._key: dict[str, AttributeValueTypeDef] = {
            "id": {"S": f"budget#{organisation}#{dialect}"}
        }

    def book(self, seconds: float, at: datetime, ahead: float) -> datetime | None:
        """Takes one write, or two if the line is booked beyond `at`."""
        length = timedelta(seconds=seconds)
        if self._begin(at, at + length, farthest(at, seconds)):
            return at
        end = self._extend(length, at + timedelta(seconds=ahead))
        return end and end - length

    def _begin(self, at: datetime, end: datetime, latest: datetime) -> bool:
        """Book from `at` to `end` if the line is free at `at`."""
        booked = self._update(
            "SET freeAt = :end",
            "attribute_not_exists(freeAt) OR freeAt <= :at OR freeAt > :latest",
            {":end": _number(end), ":at": _number(at), ":latest": _number(latest)},
        )
        return booked is not None

    def _extend(self, length: timedelta, limit: datetime) -> datetime | None:
        """The new end of the line; None if it is booked beyond `limit`."""
        microseconds: AttributeValueTypeDef = {"N": str(length // A_MICROSECOND)}
        return self._update(
            "SET freeAt = freeAt + :length",
            "freeAt <= :limit",
            {":length": microseconds, ":limit": _number(limit)},
        )

    def _update(
        self, change: str, condition: str, values: dict[str, AttributeValueTypeDef]
    ) -> datetime | None:
        try:
            answer = self._client.update_item(
                TableName=self._table,
                Key=self._key,
                UpdateExpression=change,
                ConditionExpression=condition,
                ExpressionAttributeValues=values,
                ReturnValues="UPDATED_NEW",
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return None
        except (ClientError, BotoCoreError) as error:
            raise self._unwritten(error) from error
        return EPOCH + int(answer["Attributes"]["freeAt"]["N"]) * A_MICROSECOND

    def _unwritten(self, error: Exception) -> PurgeError:
        code = code_of(error)
        if passes_with_time(error):
            return TryLater(f"the request budget cannot be booked now: AWS answered {code}")
        return Misconfigured(
            f"the request budget in the table {self._table} cannot be booked: AWS answered {code}; "
            "allow this function's role dynamodb:UpdateItem on it"
        )


def _number(at: datetime) -> AttributeValueTypeDef:
    return {"N": str((at - EPOCH) // A_MICROSECOND)}
