"""Windows of the documented methods: how they are split, checked for holds and counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from genesys_purge.errors import OnLegalHold, UnreadableAnswer
from genesys_purge.methods.answers import count_in
from genesys_purge.methods.contract import Part, Planned
from genesys_purge.model.answers import is_count
from genesys_purge.model.dates import Window, zulu
from genesys_purge.model.holds import Hold
from genesys_purge.operation import Missing, Operation
from genesys_purge.ports import Genesys

SEGMENT_DAYS = 30
COUNT = Operation("POST", "/api/v2/analytics/conversations/details/query", missing=Missing.REFUSED)


def plan(
    window: Window, holds: Iterable[Hold], count_in_segment: Callable[[Window], int]
) -> Iterator[Planned]:
    """One batch for each 30 days; no batch if the whole window is empty.

    OnLegalHold if a hold may cover a record of the window, because no record can be left out.
    """
    for hold in holds:
        if hold.holds_window(window):
            raise OnLegalHold(
                f"dateRange: legal hold {hold.hold_id} may cover records of this window; "
                "release it, or purge the other records by id"
            )
    planned = [Planned(count_in_segment(each), window=each) for each in window.split(SEGMENT_DAYS)]
    if any(batch.targeted for batch in planned):
        yield from planned


def count(genesys: Genesys, operation: Operation, filters: Mapping[str, Any]) -> int:
    """How many conversations match the filters."""
    answer = genesys.read(
        operation,
        {
            "entity": "conversation",
            "interval": "PT1H",
            "filter": filters,
            "aggregate": ["count"],
        },
    )
    results = answer.get("results")
    if not isinstance(results, list):
        raise UnreadableAnswer("Genesys answered the analytics query without results")
    counts = [count_in(r, "count") if isinstance(r, dict) else None for r in results]
    if any(one is None for one in counts):
        raise UnreadableAnswer("Genesys answered the analytics query without a readable count")
    total = sum(one or 0 for one in counts)
    if not is_count(total):
        raise UnreadableAnswer("Genesys counts more conversations than there can be")
    return total


def window_of(part: Part) -> Window:
    """The part's window; ValueError if the part has ids instead."""
    if part.window is None:
        raise ValueError("a batch of this method is a window")
    return part.window


def range_of(window: Window) -> dict[str, str]:
    """The window in the form that Genesys accepts.

    ValueError for a part of a millisecond, which the text would leave out.
    """
    if window != window.widened():
        raise ValueError(f"the window {window} does not consist of whole milliseconds")
    return {"start": zulu(window.start), "end": zulu(window.end)}
