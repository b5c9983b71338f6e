"""Finds held conversations in an organisation of the documented contract."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from genesys_purge.holds.ports import Found
from genesys_purge.methods.documented import windows
from genesys_purge.methods.documented.conversation_archive import look_up
from genesys_purge.model.dates import Window, instant_in
from genesys_purge.ports import Genesys

MOST_ASKED = 1_000


def find(ids: Sequence[str], genesys: Genesys) -> Iterator[Found]:
    """The conversations of these ids that Genesys knows, deleted ones included."""
    for first in range(0, len(ids), MOST_ASKED):
        asked = ids[first : first + MOST_ASKED]
        known = look_up(asked, genesys)
        for each in asked:
            if row := known.get(each):
                start, end = row.get("conversationStart"), row.get("conversationEnd")
                yield Found(each, instant_in(start), instant_in(end))


def count(window: Window, genesys: Genesys) -> int:
    """How many conversations Genesys counts in the window."""
    filters = ({"dateRange": windows.range_of(each)} for each in window.split(windows.SEGMENT_DAYS))
    return sum(windows.count(genesys, windows.COUNT, each) for each in filters)
