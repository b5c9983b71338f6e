"""The shape of a run: its batches, and what happens to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

ENDINGS = ("verified", "verified", "verified", "unverified", "failed", "cancelled", "gave_up")
# What a batch is planned by.
FORMS = ("ids", "ids", "window", "interval")


@dataclass(frozen=True)
class Part:
    """One batch: its records in so many jobs, those that a hold protects, and how it ends.

    `form` is what it is planned by: ids, a window, or ids and an interval of only them.
    """

    records: int = 3
    jobs: int = 1
    protected: int = 0
    end: str = "verified"
    is_reconciled: bool = False
    is_sampled: bool = False
    form: str = "ids"

    @property
    def deletes(self) -> int:
        return self.records - self.protected


@dataclass(frozen=True)
class Shape:
    """A run: its batches, the persons that must approve it, and what comes after its end."""

    run_id: str = "run-1"
    parts: Sequence[Part] = (Part(), Part(2))
    skipped: Mapping[str, int] | None = None
    persons: int = 0
    is_late: bool = False
    notifications: int = 0
    unused: int = 0
    organisation: str | None = None
    reason: str = "quarterly retention"
    deleted_unit: str = "conversations"

    @property
    def planned(self) -> int:
        return sum(part.records for part in self.parts)

    @property
    def is_complete(self) -> bool:
        return not self.is_late and all(part.end == "verified" for part in self.parts)


def random_shape(random: Random) -> Shape:
    """A run as it may be: most are plain, some have everything."""

    def part() -> Part:
        records = random.randrange(1, 6)
        return Part(
            records=records,
            jobs=random.choice((1, 1, 1, 2, 3)),
            protected=random.choice((0, 0, 0, random.randrange(records + 1))),
            end=random.choice(ENDINGS),
            is_reconciled=random.random() < 0.2,
            is_sampled=random.random() < 0.2,
            form=random.choice(FORMS),
        )

    plain = random.random() < 0.5
    sizes = [random.randrange(1, 9) for _ in range(random.randrange(1, 6))]
    return Shape(
        run_id=f"run-{random.randrange(1000)}",
        parts=[Part(size) for size in sizes] if plain else [part() for _ in sizes],
        skipped=random.choice((None, {}, {"too_young": 4, "legal_hold": 1})),
        persons=random.choice((0, 0, 1, 2)),
        is_late=random.random() < 0.2,
        notifications=random.randrange(3),
        unused=random.randrange(2),
        organisation=random.choice((None, "emea")),
        reason=random.choice(("quarterly retention", "é\u202e\x1b[2J\u2028", "")),
        deleted_unit=random.choice(("conversations", "recordings")),
    )
