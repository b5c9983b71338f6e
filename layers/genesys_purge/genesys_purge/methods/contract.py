"""The values that a method and the use cases exchange."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from genesys_purge.methods.ports import IdLists
from genesys_purge.model.batch import Entry
from genesys_purge.model.dates import Window
from genesys_purge.model.finished_jobs import JobCounts
from genesys_purge.model.holds import Hold
from genesys_purge.model.reach import Reach
from genesys_purge.model.retention import RetentionMatrix
from genesys_purge.model.unverifiable import Unverifiable
from genesys_purge.ports import Genesys


class Rules(NamedTuple):
    """The rules that a request is checked against."""

    matrix: RetentionMatrix
    residency_zones: frozenset[str]
    record_types: frozenset[str]
    max_records: int
    now: datetime
    reference: datetime


class Sources(NamedTuple):
    """The inputs of a plan; `batch_size` is the most ids in a batch.

    `record_types` are all that the organisation has. `after` is the state of the pause from which
    the plan goes on, None from its beginning.
    """

    genesys: Genesys
    id_lists: IdLists
    holds: Sequence[Hold]
    matrix: RetentionMatrix
    now: datetime
    reference: datetime
    batch_size: int
    record_types: frozenset[str]
    after: Mapping[str, Any] | None = None


class Skipped(NamedTuple):
    """How many records a plan skips for one reason; `ids` of all of them, or none if unknown."""

    reason: str
    records: int
    ids: Sequence[str] = ()

    @classmethod
    def of(cls, ids_by_reason: Mapping[str, Sequence[str]]) -> Iterator[Skipped]:
        """One for each reason."""
        for reason, ids in ids_by_reason.items():
            yield cls(reason, len(ids), ids)


class Planned(NamedTuple):
    """One batch of a plan: its records, or its window and how many records that contains.

    With a `reach` other than by name, they are submitted by an `interval` that contains nothing but
    them. `unverifiable` says
    why no check can show whether the records are gone; `targeted` is an upper bound then.
    """

    targeted: int
    entries: Sequence[Entry] = ()
    window: Window | None = None
    interval: Window | None = None
    unverifiable: Unverifiable | None = None
    reach: Reach = Reach.NAMED


class Noted(NamedTuple):
    """A sentence for the plan's audit record, and a metric for it, if any."""

    text: str
    metric: str | None = None
    value: float = 0


class Pause(NamedTuple):
    """A point at which a plan can be left, and resumed by a later turn.

    `state` returns what the method needs to go on from here, as JSON values; it is called before
    anything else is found, or after an error. With a `wait`, there is nothing to find before so
    many seconds.
    """

    state: Callable[[], Mapping[str, Any]]
    wait: float = 0


# What a plan consists of, in the order in which it is found.
Found = Planned | Skipped | Noted | Pause


class Part(NamedTuple):
    """The records of one deleting call: a window, or ids.

    `span` covers the ids if their starts are known. `at` is when the call was intended, `since`
    when the batch's first call was intended, and `now` the time of this step. The ids still take
    `jobs_left` jobs, this one included. With a `reach` other than by name, an `interval` is sent
    instead of the ids. `kept` counts the records that existed when the job was confirmed, if they
    were counted. A block of a larger part has the `total` number of that part's records.
    """

    window: Window | None
    ids: Sequence[str]
    span: Window | None = None
    at: datetime | None = None
    jobs_left: int = 1
    interval: Window | None = None
    reach: Reach = Reach.NAMED
    total: int = 0
    kept: int | None = None
    since: datetime | None = None
    now: datetime | None = None


class Evidence(StrEnum):
    """Where the effect of an unanswered submit can be seen."""

    LISTED_JOB = "listed_job"
    REMAINING_RECORDS = "remaining_records"


class Conflict(StrEnum):
    """What a 409 answer to a submit means."""

    # One of the records is protected.
    PROTECTED = "protected"
    # The cause is unknown and may pass.
    PASSING = "passing"


class JobStatus(StrEnum):
    """The status of a job, in one vocabulary for all methods."""

    RUNNING = "running"
    READY = "ready"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class JobReport(NamedTuple):
    """What Genesys reports of a job; a count that it does not report is None.

    `processed` counts the records that were deleted, `archived` and `exported` those that were kept
    that way. `progress` is the finished share of the work, if the job does not count in the plan's
    unit. `counts` are what a two-step job reports at its end. `message` explains that end; `reason`
    are Genesys's own words in it.
    """

    status: JobStatus
    processed: int | None = None
    message: str | None = None
    reason: str | None = None
    storage_recovered_mb: float | None = None
    progress: float | None = None
    archived: int | None = None
    exported: int | None = None
    counts: JobCounts = JobCounts()

    @property
    def error_reason(self) -> str | None:
        """Genesys's words about a job that failed or was cancelled."""
        return self.reason if self.status in (JobStatus.FAILED, JobStatus.CANCELLED) else None


class Look(NamedTuple):
    """What is left of each record of a part, in its order, in the unit that jobs count.

    Genesys protects `held` of the records of which something is left.
    """

    undone: Sequence[int]
    held: int = 0


class Verdict(NamedTuple):
    """The result of a verification: how many records are gone, and whether these are all.

    `note` describes the check if a count alone does not. A repeated check cannot change a verdict
    that `is_final`.
    """

    gone: int
    is_complete: bool
    deleted: int | None
    note: str | None = None
    is_final: bool = False


class PollPolicy(NamedTuple):
    """How to wait for a job: the first wait in seconds, its growth, the longest wait, the bounds.

    `limit_seconds` replaces the configured limit. `deadline_metric` names the metric that shows the
    time left at each poll. With `by_progress`, the progress that Genesys reports predicts the end;
    until there is any, `records_per_second` estimates it. With `by_earlier_jobs`, the first poll
    comes when an earlier job of about the same size had ended.
    """

    first: float
    growth: float = 1.0
    longest: float = 300.0
    attempts: int = 1_000
    by_progress: bool = False
    records_per_second: int = 40
    by_earlier_jobs: bool = False
    limit_seconds: int | None = None
    deadline_metric: str | None = None
