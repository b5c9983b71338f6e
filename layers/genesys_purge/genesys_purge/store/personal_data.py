"""The erasable parts of audit records, and the pseudonyms of persons, in a table of their own."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import orjson

from genesys_purge.model.person import human_of
from genesys_purge.store.batch_reads import items_at

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from genesys_purge.store.sizes import Item

    Key = tuple[str, int]

# Keys that one call may read.
MOST_KEYS = 100
PERSONS = "#persons"


def disclosures_item(run_id: str, sequence: int, disclosures: Sequence[str]) -> Item:
    """The disclosures of an audit record."""
    return _key(run_id, sequence) | {"body": {"S": orjson.dumps(disclosures).decode()}}


class PersonalData:
    """Reads are consistent: a record and its disclosures are written in one transaction."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self.table = table

    def disclosures(self, keys: Iterable[Key]) -> Mapping[Key, Sequence[str]]:
        """The disclosures of each audit record that has some; TryLater if the table is busy."""
        wanted = [_key(*each) for each in keys]
        return {
            (item["subject"]["S"], int(item["item"]["S"])): orjson.loads(item["body"]["S"])
            for item in items_at(self._client, self.table, wanted, MOST_KEYS)
        }

    def pseudonym_of(self, person_id: str) -> str:
        """The random name of a human in sealed records, always the same until it is erased."""
        key: Item = {"subject": {"S": PERSONS}, "item": {"S": human_of(person_id)}}
        if (known := self._pseudonym(key)) is not None:
            return known
        new = f"person:{secrets.token_hex(16)}"
        try:
            self._client.put_item(
                TableName=self.table,
                Item=key | {"body": {"S": new}},
                ConditionExpression="attribute_not_exists(subject)",
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return self.pseudonym_of(person_id)
        return new

    def _pseudonym(self, key: Item) -> str | None:
        answer = self._client.get_item(TableName=self.table, Key=key, ConsistentRead=True)
        return answer["Item"]["body"]["S"] if "Item" in answer else None


def _key(run_id: str, sequence: int) -> Item:
    """A run id cannot contain #."""
    return {"subject": {"S": run_id}, "item": {"S": f"{sequence:016}"}}
