"""The check of a batch's records one by one: which ones, how far, and what it found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Self

from genesys_purge.model.certainty import Certainty, CheckMode
from genesys_purge.model.positions import NO_POSITIONS, count_in, with_positions
from genesys_purge.model.wire import Wire


class FailedSample(Wire):
    """A sample that contained survivors, so that every record was checked."""

    size: int
    looked_at: int
    survivors: int


class CheckFacts(Wire):
    """What a check looked at: `lookedAt` of the `size` chosen ones of all `records` of a batch.

    `survivors` are the looked-at records of which something is left. `seed`, `confidence` and
    `tolerance` are those of the sample, also of a `sample` that failed.
    """

    mode: CheckMode
    records: int
    size: int
    looked_at: int = 0
    survivors: int = 0
    seed: str | None = None
    confidence: float | None = None
    tolerance: float | None = None
    sample: FailedSample | None = None


class Check(CheckFacts):
    """A check, and the position of its pass over the chosen records.

    A pass looks at every chosen record, or `again` only at the survivors of the pass before. `left`
    are the survivors of this pass. Both are sets of positions in the manifest. `undone` counts what
    is left of the survivors in `deletedUnit`, and `held` the survivors that Genesys protects.
    `repeats` counts the passes before.
    """

    again: str | None = None
    left: str = NO_POSITIONS
    undone: int = 0
    held: int = 0
    repeats: int = 0

    @classmethod
    def of(cls, records: int, certainty: Certainty, seed: str) -> Self:
        """The check of a batch with so many records; a sample of all of them is no sample."""
        size = certainty.size_for(records)
        if size == records:
            return cls(mode=CheckMode.EVERY, records=records, size=size)
        return cls(
            mode=CheckMode.SAMPLE,
            records=records,
            size=size,
            seed=seed,
            confidence=certainty.confidence,
            tolerance=certainty.tolerance,
        )

    @property
    def facts(self) -> CheckFacts:
        """The check without its position."""
        return CheckFacts(**{name: getattr(self, name) for name in CheckFacts.model_fields})

    @property
    def gone(self) -> int:
        """How many of the looked-at records are gone."""
        return self.looked_at - self.survivors

    @property
    def position(self) -> int:
        """How many records of this pass were looked at."""
        return self.looked_at - (0 if self.again is None else self.size - count_in(self.again))

    @property
    def sample_failed(self) -> bool:
        """Whether a sample contains a survivor, so that it proves nothing."""
        return self.mode is CheckMode.SAMPLE and self.survivors > 0

    def after(self, block: Sequence[int], undone: Iterable[int], held: int) -> Self:
        """The check after a look at a block of positions, with what is left of each record."""
        counts = list(undone)
        found = [position for position, count in zip(block, counts, strict=True) if count]
        return self._with(
            looked_at=self.looked_at + len(block),
            survivors=self.survivors + len(found),
            left=with_positions(self.left, found),
            undone=self.undone + sum(counts),
            held=self.held + held,
        )

    def of_every_record(self) -> Self:
        """The check of every record, from the first one on, after a sample that failed."""
        sample = FailedSample(size=self.size, looked_at=self.looked_at, survivors=self.survivors)
        return self._restarted(None, 0, mode=CheckMode.EVERY, size=self.records, sample=sample)

    def repeated(self) -> Self:
        """The next pass, over the survivors alone: what is gone does not come back."""
        looked_at = self.size - self.survivors
        return self._restarted(self.left, looked_at, repeats=self.repeats + 1)

    def concluded(self) -> Self:
        """The check without the positions that only the next look needs."""
        return self._with(again=None, left=NO_POSITIONS)

    def _restarted(self, again: str | None, looked_at: int, **changes: Any) -> Self:
        found = {"survivors": 0, "left": NO_POSITIONS, "undone": 0, "held": 0}
        return self._with(again=again, looked_at=looked_at, **found, **changes)

    def _with(self, **changes: Any) -> Self:
        return self.model_copy(update=changes)
