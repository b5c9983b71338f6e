"""The erasable parts of audit records, and the pseudonyms of persons, in a table of their own."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import orjson

from genesys_purge.model.erasable import StoredDisclosures
from genesys_purge.model.person import human_of
from genesys_purge.store.batch_reads import items_at
from genesys_purge.store.sizes import size_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from genesys_purge.store.sizes import Item

    Key = tuple[str, int]

# Keys that one call may read.
MOST_KEYS = 100
PERSONS = "#persons"


def disclosures_item(run_id: str, sequence: int, action: str, disclosures: Sequence[str]) -> Item:
    """The disclosures of an audit record, with its action."""
    return disclosures_key(run_id, sequence) | {
        "action": {"S": action},
        "body": {"S": orjson.dumps(disclosures).decode()},
    }


def disclosures_key(run_id: str, sequence: int) -> Item:
    """A run id cannot contain #."""
    return {"subject": {"S": run_id}, "item": {"S": f"{sequence:016}"}}


def person_key(person_id: str) -> Item:
    """The key of the pseudonym of a human."""
    return {"subject": {"S": PERSONS}, "item": {"S": human_of(person_id)}}


class PersonalData:
    """Reads are consistent: a record and its disclosures are written in one transaction."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self.table = table

    def disclosures(self, keys: Iterable[Key]) -> Mapping[Key, Sequence[str]]:
        """The disclosures of each audit record that has some; TryLater if the table is busy."""
        return {
            (item["subject"]["S"], int(item["item"]["S"])): orjson.loads(item["body"]["S"])
            for item in self._items(keys)
        }

    def at(self, run_id: str, sequences: Iterable[int]) -> Sequence[StoredDisclosures]:
        """What is stored for these records, in their order."""
        found = map(_stored, self._items((run_id, each) for each in sequences))
        return sorted(found, key=lambda each: each.sequence)

    def of_run(self, run_id: str) -> Iterator[StoredDisclosures]:
        """What is stored for the records of a run, in their order."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self.table,
            KeyConditionExpression="subject = :run",
            ExpressionAttributeValues={":run": {"S": run_id}},
            ConsistentRead=True,
        )
        return (_stored(item) for page in pages for item in page["Items"])

    def known_pseudonym(self, person_id: str) -> str | None:
        """The pseudonym of a human; None if none was given, or if it is erased."""
        key = person_key(person_id)
        answer = self._client.get_item(TableName=self.table, Key=key, ConsistentRead=True)
        return answer["Item"]["body"]["S"] if "Item" in answer else None

    def pseudonym_of(self, person_id: str) -> str:
        """The random name of a human in sealed records, always the same until it is erased."""
        if (known := self.known_pseudonym(person_id)) is not None:
            return known
        new = f"person:{secrets.token_hex(16)}"
        try:
            self._client.put_item(
                TableName=self.table,
                Item=person_key(person_id) | {"body": {"S": new}},
                ConditionExpression="attribute_not_exists(subject)",
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return self.pseudonym_of(person_id)
        return new

    def _items(self, keys: Iterable[Key]) -> Iterator[Item]:
        wanted = [disclosures_key(*each) for each in keys]
        return items_at(self._client, self.table, wanted, MOST_KEYS)


def _stored(item: Item) -> StoredDisclosures:
    body = item["body"]["S"]
    action = item["action"]["S"]
    return StoredDisclosures(int(item["item"]["S"]), action, orjson.loads(body), size_of(item))
