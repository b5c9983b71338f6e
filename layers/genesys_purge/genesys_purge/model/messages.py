"""What the states of a run say to each other: batch numbers and counts, never ids."""

from __future__ import annotations

from enum import StrEnum
from math import ceil
from typing import Annotated

from pydantic import Field

from genesys_purge.model.run import SUCCESSES, Outcome
from genesys_purge.model.wire import Wire


class RunRef(Wire):
    """Names a run."""

    run_id: Annotated[str, Field(min_length=1, max_length=80)]


class PlanSummary(RunRef):
    """What the map needs: how many batches, and how many of them at once."""

    batches: int
    concurrency: int
    proceed: bool


class Next(StrEnum):
    """What is to be done with a batch once its wait is over."""

    SUBMIT = "submit"
    POLL = "poll"
    VERIFY = "verify"
    DONE = "done"


class BatchStep(RunRef):
    """Where a batch stands in its wait loop.

    `attempt` and `waitedSeconds` count the turns and the waiting of the present phase, so that
    both can be bounded whatever clock the engine keeps; `processed` is the last progress read.
    """

    batch: Annotated[int, Field(ge=0)]
    next: Next = Next.SUBMIT
    wait_seconds: Annotated[int, Field(ge=0)] = 0
    attempt: Annotated[int, Field(ge=0)] = 0
    waited_seconds: Annotated[int, Field(ge=0)] = 0

    def again(self, wait_seconds: float) -> BatchStep:
        """The same phase once more after at least `wait_seconds`."""
        wait = ceil(wait_seconds)
        return self.model_copy(
            update={
                "wait_seconds": wait,
                "attempt": self.attempt + 1,
                "waited_seconds": self.waited_seconds + wait,
            }
        )

    def then(self, following: Next, wait_seconds: float = 0) -> BatchStep:
        """Another phase, its counting begun anew, after `wait_seconds`."""
        wait = ceil(wait_seconds)
        return BatchStep(
            run_id=self.run_id,
            batch=self.batch,
            next=following,
            wait_seconds=wait,
            waited_seconds=wait,
        )


class Failure(Wire):
    """What a Catch knows: the error's class name, and its cause as text."""

    run_id: str
    batch: int | None = None
    error: str
    cause: str


class RunResult(RunRef):
    """How a run ended, and whether that is a success for those who watch executions."""

    outcome: Outcome
    succeeded: bool

    @classmethod
    def of(cls, run_id: str, outcome: Outcome) -> RunResult:
        return cls(run_id=run_id, outcome=outcome, succeeded=outcome in SUCCESSES)
