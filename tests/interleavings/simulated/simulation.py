"""A simulation: plays many interleavings of a scene on every processor, or one with a trace."""

from __future__ import annotations

import random
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from os import cpu_count
from typing import NamedTuple

from tests.interleavings.play import Played, judged
from tests.interleavings.report import Report
from tests.interleavings.scheduler import Endless
from tests.interleavings.simulated.scene import CountedStage, Scene

CHUNK = 250
EVERY_SECONDS = 15.0


class Simulation(NamedTuple):
    """What `make simulate-<name>` plays; a seed always plays the same way."""

    name: str
    scene: Callable[[CountedStage], Scene]

    def play(self, seed: int, trace: Callable[[str], None] | None = None) -> Played:
        """Play one interleaving, and judge it."""
        # The backoffs of the product draw from the shared generator.
        random.seed(seed)
        stage = CountedStage(seed, trace)
        try:
            self.scene(stage).play()
        except Endless as endless:
            stage.notebook.problems.append(("open", f"the run does not come to an end: {endless}"))
        return judged(stage)

    def replay(self, seed: int) -> str:
        """The command that plays a seed again, with a trace of its port calls."""
        return f"make simulate-{self.name} SEED={seed}"

    def main(self, description: str | None) -> int:
        """Run the command; the exit status is 0 if no invariant was broken."""
        parser = ArgumentParser(prog=f"make simulate-{self.name}", description=description)
        parser.add_argument("--seeds", type=int, default=1_000_000, help="how many interleavings")
        parser.add_argument("--first", type=int, default=0, help="the first seed")
        parser.add_argument("--seed", type=int, help="replay this seed with a trace")
        parser.add_argument("--processes", type=int, default=cpu_count(), help="how many at once")
        given = parser.parse_args()
        if given.seed is not None:
            return self._replayed(given.seed)
        return self._surveyed(range(given.first, given.first + given.seeds), given.processes)

    def _replayed(self, seed: int) -> int:
        """Play one seed, and print each port call with the world's time and the worker."""
        violations = self.play(seed, print).violations
        for each in violations:
            print(f"{each.invariant}: {each.facts}")
        print(f"seed {seed}: {len(violations)} violations")
        return int(bool(violations))

    def _surveyed(self, seeds: range, processes: int) -> int:
        """Play many seeds, and print how far they are and what was found."""
        report, began = Report(self.name, self.replay), time.monotonic()
        said = began
        with ProcessPoolExecutor(processes) as pool:
            chunks = pool.map(partial(_played, self), [*_chunks(seeds)])
            for seed, each in zip(seeds, _flat(chunks), strict=True):
                report.add(seed, each)
                for violation in each.violations:
                    found = f"{violation.invariant}: {violation.facts}"
                    print(f"{found}; {self.replay(seed)}", flush=True)
                if time.monotonic() >= said + EVERY_SECONDS or report.seeds == len(seeds):
                    said = time.monotonic()
                    print(progress(report, len(seeds), said - began), flush=True)
        print("\n".join(report.lines()), flush=True)
        return int(bool(report.found))


def progress(report: Report, total: int, seconds: float) -> str:
    """How many interleavings were played, how fast, and how many broke an invariant."""
    broken = len({seed for seeds in report.found.values() for seed in seeds})
    rate = report.seeds / max(seconds, 0.001)
    return (
        f"{report.seeds:,} of {total:,} interleavings in {seconds:.0f} s, {rate:.0f} a second, "
        f"{broken} with violations"
    )


def _chunks(seeds: range) -> Iterator[range]:
    for first in range(seeds.start, seeds.stop, CHUNK):
        yield range(first, min(first + CHUNK, seeds.stop))


def _played(simulation: Simulation, seeds: range) -> list[Played]:
    # The windows of a million seeds would fill the memory.
    return [simulation.play(seed)._replace(windows=[]) for seed in seeds]


def _flat(chunks: Iterable[list[Played]]) -> Iterator[Played]:
    for chunk in chunks:
        yield from chunk
