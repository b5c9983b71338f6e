"""The protocols of a deletion method; use cases know a method only through them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from genesys_purge.errors import FieldError
from genesys_purge.methods.contract import (
    Conflict,
    Evidence,
    Found,
    JobReport,
    Look,
    Part,
    PollPolicy,
    Rules,
    Sources,
    Verdict,
)
from genesys_purge.methods.readiness import Present, SearchPage, Waiting
from genesys_purge.model.batch import Batch, BatchRef, Entry
from genesys_purge.model.certainty import Certainty
from genesys_purge.model.dates import Window
from genesys_purge.model.media import with_media
from genesys_purge.model.reach import Reach
from genesys_purge.model.request import PurgeRequest
from genesys_purge.model.retention import Kind, Policy, RetentionMatrix
from genesys_purge.model.slices import Slice
from genesys_purge.model.units import Unit
from genesys_purge.operation import DeletingCall
from genesys_purge.ports import Genesys

R = TypeVar("R", bound=PurgeRequest)
R_contra = TypeVar("R_contra", bound=PurgeRequest, contravariant=True)


class Lifecycle(Protocol[R_contra]):
    """The life of a method's jobs.

    A one-step job runs as soon as Genesys has created it. A two-step job is created first, deletes
    nothing, and runs only after a second call confirms it.
    """

    @property
    def pool(self) -> str:
        """The name of the jobs that Genesys limits together."""

    def slots(self, allowed: int) -> int | None:
        """How many unfinished jobs of the pool an organisation may have; None for any number.

        `allowed` is the organisation's limit, `ConcurrentJobs`.
        """

    @property
    def conflict(self) -> Conflict:
        """What a 409 answer to a submit means."""

    @property
    def deletes_new_records(self) -> bool:
        """Whether a job also deletes records that are newer than the batch's window."""

    def concurrency(self, request: R_contra, allowed: int) -> int:
        """How many batches may be at work at once, `allowed` being the organisation's limit."""

    def jobs_for_each(self, request: R_contra) -> int:
        """How many jobs a batch takes, one after the other."""

    def is_full(self, genesys: Genesys) -> bool:
        """Whether Genesys lists as many unfinished jobs, ours and others, as it accepts."""

    def evidence(self, request: R_contra) -> Sequence[Evidence]:
        """Where the effect of an unanswered submit can be seen, in this order."""

    def listed_within(self, patience: float) -> float:
        """Seconds after which a created job is certainly listed."""

    def asked_for(self, batch: Batch) -> int | None:
        """The most records that the batch's job may process, or all jobs of a completed batch.

        In the unit that the job counts; None if the job was not counted.
        """

    def find(self, request: R_contra, batch: BatchRef, part: Part, genesys: Genesys) -> str | None:
        """The id of the job that a submit of the part created, if it is listed."""

    def waiting(self, job_id: str, genesys: Genesys) -> Waiting | None:
        """What the job covers; None if it does not wait for confirmation."""

    def present(self, request: R_contra, part: Part, genesys: Genesys) -> Present:
        """What a job of the part may cover now.

        The part may be a block of a larger one that has `total` records; the counts of blocks add
        up.
        """

    def others(
        self, request: R_contra, part: Part, genesys: Genesys, after: Mapping[str, Any] | None
    ) -> Iterator[SearchPage]:
        """Search for conversations outside the plan that the part's job may cover.

        `after` is the state of an earlier page.
        """

    def protected(self, part: Part, genesys: Genesys) -> frozenset[str]:
        """The ids of the part that Genesys protects from deletion.

        If the part names its ids, also those for which Genesys has no record.
        """

    def interval(self, reach: Reach, entries: Sequence[Entry]) -> Window | None:
        """The time that a job with this reach gets instead of the ids of the entries."""

    def pieces(
        self, reach: Reach, part: Slice, entries: Sequence[Entry], held: Collection[int]
    ) -> Sequence[Slice]:
        """Smaller slices for a part that must not be submitted as it is; none if it is smallest.

        `entries` are those of the whole batch, `held` the positions of entries that must be left
        out, if any is.
        """

    def may_touch(self, ids: Sequence[str], part: Part, genesys: Genesys) -> bool:
        """Whether the part's interval may contain one of these ids outside its manifest."""

    def confirmation(self, job_id: str) -> DeletingCall:
        """The call that lets Genesys run the job."""

    def cancel(self, job_id: str, genesys: Genesys) -> None:
        """Cancel the job, so that it never runs."""

    def unowned(self, batch: Batch, manifest: Sequence[str], genesys: Genesys) -> Sequence[str]:
        """The jobs of the batch's unanswered calls that wait for a confirmation they never get.

        `manifest` has the ids of the whole batch. The batch's own job is not among them.
        """

    @property
    def unowned_within(self) -> float:
        """Seconds after a run's end within which Genesys may still list such a job; 0 for never."""

    def verify_after(self, request: R_contra) -> float:
        """Seconds between the end of the job and its verification."""

    def certainty(self, request: R_contra, records: int) -> Certainty | None:
        """How certain the check of a batch of so many records must be.

        None if `verify` alone checks them all, so that `look` is never called.
        """

    def look(self, request: R_contra, part: Part, genesys: Genesys) -> Look:
        """What is left of each of the part's records."""

    def verify(self, request: R_contra, part: Part, batch: Batch, genesys: Genesys) -> Verdict:
        """The verdict from the job's counters and the records; `part` is the whole batch.

        After looks at the records, the batch has a check with what they found.
        """


