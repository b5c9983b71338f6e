"""The active holds, read at every deleting call: what has not changed is not parsed again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import orjson

from genesys_purge.errors import Misconfigured
from genesys_purge.model.holds import Hold
from genesys_purge.store.held_ids import HeldIds
from genesys_purge.store.hold_items import ParsedItem, is_over, parts_in

if TYPE_CHECKING:
    from genesys_purge.store.sizes import Item


class HoldReadings:
    """Keeps what the items of the last reading say, each by the SHA-256 of its content.

    A released hold is neither parsed nor kept. Nothing else that decides is kept: the time is
    compared, and the parts are looked up, at each reading.
    """

    def __init__(self, ids: HeldIds) -> None:
        self._ids = ids
        self._known: dict[bytes, ParsedItem] = {}

    def of(self, items: Iterable[Item], now: datetime) -> Sequence[Hold | Misconfigured]:
        """Each active hold with its scope in force, or why it cannot be read."""
        known, parts = dict[bytes, ParsedItem](), list[tuple[str, ...]]()
        for item in items:
            if not is_over(item, now):
                content = _content(item)
                known[content] = self._known.get(content) or ParsedItem.of(item, now)
                parts += parts_in(item)
        self._known = known
        self._ids.load(parts)
        return [each.reading(self._ids, now) for each in known.values()]


def _content(item: Item) -> bytes:
    # Only a malformed item has bytes, which JSON cannot hold.
    return hashlib.sha256(orjson.dumps(item, default=repr)).digest()
