"""Whether anything about an ended run is still open."""

from __future__ import annotations

from collections.abc import Sequence

from genesys_purge.methods import METHODS
from genesys_purge.model.batch import Batch, BatchState
from genesys_purge.model.run import Run
from genesys_purge.model.verification import awaits_verification

WITHOUT_SUCCESS = frozenset({BatchState.FAILED, BatchState.GAVE_UP})


def is_over(batch: Batch) -> bool:
    """Whether the batch has ended, and is verified or cannot be."""
    return batch.has_ended and not awaits_verification(batch)


def has_own_job_left(batch: Batch) -> bool:
    """Whether the job of the batch may outlive it."""
    return batch.state in WITHOUT_SUCCESS and batch.job_id is not None


def unowned_within(run: Run) -> float:
    """Seconds after the run's end within which a job of it may turn up; 0 if none can wait."""
    return METHODS[run.method].lifecycle.unowned_within


def may_have_left_jobs(run: Run, batch: Batch) -> bool:
    """Whether a job of the batch may wait at Genesys for a confirmation that it never gets."""
    has_traces = has_own_job_left(batch) or bool(batch.attempt.doubts)
    return has_traces and unowned_within(run) > 0


def settled_if_over(run: Run, batches: Sequence[Batch]) -> Run:
    """The finished run, settled if nothing is open that Genesys must be asked about.

    The batches of a dry run are never executed.
    """
    is_settled = run.is_dry or all(
        is_over(each) and not may_have_left_jobs(run, each) for each in batches
    )
    return run.model_copy(update={"is_settled": is_settled})
