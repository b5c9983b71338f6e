"""Takes the open batches of an ended run on, because no execution does."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from genesys_purge.error_codec import reported
from genesys_purge.errors import LostRace, PurgeError, TryLater
from genesys_purge.model.batch import Batch
from genesys_purge.model.messages import BatchStep, Next
from genesys_purge.purging.batches import PHASES
from genesys_purge.purging.fail_batch import FailBatch
from genesys_purge.purging.poll_batch import PollBatch
from genesys_purge.purging.submit_batch import SubmitBatch
from genesys_purge.purging.verify_batch import VerifyBatch

# Enough for submit, poll and verify; what takes longer waits for the next sweep.
MOST_TURNS = 5


class LateBatches:
    """Uses the same steps as the state machine; the run has ended, so none of them deletes."""

    def __init__(
        self, submit: SubmitBatch, poll: PollBatch, verify: VerifyBatch, fail_batch: FailBatch
    ) -> None:
        self._steps: dict[Next, Callable[[BatchStep], BatchStep]] = {
            Next.SUBMIT: submit,
            Next.POLL: poll,
            Next.VERIFY: verify,
        }
        self._fail_batch = fail_batch

    def drive(self, batch: Batch) -> None:
        """Take the turns of the batch that need no wait; an error that does not pass ends it."""
        step = BatchStep(run_id=batch.run_id, batch=batch.number, next=PHASES[batch.state])
        try:
            self._take_turns(step)
        except (TryLater, LostRace):
            # The next sweep tries again.
            return
        except PurgeError as error:
            with suppress(LostRace):
                self._fail_batch.record(step, reported(error))

    def _take_turns(self, step: BatchStep) -> None:
        for _ in range(MOST_TURNS):
            if step.next is Next.DONE or step.wait_seconds:
                return
            before, step = step, self._steps[step.next](step)
            # Other batches have their turn before the rest of a long check.
            if before.next is step.next is Next.VERIFY:
                return
