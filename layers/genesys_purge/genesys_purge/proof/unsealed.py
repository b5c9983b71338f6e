"""FindUnsealed: which records no published checkpoint covers, and since when."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from genesys_purge.proof.entries import times_in
from genesys_purge.proof.errors import Contradicted
from genesys_purge.proof.note import Checkpoint
from genesys_purge.proof.ports import Evidence, Seals, Trail
from genesys_purge.proof.publish_seals import LATEST, MOST_ENTRIES

# Later records of older runs reach the seal by the stream alone.
RECENT = timedelta(hours=48)
# The runs that are not settled, and those submitted since this moment.
Runs = Callable[[datetime], Iterable[str]]


class Waiting(NamedTuple):
    """Since when the audit of a run waits for its seal, and whether for a number that is free."""

    since: datetime
    has_gap: bool = False


class Unsealed(NamedTuple):
    """What is not sealed: runs with unsealed records, and the log.

    `log` is the time of the oldest fact that is committed and not published.
    """

    runs: Mapping[str, Waiting]
    log: datetime | None = None

    @property
    def oldest(self) -> datetime | None:
        runs = (each.since for each in self.runs.values())
        return min(filter(None, (*runs, self.log)), default=None)


class FindUnsealed:
    """Reads only, and needs no key, so that the age is known while the key is out of order."""

    def __init__(self, runs: Runs, trail: Trail, seals: Seals, evidence: Evidence) -> None:
        self._runs = runs
        self._trail = trail
        self._seals = seals
        self._evidence = evidence

    def __call__(self, now: datetime) -> Unsealed:
        """Contradicted if more is published than is committed."""
        # Runs come first: what is committed meanwhile is seen in the log.
        since = now - RECENT
        read = {run_id: self._waiting(run_id, since) for run_id in sorted(set(self._runs(since)))}
        runs = {run_id: waiting for run_id, waiting in read.items() if waiting}
        return Unsealed(runs, min(self._unpublished(), default=None))

    def _waiting(self, run_id: str, long_ago: datetime) -> Waiting | None:
        """How the oldest unsealed record waits, if there is one.

        An audit that is shorter than its seal waits since its first record.
        """
        # In this order: what is sealed was stored before.
        size = self._seals.run(run_id).tree.size
        found = self._trail.times(run_id, size, 2)
        if size and not found:
            remaining = self._trail.times(run_id, 1, 1)
            return Waiting(remaining[0][1] if remaining else long_ago)
        behind = (Waiting(at, number > size + 1) for number, at in found if number > size)
        return next(behind, None)

    def _unpublished(self) -> Iterator[datetime]:
        latest = self._evidence.get(LATEST)
        published = Checkpoint.in_note(latest.content.decode()).size if latest else 0
        size = self._seals.head().size
        if published > size:
            raise Contradicted(
                f"{published} entries are published, and {size} are committed: the table of seals "
                "was restored"
            )
        if published < size:
            entries = self._seals.entries(published, min(size, published + MOST_ENTRIES))
            yield from (times_in(each)[0] for each in entries)