class Method(Protocol[R]):
    """How one way of deleting validates, plans, submits and polls; its lifecycle verifies."""

    @property
    def name(self) -> str:
        """The method's name in requests."""

    @property
    def request_model(self) -> type[R]:
        """The model of its requests."""

    @property
    def unit(self) -> Unit:
        """What a plan and a verification count."""

    @property
    def deleted_unit(self) -> Unit:
        """What Genesys counts as deleted, archived or exported."""

    @property
    def largest_batch(self) -> int:
        """The most ids in a batch; 1 if a batch is a window."""

    @property
    def instead(self) -> str | None:
        """The alternative on the live platform; None for a method of the live platform."""

    @property
    def poll_policy(self) -> PollPolicy:
        """How to wait for its jobs."""

    @property
    def plans_upper_bound(self) -> bool:
        """Whether a job may delete fewer records than the plan counts."""

    @property
    def lifecycle(self) -> Lifecycle[R]:
        """The life of its jobs."""

    def conflicts(self, request: R, rules: Rules) -> Iterator[FieldError]:
        """The errors that types do not find; a field with a wrong type is None here."""

    def kind(self, request: R) -> Kind:
        """The values that the rules of the retention matrix match; a missing dimension matches.

        The classification is empty if the request names none.
        """

    def plan(self, request: R, sources: Sources) -> Iterator[Found]:
        """The batches, the skipped records and the notes of a plan; nothing is changed.

        What a plan finds does not depend on where it was paused.
        """

    def submission(self, request: R, part: Part, batch: BatchRef, genesys: Genesys) -> DeletingCall:
        """The call that submits one part; its result is the job's id."""

    def status(self, request: R, job_id: str, genesys: Genesys) -> JobReport:
        """The status of one of the request's jobs."""

    def remaining(self, request: R, part: Part, genesys: Genesys) -> int:
        """How many of the part's records still exist."""

    def tags(self, request: R) -> tuple[str, ...]:
        """The compliance tags of the audit record."""


AnyMethod = Method[Any]


def policy_in_force(
    method: AnyMethod,
    request: PurgeRequest,
    matrix: RetentionMatrix,
    classification: str | None = None,
    media: frozenset[str] = frozenset(),
) -> Policy | None:
    """The longer retention of the matrix and the request; None if no rule matches.

    `classification` and `media` are those of one record, in addition to the request's.
    """
    kind = dict(method.kind(request))
    if classification:
        kind["classification"] = kind.get("classification", frozenset()) | {classification}
    policy = matrix.policy(with_media(kind, media) if media else kind)
    return policy.at_least(request.minimum_days) if policy else None
