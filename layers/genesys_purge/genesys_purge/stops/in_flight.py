"""The jobs that may still delete although they are stopped now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from genesys_purge.calling.in_flight import InFlight, JobInFlight, may_run
from genesys_purge.methods import METHODS
from genesys_purge.model.batch import Batch
from genesys_purge.model.run import Run, RunStatus, stoppable
from genesys_purge.ports import Runs


class StoppedInFlight:
    """Of the jobs in flight, those that a stop covers.

    The jobs of methods without slots are found through the index of open runs, which a run is in
    long before its first call.
    """

    def __init__(
        self, in_flight: InFlight, runs: Runs, open_runs: Callable[[], Iterable[str]]
    ) -> None:
        self._in_flight = in_flight
        self._runs = runs
        self._open_runs = open_runs

    def __call__(self, stop_id: str) -> Iterator[JobInFlight]:
        """The batches in flight that a stop of this id covers."""
        yield from self._in_flight(lambda batch: self._is_covered(batch, stop_id))
        for run in map(self._runs.get, self._open_runs()):
            if _has_no_slots(run) and stop_id in stoppable(run).stop_ids:
                called = filter(may_run, self._runs.batches(run))
                yield from map(JobInFlight.of, called)

    def _is_covered(self, batch: Batch, stop_id: str) -> bool:
        return stop_id in stoppable(self._runs.get(batch.run_id)).stop_ids


def _has_no_slots(run: Run) -> bool:
    return run.status is not RunStatus.SUBMITTED and METHODS[run.method].lifecycle.slots(1) is None
