"""How many records of a batch may be deleted without a reported count."""

from __future__ import annotations

from genesys_purge.model.batch import Batch, BatchState

# A call that may delete was made, and its effect is not recorded.
UNDECIDED = frozenset({BatchState.SUBMITTING, BatchState.SUBMITTED, BatchState.CONFIRMING})


def records_in_doubt(batch: Batch) -> int:
    """The records of the part whose job may delete, or may have deleted, without a report."""
    return len(batch.candidates) if batch.state in UNDECIDED and batch.pending else 0


def may_have_deleted(batch: Batch) -> bool:
    """Whether the batch has deleted records, or may have without a report or a check.

    It is unknown what an implausible batch deleted.
    """
    if batch.deleted or batch.verified or batch.state is BatchState.IMPLAUSIBLE:
        return True
    is_checked = batch.verified is not None
    return not is_checked and bool(batch.unreported or records_in_doubt(batch))
