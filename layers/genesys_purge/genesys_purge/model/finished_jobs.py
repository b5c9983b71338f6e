"""What the jobs of a batch did that are done with their parts, summed up."""

from __future__ import annotations

from typing import Self

from genesys_purge.model.sums import sum_of
from genesys_purge.model.wire import Wire


class JobCounts(Wire):
    """What a job that ran to its end reports, in `deletedUnit`; None is a count it leaves out.

    `unaccounted` records are in none of its counts.
    """

    processed: int | None = None
    failed: int | None = None
    unaccounted: int = 0

    def plus(self, other: JobCounts) -> JobCounts:
        """The counts of two jobs together."""
        return JobCounts(
            processed=sum_of([self.processed, other.processed]),
            failed=sum_of([self.failed, other.failed]),
            unaccounted=self.unaccounted + other.unaccounted,
        )


class FinishedJobs(Wire):
    """A number of jobs, how many records they covered, if that was counted, and what they did.

    Their sum is stored and not each of them, because a batch may take a thousand. `failing` names
    those with failures, or without a count of them.
    """

    number: int = 0
    covered: int | None = None
    counts: JobCounts = JobCounts()
    failing: tuple[str, ...] = ()

    def plus(self, job_id: str, covered: int | None, counts: JobCounts) -> Self:
        """These jobs and one more."""
        return type(self)(
            number=self.number + 1,
            covered=sum_of([self.covered, covered]),
            counts=self.counts.plus(counts),
            failing=self.failing if counts.failed == 0 else (*self.failing, job_id),
        )
