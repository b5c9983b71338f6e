"""A case: one batch with its run, request, method and organisation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

from genesys_purge.calling.cancellations import Cancellations
from genesys_purge.calling.deletion import Deletion
from genesys_purge.methods.contract import Part
from genesys_purge.methods.method import AnyMethod, policy_in_force
from genesys_purge.model.batch import Batch, BatchRef, Entry
from genesys_purge.model.cancellation import RunCancellation
from genesys_purge.model.dates import Window
from genesys_purge.model.messages import BatchStep
from genesys_purge.model.reach import Reach
from genesys_purge.model.request import PurgeRequest
from genesys_purge.model.retention import Policy, RetentionMatrix
from genesys_purge.model.run import Run, RunStatus, stoppable
from genesys_purge.model.slices import Slice, cut_first, postponed
from genesys_purge.ports import Clock, Genesys, GenesysOf, OrganisationOf, Prepared, Runs
from genesys_purge.purging.parts import part_of
from genesys_purge.purging.ports import RunApprovals, StandingApprovals
from genesys_purge.purging.requests import request_of
from genesys_purge.purging.same_organisation import genesys_for


class Case(NamedTuple):
    """One batch and what a step needs to work on it, as of `now`.

    `run_now` reads the run again, and `cancellation_now` whether it is cancelled.

    `default_classification` is that of the organisation. `approvals` and `standing`, the standing
    approvals of policies, are None where nothing is deleted.
    """

    run: Run
    request: PurgeRequest
    method: AnyMethod
    batch: Batch
    entries: Sequence[Entry]
    genesys: Genesys
    now: datetime
    run_now: Callable[[], Run]
    default_classification: str
    cancellation_now: Callable[[], RunCancellation | None] = lambda: None
    approvals: RunApprovals | None = None
    standing: StandingApprovals | None = None

    @property
    def part(self) -> Part:
        """What the next call asks for."""
        positions = self.batch.candidates if self.entries else ()
        return part_of(self.batch, self.entries, positions, self.now, self.interval)

    @property
    def interval(self) -> Window | None:
        """The time that the next call sends instead of ids, if it does."""
        reach = self.batch.next_reach
        if reach is Reach.NAMED or not self.entries:
            return None
        part = self.batch.pending[0]
        return self.method.lifecycle.interval(reach, self.entries[part.start : part.stop])

    def reduced(self, held: frozenset[int]) -> tuple[Slice, ...]:
        """What is pending without the next part as it is, which must not be submitted.

        The part is cut, around the `held` entries if there are any; one that cannot be cut comes
        last. None if nothing else can be submitted, and for a part that names its records.
        """
        reach, pending = self.batch.next_reach, self.batch.pending
        if reach is Reach.NAMED:
            return ()
        pieces = self._pieces(held)
        return cut_first(pending, pieces) if pieces else postponed(pending)

    @property
    def has_smaller_times(self) -> bool:
        """Whether the next part can be cut into parts of which one is submitted by its time."""
        is_named = self.batch.next_reach is Reach.NAMED
        return not is_named and not all(each.is_named for each in self._pieces(frozenset()))

    def _pieces(self, held: frozenset[int]) -> Sequence[Slice]:
        reach, part = self.batch.next_reach, self.batch.pending[0]
        return self.method.lifecycle.pieces(reach, part, self.entries, held)

    @property
    def is_empty(self) -> bool:
        """Whether every record of the next part is protected."""
        return self.batch.window is None and not self.batch.candidates

    @property
    def size(self) -> int:
        """How many records the next part, or the running job, covers."""
        if self.batch.window is None:
            return len(self.batch.candidates)
        return self.before

    @property
    def before(self) -> int:
        """How many records existed right before the submit."""
        return self.batch.before or 0

    @property
    def whole(self) -> Part:
        """Every record that the batch may delete."""
        positions = set(range(len(self.entries))) - self.batch.protected
        return part_of(self.batch, self.entries, positions, self.now)

    @property
    def ref(self) -> BatchRef:
        """The batch's identity."""
        return BatchRef(self.batch.run_id, self.batch.number)

    @property
    def job_id(self) -> str:
        """The id of the batch's job; ValueError if it has none."""
        if self.batch.job_id is None:
            raise ValueError(f"batch {self.batch.number} has no job")
        return self.batch.job_id

    def deletion(self, before: int) -> Deletion:
        """What the next call would delete, `before` records of it existing now."""
        batch = self.batch
        return Deletion(
            run_id=batch.run_id,
            batch=batch.number,
            attempt=batch.attempt.number + 1,
            entries=self.entries,
            candidates=batch.candidates if batch.window is None else frozenset(),
            planned=batch.planned,
            before=before,
            policy_of=self._policy,
            belongs_to=stoppable(self.run),
            window=batch.window,
            interval=self.interval,
            obstacle=self._obstacle,
            cancellation=self.cancellation_now,
            reaches_now=self.method.lifecycle.deletes_new_records,
        )

    def _policy(
        self, matrix: RetentionMatrix, classification: str | None, media: frozenset[str]
    ) -> Policy | None:
        """The policy in force for a record of the batch."""
        assuming = matrix.assuming(self.default_classification)
        return policy_in_force(self.method, self.request, assuming, classification, media)

    def consuming(self) -> Sequence[Prepared]:
        """The write that uses the run's approval, if it is not used yet; NotApproved without it."""
        return self._approvals.consuming(self.run) if self.run.approval_id else ()

    def _obstacle(self) -> str | None:
        """Why the run must not delete anything now."""
        run = self.run_now()
        found = obstacle_of(run) or (self._approvals.obstacle(run) if run.approval_id else None)
        return found or (self._standing.obstacle(run) if run.purge_policy else None)

    @property
    def _approvals(self) -> RunApprovals:
        if self.approvals is None:
            raise ValueError("this step deletes nothing, so it has no approvals")
        return self.approvals

    @property
    def _standing(self) -> StandingApprovals:
        if self.standing is None:
            raise ValueError("this step deletes nothing, so it has no standing approvals")
        return self.standing

    def may_touch(self, ids: Sequence[str]) -> bool:
        """Whether the interval of the next call may contain one of these conversations."""
        return self.method.lifecycle.may_touch(ids, self.part, self.genesys)


