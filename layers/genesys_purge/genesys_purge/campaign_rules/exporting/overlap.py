"""Takes each event once from pages that may overlap."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import blake2b

import orjson

from genesys_purge.campaign_rules.exporting.ports import Event


def once(pages: Iterable[list[Event]]) -> Iterator[Event]:
    """Every event once, although pages may overlap.

    Events have no ids: equal events are different on one page, and the same on two pages.
    """
    seen = set[bytes]()
    for page in pages:
        alike = Counter[tuple[datetime, str, str]]()
        for event in page:
            key = (event.at, event.name, event.entity_id)
            alike[key] += 1
            mark = _digest(event, alike[key])
            if mark not in seen:
                seen.add(mark)
                yield event


def _digest(event: Event, number: int) -> bytes:
    """Sixteen bytes for each event, because there may be a million."""
    content = orjson.dumps([event.at.timestamp(), event.name, event.entity_id, number])
    return blake2b(content, digest_size=16).digest()
