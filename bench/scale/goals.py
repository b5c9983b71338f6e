"""The goals of a purge of a million records, and by how much a goal is missed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.scale.figures import Figures
from bench.scale.rows import MILLION, Rows

MOST_MB = 256.0
MOST_DOLLARS = 1.0
MOST_CLEAN_JOBS, MOST_INTERVAL_JOBS = 15, 60
# A plan keeps the tenant's budget busy to this share, and stays below what the tenant allows.
STEADY = 0.95


@dataclass(frozen=True)
class Goal:
    """A figure and its bound; `is_least` if the figure may not be below it."""

    what: str
    found: float
    bound: float
    is_least: bool = False

    @property
    def is_met(self) -> bool:
        return self.found >= self.bound if self.is_least else self.found <= self.bound

    def __str__(self) -> str:
        sign = ">=" if self.is_least else "<="
        verdict = "met" if self.is_met else f"missed by {abs(self.found - self.bound):,.3f}"
        return f"{self.what}: {self.found:,.3f} (goal {sign} {self.bound:g}): {verdict}"


def goals_of(rows: Rows) -> list[Goal]:
    """The goals that these rows can show; most of them are for a million records."""
    million = Rows(
        documented=[each for each in rows.documented if each.records == MILLION],
        clean=[each for each in rows.clean if each.records == MILLION],
    )
    return [
        *(goal for each in million.documented for goal in _slots(each)),
        *(goal for each in million.clean for goal in _live(each)),
        *(_interval_jobs(each) for each in rows.protected_plans),
        *(_dollars(each) for each in (*million.documented, *million.clean)),
        *_rates([*rows.documented, *rows.clean, *rows.protected]),
        *_memory(rows.plans),
    ]


def _slots(row: Figures) -> Iterator[Goal]:
    name = _name(row)
    yield Goal(f"{name}: job-slot use", row.slot_use or 0, 0.97, is_least=True)
    yield Goal(f"{name}: hours / floor", (row.hours or 0) / row.more["floor"], 1.03)
    yield Goal(f"{name}: calls / least possible", (row.calls or 0) / row.more["least"], 1.15)


def _live(row: Figures) -> Iterator[Goal]:
    name = _name(row)
    hours = (row.hours or 0) / row.more["one_a_month"]
    yield Goal(f"{name}: hours / one job for each month", hours, 1.2)
    yield Goal(f"{name}: jobs", row.jobs or 0, MOST_CLEAN_JOBS)


def _interval_jobs(row: Figures) -> Goal:
    return Goal(f"{_name(row)}: interval jobs", row.more["interval_jobs"], MOST_INTERVAL_JOBS)


def _dollars(row: Figures) -> Goal:
    return Goal(f"{_name(row)}: dollars", row.dollars or 0, MOST_DOLLARS)


def _rates(rows: Sequence[Figures]) -> Iterator[Goal]:
    for each in rows:
        more, name = each.more, _name(each)
        yield Goal(f"{name}: answers 429", more["busy"], 0)
        if more["steady"]:
            share = more["steady"] / more["budget"]
            yield Goal(f"{name}: steady rate / budget", share, STEADY, is_least=True)
        most = more["busiest_minute"] / (60 * more["allowed"])
        yield Goal(f"{name}: busiest minute / allowed", most, STEADY)


def _memory(plans: Sequence[Figures]) -> Iterator[Goal]:
    for each in plans:
        for what in ("planning", "verification"):
            name = f"{_name(each)}: MB of a {what} turn"
            yield Goal(name, each.more[f"{what}_mb"], MOST_MB)


def _name(row: Figures) -> str:
    return f"{row.name}, {row.records:,}"
