"""Windows of the documented methods: how they are split, checked for holds and counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from genesys_purge.errors import OnLegalHold, UnreadableAnswer
from genesys_purge.methods.answers import count_in
from genesys_purge.methods.contract import Noted, Part, Planned, Skipped
from genesys_purge.model.answers import is_count
from genesys_purge.model.dates import Window, zulu
from genesys_purge.model.days import in_words, joined, without
from genesys_purge.model.holds import Hold
from genesys_purge.model.wording import counted
from genesys_purge.operation import Missing, Operation
from genesys_purge.ports import Genesys

SEGMENT_DAYS = 30
# The reason of the records of held days: some are held, the others share their day.
ON_HOLD = "on_hold"
BY_ID = "purge the other records by id"
MOST_NAMED, MOST_DAYS_NAMED = 5, 10
COUNT = Operation("POST", "/api/v2/analytics/conversations/details/query", missing=Missing.REFUSED)


def plan(
    window: Window, holds: Sequence[Hold], count_in_segment: Callable[[Window], int]
) -> Iterator[Planned | Skipped | Noted]:
    """One batch for each 30 days outside of the held days; none if all these are empty.

    OnLegalHold if a hold may cover any time, because a window cannot leave out a record.
    """
    for hold in holds:
        if obstacle := hold.obstacle():
            raise OnLegalHold(f"dateRange: {obstacle}; {_instead(hold)}")
    closing = [hold for hold in holds if any(map(window.overlaps, hold.closed_days))]
    closed = joined(each for hold in closing for each in hold.closed_days)
    outside, inside = without(window, closed)
    if inside:
        if held := sum(map(count_in_segment, _segments(inside))):
            yield Skipped(ON_HOLD, held)
        yield Noted(_left_out(inside, closing))
    planned = [Planned(count_in_segment(each), window=each) for each in _segments(outside)]
    if any(batch.targeted for batch in planned):
        yield from planned


def _instead(hold: Hold) -> str:
    """What the caller can do; a hold whose times are not looked up yet need not be released."""
    is_waiting = hold.gap is not None and hold.times is None
    return f"or {BY_ID}" if is_waiting else f"release it, or {BY_ID}"


def _segments(parts: Sequence[Window]) -> Iterator[Window]:
    for each in parts:
        yield from each.split(SEGMENT_DAYS)


def _left_out(inside: Sequence[Window], closing: Sequence[Hold]) -> str:
    """Which days the plan leaves out, and for which holds."""
    holds = counted(len(closing), "legal hold")
    named = ", ".join(each.hold_id for each in closing[:MOST_NAMED])
    days = in_words(inside[:MOST_DAYS_NAMED])
    rest = len(inside) - MOST_DAYS_NAMED
    more = f" and {counted(rest, 'more period')}" if rest > 0 else ""
    return f"held days left out (UTC): {days}{more}, for {holds}: {named}"


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
