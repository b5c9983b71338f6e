"""SealAudit: commit the new records of runs to the log, and publish what is committed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import NamedTuple

from genesys_purge.model.merkle import leaf_hash
from genesys_purge.model.messages import RunRef
from genesys_purge.ports import Meter, Queue
from genesys_purge.proof.entries import LAST_ACTIONS, finished_in, run_seal
from genesys_purge.proof.event_seals import Event, event_seals, is_event
from genesys_purge.proof.ports import SealedRun, Seals, Trail
from genesys_purge.proof.publish_seals import PublishSeals
from genesys_purge.proof.races import until_won

# Runs in one transaction, which has at most 100 writes.
MOST_RUNS = 90
# Records in one segment: a process holds those of `MOST_RUNS` runs in memory.
MOST_LINES = 1_000


class Growth(NamedTuple):
    """The new records of a run."""

    before: SealedRun
    after: SealedRun
    lines: Sequence[bytes]

    @property
    def is_event(self) -> bool:
        """Whether it shares its seal with others."""
        return is_event(self.before.tree, self.lines)

    def seal(self) -> bytes:
        """The entry for this run alone."""
        return run_seal(self.after.run_id, self.before.tree, self.after.tree, self.lines)


class SealAudit:
    """Nothing is published that is not committed: whatever dies, the next seal completes it."""

    def __init__(
        self,
        trail: Trail,
        seals: Seals,
        publish: PublishSeals,
        certificates: Queue[RunRef],
        meter: Meter,
    ) -> None:
        self._trail = trail
        self._seals = seals
        self._publish = publish
        self._certificates = certificates
        self._meter = meter

    def __call__(self, actions: Mapping[str, Collection[str]]) -> None:
        """Seal all records of the runs with these new actions; ask for certificates at their end.

        A run whose audit is shorter than what is sealed of it is counted, and not sealed further.
        Contradicted if what is committed cannot be published.
        """
        known = [each for each in sorted(actions) if self._is_whole(each)]
        ended = dict.fromkeys(
            run_id for run_id, new in actions.items() if not LAST_ACTIONS.isdisjoint(new)
        )
        for start in range(0, len(known), MOST_RUNS):
            while entries := until_won(partial(self._commit, known[start : start + MOST_RUNS])):
                # The stream may have lost the record of the end.
                ended |= dict.fromkeys(filter(None, map(finished_in, entries)))
        self._publish()
        for run_id in ended:
            self._certificates.send(RunRef(run_id=run_id))

    def _commit(self, run_ids: Sequence[str]) -> Sequence[bytes]:
        """Commit the next records of each run; the new entries."""
        head, grown = self._seals.head(), list(self._growth(run_ids))
        entries = _entries_of(grown)
        if entries:
            after = head.extended(map(leaf_hash, entries))
            changed = [(each.before, each.after) for each in grown]
            self._seals.commit((head, after), entries, changed)
        return entries

    def _is_whole(self, run_id: str) -> bool:
        """Whether the audit of the run has what is sealed: it was not restored or removed."""
        sealed = self._seals.run(run_id).tree.size
        is_whole = self._trail.last(run_id) >= sealed
        if not is_whole:
            self._meter.count("AuditShorterThanItsSeal")
        return is_whole

    def _growth(self, run_ids: Sequence[str]) -> Iterator[Growth]:
        for run_id in run_ids:
            before = self._seals.run(run_id)
            lines = list(islice(self._trail.lines(run_id, before.tree.size + 1), MOST_LINES))
            if lines:
                tree = before.tree.extended(map(leaf_hash, lines))
                yield Growth(before, SealedRun(run_id, tree), lines)


def _entries_of(grown: Sequence[Growth]) -> Sequence[bytes]:
    """An entry for each run, and one for all events."""
    runs = [each.seal() for each in grown if not each.is_event]
    events = (
        Event(each.after.run_id, each.after.tree, *each.lines) for each in grown if each.is_event
    )
    return [*runs, *event_seals(list(events))]
