"""Whole days in UTC: those that legal holds close, and what is left of a window without them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from genesys_purge.model.dates import LAST_MOMENT, Window

A_DAY = timedelta(days=1)
A_MOMENT = timedelta(microseconds=1)


def days_between(first: datetime, last: datetime) -> Window:
    """The days from that of `first` to that of `last`, both included."""
    start, after = _midnight(first), _midnight(last)
    end = after + A_DAY if after <= LAST_MOMENT - A_DAY else LAST_MOMENT
    return Window(start=start, end=end)


def days_of(window: Window) -> Window:
    """The days that the window touches."""
    return days_between(window.start, window.end - A_MOMENT)


def days_in(window: Window) -> Iterator[Window]:
    """The window cut at each midnight, in order."""
    start = window.start
    while start < window.end:
        midnight = _midnight(start)
        end = midnight + A_DAY if midnight <= LAST_MOMENT - A_DAY else LAST_MOMENT
        yield Window(start=start, end=min(end, window.end))
        start = min(end, window.end)


def joined(windows: Iterable[Window]) -> tuple[Window, ...]:
    """The same times in order, as few windows as possible."""
    found: list[Window] = []
    for each in sorted(windows, key=lambda window: window.start):
        if found and each.start <= found[-1].end:
            found[-1] = found[-1].until(each.end)
        else:
            found.append(each)
    return tuple(found)


def without(window: Window, closed: Sequence[Window]) -> tuple[list[Window], list[Window]]:
    """The parts of the window outside of the closed times, and the parts inside; in order."""
    outside, inside = [], []
    start = window.start
    for each in joined(closed):
        if not each.overlaps(window):
            continue
        if start < each.start:
            outside.append(Window(start=start, end=each.start))
        start = min(each.end, window.end)
        inside.append(Window(start=max(each.start, window.start), end=start))
    if start < window.end:
        outside.append(Window(start=start, end=window.end))
    return outside, inside


def in_words(windows: Sequence[Window]) -> str:
    """Whole days by date, for example `2024-05-01, 2024-05-03 to 2024-05-04`."""
    return ", ".join(_dates(each) for each in windows)


def _dates(window: Window) -> str:
    first, last = window.start.date(), (window.end - A_MOMENT).date()
    return f"{first}" if first == last else f"{first} to {last}"


def _midnight(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)
