"""The jobs whose deleting calls were made, and which may still delete."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from genesys_purge.calling.slots import PoolKey, SlotStore
from genesys_purge.errors import NotFound, PurgeError
from genesys_purge.model.batch import Batch, BatchRef, BatchState
from genesys_purge.model.wire import Wire
from genesys_purge.ports import Runs

# Every other call passes the guard later.
CALLED = frozenset({BatchState.SUBMITTING, BatchState.SUBMITTED, BatchState.CONFIRMING})
# The job of such a batch is over, whatever became of its unanswered calls.
OVER = frozenset({BatchState.COMPLETED, BatchState.CANCELLED, BatchState.IMPLAUSIBLE})

LONGEST_REASON = 500


class JobInFlight(Wire):
    """A batch whose deleting call was made, or is being made; `jobId` once Genesys has a job."""

    run_id: str
    batch: int
    status: BatchState
    job_id: str | None = None

    @classmethod
    def of(cls, batch: Batch) -> JobInFlight:
        """The job of a batch in flight."""
        return cls(run_id=batch.run_id, batch=batch.number, status=batch.state, job_id=batch.job_id)


class WithJobsInFlight(Wire):
    """What was stored, with the jobs whose calls were made before, and which may still delete.

    Without `inFlight`, these jobs could not be listed, and `inFlightUnknown` says why.
    """

    in_flight: tuple[JobInFlight, ...] | None = None
    in_flight_unknown: str | None = None


def jobs_of(listing: Callable[[], Iterable[JobInFlight]]) -> dict[str, Any]:
    """The fields of such an answer: what is stored counts, also if its jobs cannot be listed."""
    try:
        return {"in_flight": tuple(listing())}
    except PurgeError as error:
        return {"in_flight_unknown": str(error)[:LONGEST_REASON]}


class InFlight:
    """Reads the batches that hold a slot for a job, consistently.

    A batch gets its slot before its call, and its intent before the guard's reads. So a call whose
    guard did not see what was stored before is of a batch that is found here. GDPR requests need
    no slot. `organisations` names all of them, None for the default one; `pools` are the names of
    the pools of jobs.
    """

    def __init__(
        self,
        slots: SlotStore,
        runs: Runs,
        organisations: Callable[[], Sequence[str | None]],
        pools: Sequence[str],
    ) -> None:
        self._slots = slots
        self._runs = runs
        self._organisations = organisations
        self._pools = pools

    def __call__(
        self,
        may_take: Callable[[Batch], bool],
        is_meant: Callable[[str | None], bool] = lambda _: True,
    ) -> Iterator[JobInFlight]:
        """The batches in flight of the organisations that are meant, if `may_take` is true."""
        for organisation in filter(is_meant, self._organisations()):
            for pool in self._pools:
                for ref in self._slots.read(PoolKey(organisation, pool)).holders:
                    batch = self._batch(ref)
                    if batch and may_run(batch) and may_take(batch):
                        yield JobInFlight.of(batch)

    def _batch(self, ref: BatchRef) -> Batch | None:
        try:
            return self._runs.batch(ref.run_id, ref.number)
        except NotFound:
            return None


def may_run(batch: Batch) -> bool:
    """Whether a call of the batch may still arrive at Genesys, or its job may still run.

    An unanswered call may arrive a minute late, when the batch is already back in another state.
    """
    if batch.state in CALLED:
        return True
    is_given_up = batch.state is BatchState.GAVE_UP and batch.job_id is not None
    return batch.state not in OVER and (is_given_up or batch.attempt.unanswered > 0)
