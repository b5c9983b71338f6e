"""The legal holds and stops in force, with the organisations that they name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from genesys_purge.model.holds import BESIDES_SCOPE, HoldDocument
from genesys_purge.model.stops import StopScope, stop_id_of
from genesys_purge.model.wire import read_document
from genesys_purge.ports import Clock
from genesys_purge.store.hold_items import fields_of, is_over
from genesys_purge.store.stops import all_stops
from genesys_purge.stored_settings.ports import Protection

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from genesys_purge.store.sizes import Item

# The rights of the function allow no other attribute.
HOLD_ATTRIBUTES = "holdId, releasedAt, organisations"


class Protections:
    """Reads consistently what is in force, also what cannot be read; no conversation is read."""

    def __init__(self, client: DynamoDBClient, holds: str, stops: str, now: Clock) -> None:
        self._client = client
        self._tables = holds, stops
        self._now = now

    def holds(self) -> Iterator[Protection]:
        """The holds that are not released; in a cool-down, the names of the scope before."""
        now = self._now()
        pages = self._client.get_paginator("scan").paginate(
            TableName=self._tables[0],
            ConsistentRead=True,
            Select="SPECIFIC_ATTRIBUTES",
            ProjectionExpression=HOLD_ATTRIBUTES,
        )
        for item in (each for page in pages for each in page["Items"]):
            if not is_over(item, now):
                yield _hold(item)

    def stops(self) -> Iterator[Protection]:
        """The stops that are not resumed; the id of a stop has the name of its organisation."""
        prefix = stop_id_of(StopScope.ORGANISATION, "")
        for stop in all_stops(self._client, self._tables[1]):
            if stop.is_in_force and stop.stop_id.startswith(prefix):
                yield Protection(f"the stop {stop.stop_id}", [stop.stop_id.removeprefix(prefix)])


def _hold(item: Item) -> Protection:
    fields = fields_of(item)
    title = f"legal hold {fields['holdId']}"
    known = {name: fields[name] for name in ("organisations",) if name in fields}
    found = read_document(HoldDocument, {**BESIDES_SCOPE, "holdId": "any", **known})
    names = found.organisations or () if isinstance(found, HoldDocument) else None
    return Protection(title, names)
