"""JobPlaces: whether a batch may have a job made, where an organisation has few places for them."""

from __future__ import annotations

from genesys_purge.errors import (
    JobLost,
    LostRace,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    RefusedByGenesys,
)
from genesys_purge.model.batch import BatchRef
from genesys_purge.model.run import RunStatus
from genesys_purge.ports import JobPlaces as Places
from genesys_purge.ports import Place, Runs
from genesys_purge.purging.cases import Case


class JobPlaces:
    """Among our own batches exactly so many have a place; others' jobs are counted at Genesys.

    A place is never given back: whoever wants it sees that its holder has ended.
    """

    def __init__(self, places: Places, runs: Runs) -> None:
        self._places = places
        self._runs = runs

    def take(self, case: Case) -> None:
        """Take a place for the batch's job, if it needs one; RateLimited while there is none."""
        gate = case.method.gate
        if gate is None:
            return
        mine = BatchRef(case.batch.run_id, case.batch.number)
        places = [Place(case.run.organisation, number) for number in range(gate.most_jobs)]
        holders = {place: self._places.holder(place) for place in places}
        if mine not in holders.values() and not any(
            self._takes(place, mine, holder, case) for place, holder in holders.items()
        ):
            raise RateLimited(f"{gate.most_jobs} batches of ours have jobs at Genesys")
        if self.are_taken(case):
            raise RateLimited(f"Genesys has {gate.most_jobs} unfinished jobs and takes no other")

    def are_taken(self, case: Case) -> bool:
        """Whether Genesys has as many unfinished jobs as it takes, whoever made them."""
        gate = case.method.gate
        return gate is not None and gate.active_jobs(case.genesys) >= gate.most_jobs

    def _takes(self, place: Place, mine: BatchRef, holder: BatchRef | None, case: Case) -> bool:
        if holder is not None:
            if self._is_at_work(holder):
                return False
            self._clear_away(holder, case)
        try:
            self._places.take(place, mine, after=holder)
        except LostRace:
            return False
        return True

    def _is_at_work(self, holder: BatchRef) -> bool:
        """Whether the batch may still have a job made or carried out."""
        try:
            run = self._runs.get(holder.run_id)
            batch = self._runs.batch(holder.run_id, holder.number)
        except NotFound:
            return False
        return run.status is RunStatus.RUNNING and not batch.has_ended

    def _clear_away(self, holder: BatchRef, case: Case) -> None:
        """Cancel the job that a holder left waiting, for nobody else will have it carried out."""
        gate = case.method.gate
        try:
            job_id = self._runs.batch(holder.run_id, holder.number).job_id
            if gate and job_id and gate.found(job_id, case.genesys):
                gate.cancel(job_id, case.genesys)
        except (NotFound, JobLost, OutcomeUnknown, RefusedByGenesys):
            return
