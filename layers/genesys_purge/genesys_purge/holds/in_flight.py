"""The jobs that may still delete what a new legal hold covers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from genesys_purge.calling.slots import PoolKey, SlotStore
from genesys_purge.errors import NotFound
from genesys_purge.methods import METHODS
from genesys_purge.model.batch import Batch, BatchRef, BatchState
from genesys_purge.model.holds import Hold
from genesys_purge.model.wire import Wire
from genesys_purge.ports import Runs

# Every other call passes the guard later, which reads the hold then.
CALLED = frozenset({BatchState.SUBMITTING, BatchState.SUBMITTED, BatchState.CONFIRMING})
# The job of such a batch is over, whatever became of its unanswered calls.
OVER = frozenset({BatchState.COMPLETED, BatchState.CANCELLED, BatchState.IMPLAUSIBLE})


class JobInFlight(Wire):
    """A batch whose deleting call was made, or is being made; `jobId` once Genesys has a job."""

    run_id: str
    batch: int
    status: BatchState
    job_id: str | None = None


class InFlight:
    """Reads the batches that hold a slot for a job, consistently.

    A batch gets its slot before its call, and its intent before the guard reads the holds. So a
    call whose guard did not see the hold is of a batch that is found here, if the hold was stored
    before. GDPR requests need no slot: a hold refuses every one of them before its call.
    """

    def __init__(
        self, slots: SlotStore, runs: Runs, organisations: Callable[[], Sequence[str | None]]
    ) -> None:
        self._slots = slots
        self._runs = runs
        self._organisations = organisations

    def __call__(self, hold: Hold) -> Iterator[JobInFlight]:
        """The batches in flight that have, or may have, a record of the hold."""
        pools = sorted({method.lifecycle.pool for method in METHODS.values()})
        for organisation in self._organisations():
            for pool in pools:
                for ref in self._slots.read(PoolKey(organisation, pool)).holders:
                    yield from self._of(ref, hold)

    def _of(self, ref: BatchRef, hold: Hold) -> Iterator[JobInFlight]:
        try:
            batch = self._runs.batch(ref.run_id, ref.number)
        except NotFound:
            return
        if _may_run(batch) and self._may_take(batch, hold):
            yield JobInFlight(
                run_id=batch.run_id, batch=batch.number, status=batch.state, job_id=batch.job_id
            )

    def _may_take(self, batch: Batch, hold: Hold) -> bool:
        """Whether the batch's calls so far may take a record of the hold."""
        if batch.window is not None:
            return hold.covering(batch.window) is not None
        if batch.interval is not None and hold.covering(batch.interval) is not None:
            return True
        entries = self._runs.manifest(batch)
        return any(
            hold.holds_record(entry.conversation_id, entry.end)
            for position, entry in enumerate(entries)
            if position not in batch.protected
        )


def _may_run(batch: Batch) -> bool:
    """Whether a call of the batch may still arrive at Genesys, or its job may still run.

    An unanswered call may arrive a minute late, when the batch is already back in another state.
    """
    if batch.state in CALLED:
        return True
    is_given_up = batch.state is BatchState.GAVE_UP and batch.job_id is not None
    return batch.state not in OVER and (is_given_up or batch.attempt.unanswered > 0)
