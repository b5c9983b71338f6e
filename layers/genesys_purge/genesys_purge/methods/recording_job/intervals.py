"""Cuts conversations into intervals that contain no conversation outside the plan."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from genesys_purge.methods.contract import Planned, Skipped
from genesys_purge.model.batch import Entry
from genesys_purge.model.dates import Window
from genesys_purge.model.reach import Reach

# Genesys accepts six months.
LONGEST = timedelta(days=180)
A_MOMENT, A_SECOND = timedelta(microseconds=1), timedelta(seconds=1)
Days = set[int]


class Span(NamedTuple):
    """Time from `start` to `end`, both included; `end` is None if it is unknown."""

    start: datetime
    end: datetime | None


def intervals(
    window: Window, entries: Sequence[Entry], closed: Iterable[Span], size: int
) -> Iterator[Planned | Skipped]:
    """Batches of entries inside the window; no batch touches a closed day.

    Each closed span closes the UTC days that it touches. An entry that touches a closed day is
    skipped and closes its other days. Overlapping entries that do not fit into one batch are
    skipped as `inseparable`.
    """
    closed_days = {day for span in closed for day in _days(span, window)}
    open_entries = _outside(closed_days, entries, window)
    if len(open_entries) < len(entries):
        still_open = set(open_entries)
        yield _skipped("day_closed", [each for each in entries if each not in still_open])
    waiting: list[Entry] = []
    for cluster in _clusters(open_entries):
        together = [*waiting, *cluster]
        if waiting and not (_fits(together, size) and _is_open(waiting, cluster, closed_days)):
            yield _planned(waiting)
            waiting, together = [], cluster
        if _fits(cluster, size):
            waiting = together
        else:
            yield _skipped("inseparable", cluster)
    if waiting:
        yield _planned(waiting)


def _days(span: Span, window: Window) -> range:
    """The days of the window that the span touches; midnight belongs to both of its days."""
    if span.start > window.end or (span.end is not None and span.end < window.start):
        return range(0)
    first = span.start - A_MOMENT if span.start > window.start else window.start
    last = min(span.end or window.end, window.end)
    return range(first.toordinal(), last.toordinal() + 1)


def _outside(closed: Days, entries: Sequence[Entry], window: Window) -> list[Entry]:
    """The entries that touch no closed day, once every other entry has closed its days."""
    days_of = {
        index: _days(Span(start_of(entry), entry.end), window)
        for index, entry in enumerate(entries)
    }
    touching: dict[int, list[int]] = {}
    for index, days in days_of.items():
        for day in days:
            touching.setdefault(day, []).append(index)
    waiting = deque(closed)
    while waiting:
        for index in touching.pop(waiting.popleft(), ()):
            following = [day for day in days_of.pop(index, ()) if day not in closed]
            closed.update(following)
            waiting.extend(following)
    return [entries[index] for index in days_of]


def _clusters(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Groups of overlapping entries in order, at least a second apart from each other."""
    cluster: list[Entry] = []
    reach: datetime | None = None
    for entry in sorted(entries, key=lambda each: (start_of(each), each.conversation_id)):
        if reach is not None and start_of(entry) > reach:
            yield cluster
            cluster, reach = [], None
        cluster.append(entry)
        reach = max(reach or after(entry), after(entry))
    if cluster:
        yield cluster


def _fits(entries: Sequence[Entry], size: int) -> bool:
    interval = interval_of(entries)
    return len(entries) <= size and interval.end - interval.start <= LONGEST


def _is_open(waiting: Sequence[Entry], cluster: Sequence[Entry], closed: Collection[int]) -> bool:
    """Whether no day between the two is closed."""
    between = range(waiting[-1].end.toordinal(), start_of(cluster[0]).toordinal() + 1)
    return not any(day in closed for day in between)


def _skipped(reason: str, entries: Iterable[Entry]) -> Skipped:
    ids = sorted(entry.conversation_id for entry in entries)
    return Skipped(reason, len(ids), ids)


def _planned(entries: Sequence[Entry]) -> Planned:
    interval = interval_of(entries)
    return Planned(len(entries), tuple(entries), interval=interval, reach=Reach.INTERVAL)


def interval_of(entries: Sequence[Entry]) -> Window:
    """From the first start to after the last end, in whole seconds."""
    return Window(start=_first_second(entries[0]), end=max(map(after, entries)))


def _first_second(entry: Entry) -> datetime:
    return start_of(entry).replace(microsecond=0)


def after(entry: Entry) -> datetime:
    """The whole second after the end of an entry."""
    return entry.end.replace(microsecond=0) + A_SECOND


def start_of(entry: Entry) -> datetime:
    """The start of an entry; ValueError if the plan gave it none."""
    if entry.start is None:
        raise ValueError("an entry of a recording job has a start")
    return entry.start
