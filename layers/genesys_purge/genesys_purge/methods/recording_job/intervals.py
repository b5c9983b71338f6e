"""How conversations are cut into intervals in which there is nothing that may not be taken."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from genesys_purge.methods.contract import Planned, Skipped
from genesys_purge.model.batch import Entry
from genesys_purge.model.dates import Window

# Genesys takes six months.
LONGEST = timedelta(days=180)
A_MOMENT, A_SECOND = timedelta(microseconds=1), timedelta(seconds=1)
Days = set[int]


class Span(NamedTuple):
    """Time from `start` to `end`, both included; one that is not known to end has None."""

    start: datetime
    end: datetime | None


def intervals(
    window: Window, entries: Sequence[Entry], closed: Iterable[Span], size: int
) -> Iterator[Planned | Skipped]:
    """Batches of the entries, all of which lie in the window; no batch touches a closed day.

    A UTC day is closed by each of the spans that touches it, and by each entry that is skipped for
    touching a closed day. What lies so close together that no cut fits between is inseparable.
    """
    shut = {day for span in closed for day in _days(span, window)}
    left = _outside(shut, entries, window)
    if len(left) < len(entries):
        yield Skipped("day_closed", len(entries) - len(left))
    waiting: list[Entry] = []
    for knot in _knots(left):
        together = [*waiting, *knot]
        if waiting and not (_is_fit(together, size) and _is_open(waiting, knot, shut)):
            yield _planned(waiting)
            waiting, together = [], knot
        if _is_fit(knot, size):
            waiting = together
        else:
            yield Skipped("inseparable", len(knot))
    if waiting:
        yield _planned(waiting)


def _days(span: Span, window: Window) -> range:
    """The days of the window that the span touches; midnight belongs to both of its days."""
    if span.start > window.end or (span.end is not None and span.end < window.start):
        return range(0)
    first = span.start - A_MOMENT if span.start > window.start else window.start
    last = min(span.end or window.end, window.end)
    return range(first.toordinal(), last.toordinal() + 1)


def _outside(shut: Days, entries: Sequence[Entry], window: Window) -> list[Entry]:
    """The entries that touch no closed day, once each of the others has closed its own."""
    days_of = {
        index: _days(Span(start_of(entry), entry.end), window)
        for index, entry in enumerate(entries)
    }
    touching: dict[int, list[int]] = {}
    for index, days in days_of.items():
        for day in days:
            touching.setdefault(day, []).append(index)
    waiting = deque(shut)
    while waiting:
        for index in touching.pop(waiting.popleft(), ()):
            following = [day for day in days_of.pop(index, ()) if day not in shut]
            shut.update(following)
            waiting.extend(following)
    return [entries[index] for index in days_of]


def _knots(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Entries that overlap, each group a second and more apart from the next, in order."""
    knot: list[Entry] = []
    reach: datetime | None = None
    for entry in sorted(entries, key=lambda each: (start_of(each), each.conversation_id)):
        if reach is not None and start_of(entry) > reach:
            yield knot
            knot, reach = [], None
        knot.append(entry)
        reach = max(reach or _after(entry), _after(entry))
    if knot:
        yield knot


def _is_fit(entries: Sequence[Entry], size: int) -> bool:
    interval = _interval(entries)
    return len(entries) <= size and interval.end - interval.start <= LONGEST


def _is_open(waiting: Sequence[Entry], knot: Sequence[Entry], shut: Collection[int]) -> bool:
    """Whether no day between the two is closed."""
    between = range(waiting[-1].end.toordinal(), start_of(knot[0]).toordinal() + 1)
    return not any(day in shut for day in between)


def _planned(entries: Sequence[Entry]) -> Planned:
    return Planned(len(entries), tuple(entries), interval=_interval(entries))


def _interval(entries: Sequence[Entry]) -> Window:
    """From the first start to after the last end, in whole seconds."""
    return Window(start=_first_second(entries[0]), end=max(map(_after, entries)))


def _first_second(entry: Entry) -> datetime:
    return start_of(entry).replace(microsecond=0)


def _after(entry: Entry) -> datetime:
    """The whole second after the end."""
    return entry.end.replace(microsecond=0) + A_SECOND


def start_of(entry: Entry) -> datetime:
    """The start that the plan of a recording job gives every entry."""
    if entry.start is None:
        raise ValueError("an entry of a recording job has a start")
    return entry.start
