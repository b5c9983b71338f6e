"""What a deletion method is: the one Protocol that the use cases know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from genesys_purge.errors import FieldError
from genesys_purge.model.batch import Entry
from genesys_purge.model.dates import Window
from genesys_purge.model.holds import Hold
from genesys_purge.model.media import of_media
from genesys_purge.model.request import PurgeRequest
from genesys_purge.model.retention import Kind, Policy, RetentionMatrix
from genesys_purge.ports import Genesys, IdLists, Permit

if TYPE_CHECKING:
    from genesys_purge.methods.finder import Finder
    from genesys_purge.methods.gate import Gate

N = TypeVar("N", int, float)


class Rules(NamedTuple):
    """What a request is held against."""

    matrix: RetentionMatrix
    residency_zones: frozenset[str]
    max_records: int
    now: datetime
    reference: datetime


class Sources(NamedTuple):
    """Where a plan finds out what there is to delete."""

    genesys: Genesys
    id_lists: IdLists
    holds: Sequence[Hold]
    matrix: RetentionMatrix
    now: datetime
    reference: datetime
    batch_size: int


class Skipped(NamedTuple):
    """Records that a plan leaves alone, all for one reason."""

    reason: str
    records: int


class Planned(NamedTuple):
    """One batch of a plan: its records, or its window and how many records that holds.

    Records may be submitted by an `interval`, in which there is nothing but them.
    """

    targeted: int
    entries: Sequence[Entry] = ()
    window: Window | None = None
    interval: Window | None = None


class Noted(NamedTuple):
    """What the audit record of a plan says beside its counts, and a metric of it, if any."""

    text: str
    metric: str | None = None
    value: float = 0


class Part(NamedTuple):
    """What one deleting call asks for: a window, or ids.

    `span` covers the ids where their starts are known; `at` is when the call was decided on, and
    `jobs_left` how many the ids still take, this one included. An `interval`, if there is one, is
    sent in their place. `kept` is how many records there were before the job was carried out, where
    that was counted. `since` is when the batch's first call was decided on, and `now` when the part
    is looked at.
    """

    window: Window | None
    ids: Sequence[str]
    span: Window | None = None
    at: datetime | None = None
    jobs_left: int = 1
    interval: Window | None = None
    kept: int | None = None
    since: datetime | None = None
    now: datetime | None = None


class JobStatus(StrEnum):
    """How a job stands, whatever Genesys calls it."""

    RUNNING = "running"
    READY = "ready"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class JobReport(NamedTuple):
    """A job's status and, as far as it says so, records processed, message, megabytes freed.

    `progress` is the share of its work that it says is done, where it counts other things than a
    plan does.
    """

    status: JobStatus
    processed: int | None = None
    message: str | None = None
    storage_recovered_mb: float | None = None
    progress: float | None = None


class Verdict(NamedTuple):
    """What a look after the job proves: how many records are gone, and whether that is all.

    `note` says what was looked at where a count alone does not; nothing that `is_final` mends.
    """

    gone: int
    is_complete: bool
    deleted: int | None
    note: str | None = None
    is_final: bool = False


class PollPolicy(NamedTuple):
    """How to wait for a job: the first wait, its growth, the longest wait and the bounds.

    `limit_seconds` replaces the configured limit; `deadline_metric` tells the time left at each
    look. Where Genesys reports progress, `by_progress` lets that predict the end instead, and until
    there is any, a guess at its `records_per_second` spares looks at a job that just began.
    """

    first: float
    growth: float = 1.0
    longest: float = 300.0
    attempts: int = 1_000
    by_progress: bool = False
    records_per_second: int = 40
    limit_seconds: int | None = None
    deadline_metric: str | None = None


class Method(Protocol):
    """How one way of deleting validates, splits, submits, reads status and verifies."""

    @property
    def name(self) -> str:
        """The method's name in requests."""

    @property
    def request_model(self) -> type[PurgeRequest]:
        """The model of its requests; every `request` below is one."""

    @property
    def poll_policy(self) -> PollPolicy:
        """How to wait for its jobs."""

    @property
    def plans_upper_bound(self) -> bool:
        """Whether a job may delete fewer records than its plan counts."""

    @property
    def gate(self) -> Gate | None:
        """What its jobs wait at before they are carried out, if they do."""

    @property
    def finder(self) -> Finder | None:
        """What finds its jobs again, if they can be told and have no gate."""

    def conflicts(self, request: Any, rules: Rules) -> Iterator[FieldError]:
        """Wrong fields that no type shows; a field that is itself wrong is None."""

    def kind(self, request: Any) -> Kind:
        """What the retention matrix is asked about."""

    def plan(self, request: Any, sources: Sources) -> Iterator[Planned | Skipped | Noted]:
        """The batches, what is left alone, and what is to be known of it; nothing is changed."""

    def submit(self, request: Any, part: Part, permit: Permit, genesys: Genesys) -> str:
        """Submit one part: the job's id."""

    def status(self, request: Any, job_id: str, genesys: Genesys) -> JobReport:
        """How the job stands that the request was submitted as."""

    def remaining(self, request: Any, part: Part, genesys: Genesys) -> int:
        """How many of the part's records are still there."""

    def verdict(self, before: int, remaining: int, reported: int | None) -> Verdict:
        """What `remaining` proves, `before` records having been there and `reported` deleted."""

    def tags(self, request: Any) -> tuple[str, ...]:
        """The compliance tags of the audit record."""


def policy_in_force(
    method: Method,
    request: PurgeRequest,
    matrix: RetentionMatrix,
    classification: str | None = None,
    media: frozenset[str] = frozenset(),
) -> Policy | None:
    """The longest of the matrix's and the request's own retention; None where no rule matches.

    `classification` and `media` are a record's own, beside the request's.
    """
    kind = dict(method.kind(request))
    if classification:
        kind["classification"] = kind.get("classification", frozenset()) | {classification}
    policy = matrix.policy(of_media(kind, media) if media else kind)
    return policy.at_least(request.least_days) if policy else None


def sum_of(counts: Iterable[N | None]) -> N | None:
    """The sum of what was reported, or None where nothing was."""
    reported = [count for count in counts if count is not None]
    return sum(reported) if reported else None
