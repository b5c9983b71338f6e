"""What became of each record of a plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from genesys_purge.model.batch import Batch, BatchState, Entry
from genesys_purge.model.drawing import chosen
from genesys_purge.model.slices import Slice
from genesys_purge.model.verification import awaits_verification, is_sampled
from genesys_purge.model.wire import Wire


class RecordOutcome(StrEnum):
    """The outcome of one record; each record of a plan has exactly one."""

    DELETED = "deleted"
    ARCHIVED = "archived"
    EXPORTED = "exported"
    # A sample verifies its batch, and does not contain it.
    NOT_SAMPLED = "not_sampled"
    # The job is complete, but a check did not find all of its records gone.
    UNVERIFIED = "unverified"
    # Left out of its batch because Genesys or a legal hold protects it.
    PROTECTED = "protected"
    # Its batch ended, and no call that deletes it can have been executed.
    FAILED = "failed"
    # Its batch ended, and a call that may have deleted it has no proven result.
    UNKNOWN = "unknown"
    PENDING = "pending"
    # A dry run would delete it.
    PLANNED = "planned"
    # Left out of the plan.
    SKIPPED = "skipped"


class BatchOutcomes(NamedTuple):
    """The outcome of each record of a batch.

    `effect` is the outcome of a verified record. `may_have_deleted` says that a call for the first
    pending slice may have been executed. `sample` are the positions that were looked at, if a
    sample verifies the batch and the manifest was read.
    """

    batch: Batch
    effect: RecordOutcome
    is_dry: bool
    may_have_deleted: bool
    sample: frozenset[int] | None = None

    def sampled_from(self, entries: Sequence[Entry]) -> BatchOutcomes:
        """The same outcomes with the sample of the batch, if one verifies it."""
        if self.batch.check is None or not is_sampled(self.batch):
            return self
        sample = chosen(self.batch.check, entries, self.batch.protected)
        return self._replace(sample=frozenset(sample))

    def possible(self, position: int) -> Iterator[RecordOutcome]:
        """The outcomes that the entry may have; more than one if only the manifest can tell."""
        yield (outcome := self.of(position))
        if outcome is self.effect and self.sample is None and is_sampled(self.batch):
            yield RecordOutcome.NOT_SAMPLED

    def of(self, position: int) -> RecordOutcome:
        """The outcome of the entry at that position of the manifest; 0 for a window."""
        batch = self.batch
        if self.is_dry:
            return RecordOutcome.PLANNED
        if position in batch.protected:
            return RecordOutcome.PROTECTED
        if batch.state is BatchState.COMPLETED:
            return self._completed(position)
        if batch.state is BatchState.IMPLAUSIBLE:
            return RecordOutcome.UNKNOWN
        return self._ended(position) if batch.has_ended else RecordOutcome.PENDING

    def _completed(self, position: int) -> RecordOutcome:
        if awaits_verification(self.batch):
            return RecordOutcome.PENDING
        if self.sample is not None and position not in self.sample:
            return RecordOutcome.NOT_SAMPLED
        return self.effect if self.batch.is_verified else RecordOutcome.UNVERIFIED

    def _ended(self, position: int) -> RecordOutcome:
        """The outcome in a batch that ended without success.

        A slice that is pending twice is exported by its first job and deleted by its second one.
        """
        first, *later = self.batch.pending or (None,)
        if any(self._has(each, position) for each in later):
            return RecordOutcome.FAILED
        if self._has(first, position):
            return RecordOutcome.UNKNOWN if self.may_have_deleted else RecordOutcome.FAILED
        return RecordOutcome.UNVERIFIED

    def _has(self, part: Slice | None, position: int) -> bool:
        if part is None:
            return False
        return self.batch.window is not None or part.start <= position < part.stop


class RecordPosition(Wire):
    """The first record of a page: an entry of the manifest of a batch, or of a skipped chunk."""

    part: Literal["batch", "skipped"]
    number: Annotated[int, Field(ge=0, le=999_999)] = 0
    entry: Annotated[int, Field(ge=0, le=999_999)] = 0
