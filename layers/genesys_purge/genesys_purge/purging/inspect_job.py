"""InspectJob: compare what a ready job covers with the plan, in turns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from genesys_purge.errors import LimitExceeded, OnLegalHold, TryLater
from genesys_purge.methods.contract import Part
from genesys_purge.methods.readiness import Present, SearchPage, Waiting
from genesys_purge.model.batch import BatchState
from genesys_purge.model.inspection import Inspection
from genesys_purge.model.reach import Reach
from genesys_purge.model.sums import sum_of
from genesys_purge.purging.batches import Batches
from genesys_purge.purging.cases import Case
from genesys_purge.purging.turns import Turn

# As many ids as one question about protection may have.
BLOCK = 100
# What was seen earlier is looked at again.
LASTS = timedelta(hours=2)
# Seconds until a turn that failed is followed by the next.
SHORTEST_WAIT = 10.0


class InspectJob:
    """Stores how far it is at the end of each turn; nothing is confirmed before it is over."""

    def __init__(self, batches: Batches) -> None:
        self._batches = batches

    def __call__(self, case: Case, waiting: Waiting) -> Present | float:
        """What the job may cover, or the seconds until the next turn.

        LimitExceeded if the job covers more or other records, OnLegalHold if Genesys protects some.
        """
        # It takes long to build for a large batch.
        part = case.part
        if waiting.differs_from(part):
            raise LimitExceeded("the job lists other conversations than the plan")
        _require_no_excess(waiting, Present(len(part.ids)))
        before = self._begun(case)
        after, wait = self._advanced(case, part, before)
        if wait is not None:
            if after != before:
                self._batches.advance(case.batch.to(BatchState.READY, inspection=after))
            return wait
        present = _present(after)
        _require_no_excess(waiting, present)
        _require_all_found(case, part, after)
        if present.unprepared:
            self._forget(case)
            raise TryLater(
                f"{present.unprepared} {case.method.unit} are not exported yet", retry_after=60
            )
        if after.held:
            raise OnLegalHold("Genesys now protects these records", entries=after.held)
        return present

    def _forget(self, case: Case) -> None:
        if case.batch.inspection is not None:
            self._batches.advance(case.batch.to(BatchState.READY, inspection=None))

    def _begun(self, case: Case) -> Inspection:
        stored, now = case.batch.inspection, self._batches.now()
        if stored is not None and stored.job_id == case.job_id:
            if now - stored.began_at <= LASTS:
                return stored
            # It would take as long again, so that it might never end.
            if case.has_smaller_times:
                raise LimitExceeded(f"the inspection of its job took more than {LASTS}")
        return Inspection(job_id=case.job_id, began_at=now)

    def _advanced(
        self, case: Case, part: Part, found: Inspection
    ) -> tuple[Inspection, float | None]:
        """The inspection after this turn, and the wait before the next one, if there is one."""
        before, turn = found, Turn(self._batches.now)
        positions = sorted(case.batch.candidates)
        try:
            while found.position < len(part.ids):
                if not turn.has_time:
                    return found, 0
                found = _counted(case, part, positions, found)
            for page in _searched(case, part, found):
                if page.others:
                    raise LimitExceeded(f"the job may cover {page.others} more {case.method.unit}")
                progress = {"search": page.state, "found": found.found + page.known}
                found = found.model_copy(update=progress)
                # A turn reads as many pages as it takes to get further.
                if page.wait or (not turn.has_time and found != before):
                    return found, page.wait
        except TryLater as error:
            if found == before:
                raise
            return found, max(error.retry_after or 0, SHORTEST_WAIT)
        return found, None


def _counted(case: Case, part: Part, positions: Sequence[int], found: Inspection) -> Inspection:
    """The inspection after the next block of the part's records, which have these positions."""
    lifecycle = case.method.lifecycle
    block = part.ids[found.position : found.position + BLOCK]
    few = part._replace(ids=block, total=len(part.ids))
    present = lifecycle.present(case.request, few, case.genesys)
    protected = lifecycle.protected(few, case.genesys)
    of_block = positions[found.position : found.position + len(block)]
    held = {each for each in of_block if case.entries[each].id.casefold() in protected}
    return found.model_copy(
        update={
            "position": found.position + len(block),
            "conversations": found.conversations + present.conversations,
            "records": sum_of([found.records, present.records]),
            "unprepared": found.unprepared + present.unprepared,
            "unsure": found.unsure + present.unsure,
            "kept": sum_of([found.kept, present.kept]),
            "held": found.held | held,
        }
    )


def _searched(case: Case, part: Part, found: Inspection) -> Iterator[SearchPage]:
    """The rest of the search for conversations outside the plan that the job may cover."""
    if case.batch.next_reach is Reach.NAMED:
        return iter(())
    lifecycle, search = case.method.lifecycle, found.search
    return lifecycle.others(case.request, part, case.genesys, search)


def _present(found: Inspection) -> Present:
    return Present(found.conversations, found.records, found.unprepared, found.unsure, found.kept)


def _require_all_found(case: Case, part: Part, found: Inspection) -> None:
    """A search that misses planned conversations may miss others."""
    planned = len(part.ids)
    if case.batch.next_reach is not Reach.NAMED and found.found < planned:
        raise LimitExceeded(
            f"the search for more {case.method.unit} found {found.found} of {planned} in the plan"
        )


def _require_no_excess(waiting: Waiting, present: Present) -> None:
    if excess := waiting.excess_over(present):
        raise LimitExceeded(f"the job covers {excess}")
