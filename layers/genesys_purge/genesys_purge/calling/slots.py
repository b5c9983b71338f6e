"""Slots for the unfinished jobs of an organisation, shared fairly by all runs.

A worker that wants a slot checks which of the batches that hold slots have ended, so a worker that
dies with a slot loses nothing. A batch that takes many jobs gives its slot up between two of them
if another run waits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import takewhile
from typing import NamedTuple, Protocol

from genesys_purge.errors import LostRace, RateLimited
from genesys_purge.model.batch import BatchRef
from genesys_purge.ports import Clock

# A waiting batch asks again within this time: longer than the longest wait of SubmitBatch.
ASKS_WITHIN = timedelta(seconds=900)
# The pool knows so many waiting batches of a run. One may take its slot while the other waits on.
MOST_ASKING = 2
# Workers that change the same pool at the same time try so often before they wait.
ATTEMPTS = 5


class NoFreeSlot(RateLimited):
    """The batch has no slot yet."""


class PoolKey(NamedTuple):
    """The jobs that Genesys limits together; None is the default organisation."""

    organisation: str | None
    jobs: str


class Pool(NamedTuple):
    """The batches that hold slots, and some that wait for one, by the time of their question.

    A few batches speak for each waiting run, so that the pool stays small for any number of them.
    `version` counts the changes.
    """

    holders: tuple[BatchRef, ...] = ()
    waiting: Mapping[BatchRef, datetime] = {}
    version: int = 0

    def without(self, ended: Iterable[BatchRef]) -> Pool:
        """The pool after these batches have left it."""
        gone = frozenset(ended)
        return self._replace(
            holders=tuple(each for each in self.holders if each not in gone),
            waiting={each: at for each, at in self.waiting.items() if each not in gone},
        )

    def seated(self, batch: BatchRef) -> Pool:
        """The pool after the batch has got a slot."""
        return self.without([batch])._replace(holders=(*self.holders, batch))

    def asked(self, batch: BatchRef, at: datetime) -> Pool:
        """The pool after the batch has asked in vain."""
        return self._replace(waiting={**self.waiting, batch: at})

    def asking(self, run_id: str, since: datetime) -> list[BatchRef]:
        """The known batches of the run that have asked after `since`."""
        return [each for each, at in self.waiting.items() if each.run_id == run_id and at > since]

    def has_room_for(self, batch: BatchRef, limit: int, *, had_one: bool = False) -> bool:
        """Whether a slot is free that no run with fewer slots waits for.

        So each waiting run gets its share, however many batches another run has. A batch that
        `had_one` lets runs without a slot go first, if they asked before it.
        """
        held = Counter(each.run_id for each in self.holders)
        mine = held[batch.run_id]
        first = {each.run_id for each in self.waiting if held[each.run_id] < mine}
        if had_one:
            earlier = takewhile(lambda each: each != batch, self.waiting)
            first |= {each.run_id for each in earlier if not held[each.run_id]}
        return len(first - {batch.run_id}) < limit - len(self.holders)


class SlotStore(Protocol):
    """The stored pools."""

    def read(self, key: PoolKey) -> Pool:
        """The pool; an empty one if it was never stored."""

    def write(self, key: PoolKey, pool: Pool) -> None:
        """Store the pool with the next version; LostRace unless the stored one has its version."""


class Holders(Protocol):
    """What became of the batches of a pool."""

    def is_active(self, holder: BatchRef) -> bool:
        """Whether the batch may still create or confirm a job, or has one."""

    def clear_away(self, holder: BatchRef) -> None:
        """End the job that a batch left behind, as far as Genesys allows."""


class Slots:
    """Gives at most `limit` batches of a pool a slot."""

    def __init__(self, store: SlotStore, now: Clock) -> None:
        self._store = store
        self._now = now

    def take(
        self,
        key: PoolKey,
        limit: int,
        batch: BatchRef,
        holders: Holders,
        *,
        had_one: bool = False,
    ) -> None:
        """Take a slot for the batch, unless it has one; NoFreeSlot while it must wait.

        A batch that `had_one` for a job that has ended keeps it only if no other run waits for it.
        """
        for _ in range(ATTEMPTS):
            pool = self._store.read(key)
            if batch in pool.holders and not had_one:
                return
            others = pool.without([batch]) if batch in pool.holders else pool
            if others != pool and others.has_room_for(batch, limit, had_one=True):
                return
            after = self._asked(others, limit, batch, holders, had_one=had_one)
            try:
                if after != pool:
                    self._store.write(key, after)
            except LostRace:
                continue
            if batch in after.holders:
                return
            break
        raise NoFreeSlot(f"all {limit} slots for jobs are taken, or other runs wait for them")

    def _asked(
        self, pool: Pool, limit: int, batch: BatchRef, holders: Holders, *, had_one: bool
    ) -> Pool:
        """The pool after the batch has asked for a slot."""
        if not pool.has_room_for(batch, limit, had_one=had_one):
            pool = self._cleared(pool, holders)
        if pool.has_room_for(batch, limit, had_one=had_one):
            return pool.seated(batch)
        asking = pool.asking(batch.run_id, self._now() - ASKS_WITHIN / 2)
        is_known = batch in asking or len(asking) >= MOST_ASKING
        return pool if is_known else pool.asked(batch, self._now())

    def _cleared(self, pool: Pool, holders: Holders) -> Pool:
        """The pool without the batches that have ended, and without those that do not ask."""
        ended = [each for each in pool.holders if not holders.is_active(each)]
        for each in ended:
            holders.clear_away(each)
        silent = self._now() - ASKS_WITHIN
        lost = [
            each for each, at in pool.waiting.items() if at < silent or not holders.is_active(each)
        ]
        return pool.without([*ended, *lost])
