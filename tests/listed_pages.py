"""Pages of a list in memory, as an index returns them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Generic, NamedTuple, TypeVar

from genesys_purge.model.listing import Listing, Position
from genesys_purge.model.page_tokens import wrong_token

R = TypeVar("R")


class Row(NamedTuple, Generic[R]):
    """A record with its position and the values of its filters."""

    record: R
    position: Position
    values: Mapping[str, str | None]


def page_of(rows: Iterable[Row[R]], listing: Listing) -> tuple[list[R], Position | None]:
    """The records of the page, and the position after which the next page begins, if any."""
    after = listing.after
    if after and not listing.period.contains(after.at):
        raise wrong_token()
    newest = sorted(rows, key=lambda row: _order(row.position), reverse=True)
    found = [row for row in newest if _matches(row, listing)]
    later = [row for row in found if after is None or _order(row.position) < _order(after)]
    page = later[: listing.limit]
    following = page[-1].position if later[listing.limit :] else None
    return [row.record for row in page], following


def _matches(row: Row[R], listing: Listing) -> bool:
    has_values = all(row.values.get(name) == value for name, value in listing.values.items())
    return has_values and listing.period.contains(row.position.at)


def _order(position: Position) -> tuple[object, str]:
    return position.at, position.key
