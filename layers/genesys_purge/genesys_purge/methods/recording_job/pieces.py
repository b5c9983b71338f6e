"""Cuts a part whose job would take more than the plan into smaller ones."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import groupby

from genesys_purge.methods.recording_job.intervals import after, start_of
from genesys_purge.methods.recording_job.named_batches import MOST_NAMED
from genesys_purge.model.batch import Entry
from genesys_purge.model.dates import Window
from genesys_purge.model.days import days_between
from genesys_purge.model.reach import Reach
from genesys_purge.model.slices import Slice

Blocks = Sequence[Slice]


def pieces(
    reach: Reach, part: Slice, entries: Sequence[Entry], held: Collection[int]
) -> tuple[Slice, ...]:
    """Slices that together have the part's entries; none if the part cannot be cut.

    Without `held` entries, the part is halved. Otherwise the days without held entries stay whole.
    A single day, and a piece of few entries, is taken by name, or not at all if Genesys takes
    only intervals.
    """
    days = list(_days(part, entries))
    if reach is Reach.INTERVAL:
        blocks = list(_clusters(part, entries))
        return _halves(blocks) if len(days) > 1 and len(blocks) > 1 else ()
    if held:
        return tuple(_around(days, held))
    return tuple(_named(part)) if len(days) == 1 else tuple(_few_by_name(_halves(days)))


def days_of_entries(entries: Sequence[Entry]) -> Window:
    """The UTC days on which the entries started, and those between them."""
    return days_between(start_of(entries[0]), start_of(entries[-1]))


def _halves(blocks: Blocks) -> tuple[Slice, Slice]:
    """The part, cut between two blocks so that both sides have about as many entries."""
    start, stop = blocks[0].start, blocks[-1].stop
    middle = min(blocks[1:], key=lambda each: abs(2 * each.start - start - stop)).start
    return Slice(start=start, stop=middle), Slice(start=middle, stop=stop)


def _around(days: Blocks, held: Collection[int]) -> Iterator[Slice]:
    """The days with held entries by name, and what lies between them as a whole."""
    marked = {day.start for day in days if any(day.start <= each < day.stop for each in held)}
    for is_held, group in groupby(days, key=lambda day: day.start in marked):
        found = list(group)
        whole = Slice(start=found[0].start, stop=found[-1].stop)
        yield from _named(whole) if is_held else _few_by_name([whole])


def _few_by_name(parts: Sequence[Slice]) -> Iterator[Slice]:
    for each in parts:
        yield from _named(each) if each.size <= MOST_NAMED else [each]


def _named(part: Slice) -> Iterator[Slice]:
    for start in range(part.start, part.stop, MOST_NAMED):
        stop = min(start + MOST_NAMED, part.stop)
        yield Slice(start=start, stop=stop, is_named=True)


def _days(part: Slice, entries: Sequence[Entry]) -> Iterator[Slice]:
    """The entries of each UTC day; a batch has its entries in order of start."""
    positions = range(part.start, part.stop)
    for _, group in groupby(positions, key=lambda index: start_of(entries[index]).toordinal()):
        found = list(group)
        yield Slice(start=found[0], stop=found[-1] + 1)


def _clusters(part: Slice, entries: Sequence[Entry]) -> Iterator[Slice]:
    """The entries between two gaps of at least a second, which an interval may cut."""
    first, reach = part.start, after(entries[part.start])
    for index in range(part.start, part.stop):
        if start_of(entries[index]) > reach:
            yield Slice(start=first, stop=index)
            first = index
        reach = max(reach, after(entries[index]))
    yield Slice(start=first, stop=part.stop)
