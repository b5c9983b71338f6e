"""The messages between the states of a run: batch numbers and counts, never record ids."""

from __future__ import annotations

from enum import StrEnum
from math import ceil
from typing import Annotated

from pydantic import Field

from genesys_purge.model.run import SUCCESSES, Outcome
from genesys_purge.model.wire import Wire

# The execution of a run that was cancelled has not failed.
AS_ASKED = SUCCESSES | {Outcome.CANCELLED}


class RunRef(Wire):
    """Identifies a run."""

    run_id: Annotated[str, Field(min_length=1, max_length=80)]


class PlanSummary(RunRef):
    """The number of batches and the concurrency of the map state.

    A plan that is not `planned` goes on with another turn after `waitSeconds`. A run that
    `awaitsApproval` is looked at again after `waitSeconds`. `first` is the first batch of the next
    map run.
    """

    planned: bool
    wait_seconds: Annotated[int, Field(ge=0)] = 0
    batches: int
    first: int = 0
    concurrency: int
    proceed: bool
    awaits_approval: bool = False


class Next(StrEnum):
    """The next state of a batch after its wait."""

    SUBMIT = "submit"
    POLL = "poll"
    VERIFY = "verify"
    DONE = "done"


class BatchStep(RunRef):
    """The position of a batch in its wait loop.

    `attempt` and `waitedSeconds` count the polls and the waiting time of the current phase. They
    only set the pace of the next wait: a message may be repeated, so limits count from stored
    moments.
    """

    batch: Annotated[int, Field(ge=0)]
    next: Next = Next.SUBMIT
    wait_seconds: Annotated[int, Field(ge=0)] = 0
    attempt: Annotated[int, Field(ge=0)] = 0
    waited_seconds: Annotated[int, Field(ge=0)] = 0

    def again(self, wait_seconds: float) -> BatchStep:
        """The same phase again, after at least `wait_seconds`."""
        wait = ceil(wait_seconds)
        return self.model_copy(
            update={
                "wait_seconds": wait,
                "attempt": self.attempt + 1,
                "waited_seconds": self.waited_seconds + wait,
            }
        )

    def delayed(self, wait_seconds: float) -> BatchStep:
        """As `again`, for a turn that does not count because it could not do its work."""
        return self.again(wait_seconds).model_copy(update={"attempt": self.attempt})

    def then(self, following: Next, wait_seconds: float = 0) -> BatchStep:
        """The phase `following` with new counts, after `wait_seconds`."""
        wait = ceil(wait_seconds)
        return BatchStep(
            run_id=self.run_id,
            batch=self.batch,
            next=following,
            wait_seconds=wait,
            waited_seconds=wait,
        )


class Failure(Wire):
    """The output of a Catch: the class name of the error, and its cause as text."""

    run_id: str
    batch: int | None = None
    error: str
    cause: str


class RunResult(RunRef):
    """The outcome of a run, and whether the execution ends as succeeded."""

    outcome: Outcome
    succeeded: bool

    @classmethod
    def of(cls, run_id: str, outcome: Outcome) -> RunResult:
        return cls(run_id=run_id, outcome=outcome, succeeded=outcome in AS_ASKED)
