"""Takes records out of the part that a batch submits next."""

from __future__ import annotations

from genesys_purge.errors import OnLegalHold, RefusedByGenesys
from genesys_purge.model.audit import Action
from genesys_purge.model.batch import Batch, BatchState
from genesys_purge.model.messages import BatchStep, Next
from genesys_purge.model.reach import Reach
from genesys_purge.purging.batches import PHASES, Batches
from genesys_purge.purging.cases import Case


class ReducePart:
    """Protects records, and halves a part to find the one for which Genesys refused it."""

    def __init__(self, batches: Batches) -> None:
        self._batches = batches

    def bisect(self, batch: Batch, error: RefusedByGenesys, step: BatchStep) -> BatchStep:
        """Halve a part that Genesys refused for one record, until that record stands alone."""
        candidates = batch.candidates
        if len(candidates) == 1:
            return self.protect(batch, OnLegalHold(str(error), entries=candidates), step)
        first, second = batch.pending[0].halves()
        halved = batch.to(BatchState.PLANNED, pending=(first, second, *batch.pending[1:]))
        self._batches.advance(halved)
        return step.then(Next.SUBMIT)

    def around(self, case: Case, error: OnLegalHold, step: BatchStep) -> BatchStep:
        """Go on without what is held; raises the error if that is not possible.

        A part that is submitted by its time is cut, because it cannot leave out a record.
        """
        batch = case.batch
        if batch.next_reach is Reach.NAMED:
            return self.protect(batch, error, step)
        pending = case.reduced(error.entries)
        if not pending:
            raise error
        after = batch.to(BatchState.PLANNED, pending=pending, detail=str(error))
        self._batches.advance(after, Action.BATCH_CUT, detail=str(error))
        return step.then(Next.SUBMIT)

    def protect(self, batch: Batch, error: OnLegalHold, step: BatchStep) -> BatchStep:
        """Skip the held records and go on with the others; if none are named, raise the error."""
        if not error.entries:
            raise error
        kept = batch.to(BatchState.PLANNED, protected=batch.protected | error.entries)
        self._batches.advance(
            kept,
            Action.BATCH_PROTECTED,
            skipped={"protected": len(error.entries - batch.protected)},
            detail=str(error),
        )
        return step.then(Next.SUBMIT)

    def drop_empty_part(self, batch: Batch, step: BatchStep) -> BatchStep:
        rest = batch.pending[1:]
        state = BatchState.PLANNED if rest else BatchState.COMPLETED
        after = self._batches.advance(batch.to(state, pending=rest))
        return step.then(PHASES[after.state])
