"""LookAtRecords: one turn of the check that looks at the records of a batch one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from genesys_purge.errors import TryLater
from genesys_purge.methods.contract import Part
from genesys_purge.model.batch import BatchState
from genesys_purge.model.check import Check
from genesys_purge.model.drawing import chosen, seed_of
from genesys_purge.model.positions import positions_in
from genesys_purge.purging.batches import Batches
from genesys_purge.purging.cases import Case
from genesys_purge.purging.turns import Turn


class Looked(NamedTuple):
    """The case after a turn; its check is stored unless it `is_over` without an error.

    `is_over` if every record was looked at, and the turn has time for the verdict. `has_progress`
    if the turn looked at a record.
    """

    case: Case
    is_over: bool = True
    has_progress: bool = False
    error: TryLater | None = None


class LookAtRecords:
    """Works only for lifecycles that look at records; for the others every turn is over at once."""

    def __init__(self, batches: Batches) -> None:
        self._batches = batches

    def __call__(self, case: Case) -> Looked:
        """Look at records until the time of a turn is over, and store how far the check is."""
        before = case.batch.check or _begun(case)
        if before is None:
            return Looked(case)
        turn = Turn(self._batches.now)
        check, error = self._look(case, before, turn)
        is_over = _is_over(check) and turn.has_time and error is None
        after = case._replace(batch=case.batch.model_copy(update={"check": check}))
        has_progress = check != before
        if not is_over and has_progress:
            after = self.keep(after, check)
        return Looked(after, is_over, has_progress, error)

    def keep(self, case: Case, check: Check) -> Case:
        """Store the check; LostRace if another worker has gone on with the batch."""
        after = case.batch.to(BatchState.COMPLETED, check=check)
        return case._replace(batch=self._batches.advance(after))

    def _look(self, case: Case, check: Check, turn: Turn) -> tuple[Check, TryLater | None]:
        """The check after this turn's blocks, and the error that ended it early, if any."""
        lifecycle, whole = case.method.lifecycle, case.whole
        try:
            for block in turn.blocks(_targets(check, case), check.position):
                look = lifecycle.look(case.request, _part(whole, case, block), case.genesys)
                check = check.after(block, look.undone, look.held)
                if check.sample_failed:
                    return check.of_every_record(), None
        except TryLater as error:
            return check, error
        return check, None


def _begun(case: Case) -> Check | None:
    """The new check of a batch; None if its lifecycle verifies without a look at each record."""
    batch, plan = case.batch, case.run.plan
    records = len(case.whole.ids)
    certainty = case.method.lifecycle.certainty(case.request, records)
    if plan is None or certainty is None or not records:
        return None
    return Check.of(records, certainty, seed_of(plan.hash, batch.number))


def _targets(check: Check, case: Case) -> Sequence[int]:
    """The positions of the records that this pass looks at, in order."""
    if check.again is not None:
        return positions_in(check.again)
    return chosen(check, case.entries, case.batch.protected)


def _part(whole: Part, case: Case, block: Sequence[int]) -> Part:
    return whole._replace(ids=[case.entries[position].id for position in block])


def _is_over(check: Check) -> bool:
    return check.looked_at == check.size