def obstacle_of(run: Run) -> str | None:
    """A worker may outlive its run; a dry run, or one without a whole plan, deletes nothing."""
    if run.is_dry:
        return f"{run.run_id} is a dry run, not running"
    if run.status is not RunStatus.RUNNING:
        return f"{run.run_id} is {run.status}, not running"
    return None


class Cases:
    """Reads a batch for its step."""

    def __init__(
        self,
        runs: Runs,
        cancellations: Cancellations,
        organisation_of: OrganisationOf,
        genesys_of: GenesysOf,
        now: Clock,
        approvals: RunApprovals | None = None,
        standing: StandingApprovals | None = None,
    ) -> None:
        self._runs = runs
        self._cancellations = cancellations
        self._organisation_of = organisation_of
        self._genesys_of = genesys_of
        self._now = now
        self._approvals = approvals
        self._standing = standing

    def read(self, step: BatchStep, *, with_entries: bool = True) -> Case:
        run = self._runs.get(step.run_id)
        stored = self._runs.batch(step.run_id, step.batch)
        batch = stored.model_copy(update={"total": run.planned_batches})
        needed = with_entries and batch.window is None
        entries = self._runs.manifest(batch) if needed else ()
        return Case(
            run,
            *request_of(run),
            batch,
            entries,
            genesys_for(run, self._organisation_of, self._genesys_of),
            self._now(),
            partial(self._runs.get, step.run_id),
            self._organisation_of(run.organisation).default_classification,
            partial(self._cancellations.of, step.run_id),
            self._approvals,
            self._standing,
        )
