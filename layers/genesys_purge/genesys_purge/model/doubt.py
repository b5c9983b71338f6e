"""How many records of a batch may be deleted without a reported count."""

from __future__ import annotations

from genesys_purge.model.batch import Batch, BatchState

# A call that may delete was made, and its effect is not recorded.
UNDECIDED = frozenset({BatchState.SUBMITTING, BatchState.SUBMITTED, BatchState.CONFIRMING})


def records_in_doubt(batch: Batch) -> int:
    """The records of the part whose job may delete, or may have deleted, without a report."""
    return len(batch.candidates) if batch.state in UNDECIDED and batch.pending else 0
