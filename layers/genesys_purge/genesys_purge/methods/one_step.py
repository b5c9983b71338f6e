"""The life of a one-step job, which runs as soon as Genesys has created it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Protocol

from genesys_purge.methods.contract import Conflict, Evidence, Look, Part, Verdict
from genesys_purge.methods.readiness import Present, SearchPage, Waiting
from genesys_purge.model.batch import Batch, BatchRef, Entry
from genesys_purge.model.certainty import Certainty
from genesys_purge.model.platform import DOCUMENTED
from genesys_purge.model.reach import Reach
from genesys_purge.model.slices import Slice
from genesys_purge.operation import DeletingCall
from genesys_purge.ports import Genesys


class Counting(Protocol):
    """A method that verifies by counting."""

    def remaining(self, request: Any, part: Part, genesys: Genesys) -> int:
        """How many of the part's records still exist."""

    def verdict(self, before: int, remaining: int, reported: int | None) -> Verdict:
        """The verdict if `before` records existed and the job `reported` a number of deletions."""


class OneStep:
    """Implements `Lifecycle`; it has no list of jobs and nothing to confirm.

    The documents limit the purge jobs of a tenant, so all documented methods share their slots.
    """

    pool = DOCUMENTED
    deletes_new_records = False
    unowned_within: float = 0
    conflict = Conflict.PROTECTED

    def __init__(self, method: Counting) -> None:
        self._method = method

    def concurrency(self, request: Any, allowed: int) -> int:
        return allowed

    def jobs_for_each(self, request: Any) -> int:
        return 1

    def slots(self, allowed: int) -> int | None:
        return allowed

    def is_full(self, genesys: Genesys) -> bool:
        return False

    def evidence(self, request: Any) -> Sequence[Evidence]:
        return (Evidence.REMAINING_RECORDS,)

    def listed_within(self, patience: float) -> float:
        return patience

    def asked_for(self, batch: Batch) -> int | None:
        """The ids of the part, or the records that the window held right before the submit.

        A plan that is an upper bound is one for the job as well: it may process fewer, never more.
        """
        if batch.window is not None:
            return batch.before
        return len(batch.candidates) if batch.pending else batch.targeted

    def find(self, request: Any, batch: BatchRef, part: Part, genesys: Genesys) -> str | None:
        return None

    def waiting(self, job_id: str, genesys: Genesys) -> Waiting | None:
        return None

    def present(self, request: Any, part: Part, genesys: Genesys) -> Present:
        return Present(len(part.ids))

    def others(
        self, request: Any, part: Part, genesys: Genesys, after: Mapping[str, Any] | None
    ) -> Iterator[SearchPage]:
        return iter(())

    def protected(self, part: Part, genesys: Genesys) -> frozenset[str]:
        return frozenset()

    def interval(self, reach: Reach, entries: Sequence[Entry]) -> None:
        return None

    def pieces(
        self, reach: Reach, part: Slice, entries: Sequence[Entry], held: Collection[int]
    ) -> Sequence[Slice]:
        return ()

    def may_touch(self, ids: Sequence[str], part: Part, genesys: Genesys) -> bool:
        return False

    def confirmation(self, job_id: str) -> DeletingCall:
        raise ValueError("a one-step job is never confirmed")

    def cancel(self, job_id: str, genesys: Genesys) -> None:
        raise ValueError("a one-step job is never cancelled")

    def unowned(self, batch: Batch, manifest: Sequence[str], genesys: Genesys) -> Sequence[str]:
        return ()

    def verify_after(self, request: Any) -> float:
        return 0

    def certainty(self, request: Any, records: int) -> Certainty | None:
        return None

    def look(self, request: Any, part: Part, genesys: Genesys) -> Look:
        raise ValueError("the records of a one-step job are counted, not looked at")

    def verify(self, request: Any, part: Part, batch: Batch, genesys: Genesys) -> Verdict:
        """Compare the records before the submit with the remaining ones."""
        before = batch.targeted if batch.window is None else batch.before or 0
        remaining = self._method.remaining(request, part, genesys)
        return self._method.verdict(before, remaining, batch.deleted)
