"""The part of a batch that one deleting call asks for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from genesys_purge.methods.contract import Part
from genesys_purge.model.batch import Batch, Entry
from genesys_purge.model.dates import Window
from genesys_purge.model.reach import Reach
from genesys_purge.model.slices import jobs_left


def part_of(
    batch: Batch,
    entries: Sequence[Entry],
    positions: Iterable[int],
    now: datetime,
    interval: Window | None = None,
) -> Part:
    """The entries at `positions`, in order, as one part of the batch.

    With an `interval`, that is sent instead of them.
    """
    chosen = [entries[index] for index in sorted(positions)]
    return Part(
        window=batch.window,
        ids=[entry.id for entry in chosen],
        span=_span(chosen),
        at=batch.attempt.at,
        jobs_left=jobs_left(batch.pending),
        interval=interval,
        reach=batch.reach if interval else Reach.NAMED,
        kept=batch.kept,
        since=batch.first_intent_at or batch.began_at,
        now=now,
    )


def _span(entries: Sequence[Entry]) -> Window | None:
    """From the first start to the last end, in whole seconds.

    It is longer than the times of the entries, because a job that gets it also names their ids.
    """
    starts = [entry.start for entry in entries if entry.start]
    if not starts:
        return None
    end = max(entry.end for entry in entries).replace(microsecond=0) + timedelta(seconds=1)
    return Window(start=min(starts).replace(microsecond=0), end=end)
