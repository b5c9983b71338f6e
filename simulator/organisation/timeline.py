"""How far a job is at a moment: a pure function of when it was submitted and what awaits it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class JobState(StrEnum):
    """The states of a job, whichever method's words the wire uses for them."""

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
    """Pending for `pending`, then `per_record` for each of `records`, until its fate stops it.

    A fate other than completion strikes after the share `progress` of the records.
    """

    submitted_at: datetime
    pending: timedelta
    per_record: timedelta
    records: int
    fate: Fate = Fate.COMPLETES
    progress: float = 0.0

    @property
    def runs_from(self) -> datetime:
        """When it starts to delete."""
        return self.submitted_at + self.pending

    @property
    def reaches(self) -> int:
        """How many records it ever processes."""
        return self.records if self.fate is Fate.COMPLETES else int(self.records * self.progress)

    @property
    def ends_at(self) -> datetime | None:
        """When it stops; None for a job that never does."""
        return None if self.fate is Fate.NEVER_FINISHES else self.processes_at(self.reaches)

    def processes_at(self, number: int) -> datetime:
        """When the record of this number, counted from 1, is done."""
        return self.runs_from + self.per_record * number

    def processed(self, now: datetime) -> int:
        """How many records are done."""
        if now < self.runs_from:
            return 0
        if not self.per_record:
            return self.reaches
        return min((now - self.runs_from) // self.per_record, self.reaches)

    def state(self, now: datetime) -> JobState:
        """The state it is in."""
        if now < self.runs_from:
            return JobState.PENDING
        if self.ends_at is not None and now < self.ends_at:
            return JobState.RUNNING
        return OUTCOMES[self.fate]
