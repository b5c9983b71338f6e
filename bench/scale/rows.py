"""The rows of the table; each is measured in a process of its own."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import NamedTuple

from bench.scale import baselines, measured, planned
from bench.scale.figures import Figures
from bench.scale.organisations import Organisation

MILLION = 1_000_000
SIZES = (10_000, 100_000, MILLION, 10 * MILLION)
# 500 protected conversations on 300 of the 366 days of a year. Only its plan is made, because its
# runs take an hour; a smaller organisation with as many protected days is measured.
PROTECTED = Organisation(MILLION, held=500, held_days=300)
FEWER_PROTECTED = Organisation(30_000, days=37, held=50, held_days=30)

Measure = Callable[[Organisation], Figures]
MEASURES: dict[str, Measure] = {
    "documented": measured.documented,
    "live": measured.live,
    "plan documented": planned.documented,
    "plan live": planned.live,
    "plan protected": measured.protected_plan,
    "documents' loop": baselines.documents_loop,
    "bulk sample": baselines.bulk_sample,
}


class Row(NamedTuple):
    """What is measured of which organisation."""

    measure: str
    organisation: Organisation


@dataclass
class Rows:
    """The figures by kind of row."""

    documented: list[Figures] = field(default_factory=list)
    clean: list[Figures] = field(default_factory=list)
    protected: list[Figures] = field(default_factory=list)
    protected_plans: list[Figures] = field(default_factory=list)
    plans: list[Figures] = field(default_factory=list)
    loops: list[Figures] = field(default_factory=list)
    samples: list[Figures] = field(default_factory=list)

    def add(self, row: Row, figures: Figures) -> None:
        """Note the figures of a row."""
        held = row.organisation.held > 0
        kinds = {
            "documented": self.documented,
            "live": self.protected if held else self.clean,
            "plan documented": self.plans,
            "plan live": self.plans,
            "plan protected": self.protected_plans,
            "documents' loop": self.loops,
            "bulk sample": self.samples,
        }
        kinds[row.measure].append(figures)


def rows_of(sizes: Sequence[int]) -> list[Row]:
    """The rows for these sizes, the longest first."""
    found = []
    for size in sorted(sizes, reverse=True):
        organisation = Organisation(size)
        names = ["plan live", "plan documented"]
        if size <= MILLION:
            names = ["live", "documented", *names, "bulk sample", "documents' loop"]
        found += [Row(name, organisation) for name in names]
        if size == MILLION:
            found += [Row("live", FEWER_PROTECTED), Row("plan protected", PROTECTED)]
    return found


def measure_all(sizes: Sequence[int], workers: int | None = None) -> Rows:
    """Measure all rows, so many at the same time; by default one on each core."""
    rows = rows_of(sizes)
    result = Rows()
    with ThreadPoolExecutor(workers or os.cpu_count()) as pool:
        for row, figures in zip(rows, pool.map(_in_a_process, rows), strict=True):
            result.add(row, figures)
    for kind in (result.documented, result.clean, result.plans, result.loops, result.samples):
        kind.sort(key=lambda each: each.records)
    return result


def _in_a_process(row: Row) -> Figures:
    command = [sys.executable, "-m", "bench.scale.rows"]
    done = subprocess.run(command, input=pickle.dumps(row), capture_output=True, check=False)  # noqa: S603  our own program
    if done.returncode:
        raise RuntimeError(f"{row} failed:\n{done.stderr.decode()[-4000:]}")
    figures: Figures = pickle.loads(done.stdout)  # noqa: S301  from our own process
    return figures


def main() -> None:
    """Measure the row that comes by the input, and write its figures to the output."""
    row: Row = pickle.load(sys.stdin.buffer)  # noqa: S301  from our own process
    figures = MEASURES[row.measure](row.organisation)
    sys.stdout.buffer.write(pickle.dumps(figures))


if __name__ == "__main__":
    main()
