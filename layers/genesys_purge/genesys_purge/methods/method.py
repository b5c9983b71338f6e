"""The protocols of a deletion method; the use cases know nothing else of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol, TypeVar

from genesys_purge.errors import FieldError
from genesys_purge.methods.contract import (
    Evidence,
    JobReport,
    Noted,
    Part,
    Planned,
    PollPolicy,
    Present,
    Rules,
    Skipped,
    Sources,
    Verdict,
    Waiting,
)
from genesys_purge.model.batch import Batch, BatchRef
from genesys_purge.model.media import of_media
from genesys_purge.model.request import PurgeRequest
from genesys_purge.model.retention import Kind, Policy, RetentionMatrix
from genesys_purge.ports import Genesys, Permit

R = TypeVar("R", bound=PurgeRequest)
R_contra = TypeVar("R_contra", bound=PurgeRequest, contravariant=True)


class Lifecycle(Protocol[R_contra]):
    """The life of a method's jobs.

    A one-step job runs as soon as Genesys has created it. A two-step job is created first, deletes
    nothing, and runs only after a second call confirms it.
    """

    @property
    def slots(self) -> int | None:
        """How many unfinished jobs an organisation may have; None if only requests are limited."""

    @property
    def conflict_means_protected(self) -> bool:
        """Whether a 409 answer to a submit means that one of its records is protected."""

    def concurrency(self, request: R_contra, allowed: int) -> int:
        """How many batches may be at work at once, `allowed` being the organisation's limit."""

    def jobs_for_each(self, request: R_contra) -> int:
        """How many jobs a batch takes, one after the other."""

    def unfinished_jobs(self, genesys: Genesys) -> int:
        """How many unfinished jobs the organisation has, or `slots` if it has more."""

    def evidence(self, request: R_contra) -> Sequence[Evidence]:
        """Where to look for a submit without an answer, in this order."""

    def listed_within(self, patience: float) -> float:
        """Seconds after which a job that was created is certainly listed."""

    def find(self, request: R_contra, batch: BatchRef, part: Part, genesys: Genesys) -> str | None:
        """The id of the job that a submit of the part created, if it is listed."""

    def waiting(self, job_id: str, genesys: Genesys) -> Waiting | None:
        """What the job would delete; None if it does not wait for confirmation."""

    def present(self, request: R_contra, part: Part, genesys: Genesys) -> Present:
        """What the part's job may cover, as of now."""

    def protected(self, ids: Sequence[str], genesys: Genesys) -> frozenset[str]:
        """The ids that Genesys protects from deletion, or does not know."""

    def may_touch(self, ids: Sequence[str], part: Part, genesys: Genesys) -> bool:
        """Whether the part's interval may contain one of these, outside its manifest."""

    def confirm(self, job_id: str, permit: Permit, genesys: Genesys) -> None:
        """Have Genesys run the job."""

    def cancel(self, job_id: str, genesys: Genesys) -> None:
        """Have Genesys drop the job."""

    def verify_after(self, request: R_contra) -> float:
        """Seconds after the end of the job before which nothing is verified."""

    def verify(self, request: R_contra, part: Part, batch: Batch, genesys: Genesys) -> Verdict:
        """What the job's counters and the records themselves prove; `part` is the whole batch."""


class Method(Protocol[R]):
    """How one way of deleting validates, splits, submits, polls and verifies."""

    @property
    def name(self) -> str:
        """The method's name in requests."""

    @property
    def request_model(self) -> type[R]:
        """The model of its requests."""

    @property
    def unit(self) -> str:
        """What a plan counts: records, conversations or subjects."""

    @property
    def instead(self) -> str | None:
        """What to use on the live platform; None for a method of the live platform."""

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
        """Wrong fields that no type reveals; a field that is itself wrong is None."""

    def kind(self, request: R) -> Kind:
        """What the retention matrix is asked about."""

    def plan(self, request: R, sources: Sources) -> Iterator[Planned | Skipped | Noted]:
        """The batches, the skipped records and the notes of a plan; nothing is changed."""

    def submit(self, request: R, part: Part, permit: Permit, genesys: Genesys) -> str:
        """Submit one part: the job's id."""

    def status(self, request: R, job_id: str, genesys: Genesys) -> JobReport:
        """The status of a job that the request was submitted as."""

    def remaining(self, request: R, part: Part, genesys: Genesys) -> int:
        """How many of the part's records still exist."""

    def verdict(self, before: int, remaining: int, reported: int | None) -> Verdict:
        """What `remaining` proves: `before` records existed and `reported` were deleted."""

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
    """The longer of the matrix's and the request's retention; None if no rule matches.

    `classification` and `media` are those of one record, in addition to the request's.
    """
    kind = dict(method.kind(request))
    if classification:
        kind["classification"] = kind.get("classification", frozenset()) | {classification}
    policy = matrix.policy(of_media(kind, media) if media else kind)
    return policy.at_least(request.least_days) if policy else None
