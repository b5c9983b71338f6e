"""The progress of a job over time, computed from its submission and its fate."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple


class JobState(StrEnum):
    """The states of a job; each method has its own words for them on the wire."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    VANISHED = "vanished"


class Fate(StrEnum):
    """How a job ends."""

    COMPLETES = "completes"
    FAILS = "fails"
    IS_CANCELLED = "is_cancelled"
    VANISHES = "vanishes"
    NEVER_FINISHES = "never_finishes"


class JobFate(NamedTuple):
    """The fate of a job, and the share of the records after which it takes effect."""

    fate: Fate = Fate.COMPLETES
    progress: float = 0.0


COMPLETES = JobFate()
OUTCOMES = {
    Fate.COMPLETES: JobState.COMPLETED,
    Fate.FAILS: JobState.FAILED,
    Fate.IS_CANCELLED: JobState.CANCELLED,
    Fate.VANISHES: JobState.VANISHED,
    Fate.NEVER_FINISHES: JobState.RUNNING,
}
UNFINISHED = frozenset({JobState.PENDING, JobState.RUNNING})


@dataclass(frozen=True, slots=True)
class Timeline:
    """A job is pending for `pending`, then takes `per_record` for each of its `records`.

    With a fate other than completion, it stops after the fate's share of the records.
    """

    submitted_at: datetime
    pending: timedelta
    per_record: timedelta
    records: int
    job_fate: JobFate = COMPLETES

    @property
    def runs_from(self) -> datetime:
        """When the job starts to process records."""
        return self.submitted_at + self.pending

    @property
    def total(self) -> int:
        """How many records the job processes in total."""
        fate, progress = self.job_fate
        return self.records if fate is Fate.COMPLETES else int(self.records * progress)

    @property
    def ends_at(self) -> datetime | None:
        """When the job ends; None if it never ends."""
        never = self.job_fate.fate is Fate.NEVER_FINISHES
        return None if never else self.processes_at(self.total)

    def processes_at(self, number: int) -> datetime:
        """When the record of this number, counted from 1, is processed."""
        return self.runs_from + self.per_record * number

    def processed(self, now: datetime) -> int:
        """How many records are processed by now."""
        if now < self.runs_from:
            return 0
        if not self.per_record:
            return self.total
        return min((now - self.runs_from) // self.per_record, self.total)

    def state(self, now: datetime) -> JobState:
        """The state of the job."""
        if now < self.runs_from:
            return JobState.PENDING
        if self.ends_at is not None and now < self.ends_at:
            return JobState.RUNNING
        return OUTCOMES[self.job_fate.fate]
