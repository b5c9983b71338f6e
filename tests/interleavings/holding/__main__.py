"""`make simulate-holds`: places holds at any point of many runs, or replays one seed."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from os import cpu_count

from tests.interleavings.holding.play import play, replay
from tests.interleavings.play import Played
from tests.interleavings.report import Report

CHUNK = 250
EVERY_SECONDS = 15.0


def options() -> Namespace:
    parser = ArgumentParser(prog="make simulate-holds", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1_000_000, help="how many interleavings")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--seed", type=int, help="replay this seed with a trace")
    return parser.parse_args()


def main() -> int:
    """The exit status: 0 if no invariant was broken."""
    given = options()
    if given.seed is not None:
        return replayed(given.seed)
    return surveyed(range(given.first, given.first + given.seeds))


def replayed(seed: int) -> int:
    """Play one seed, and print each port call with the world's time and the worker."""
    violations = play(seed, print).violations
    for each in violations:
        print(f"{each.invariant}: {each.facts}")
    print(f"seed {seed}: {len(violations)} violations")
    return int(bool(violations))


def surveyed(seeds: range) -> int:
    """Play many seeds on every processor, and print how far they are and what was found."""
    report, began = Report("holds", replay), time.monotonic()
    said = began
    with ProcessPoolExecutor(cpu_count()) as pool:
        chunks = pool.map(_played, [*_chunks(seeds)])
        for seed, each in zip(seeds, _flat(chunks), strict=True):
            report.add(seed, each)
            for violation in each.violations:
                print(f"{violation.invariant}: {violation.facts}; {replay(seed)}", flush=True)
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


def _played(seeds: range) -> list[Played]:
    # The windows of a million seeds would fill the memory.
    return [play(seed)._replace(windows=[]) for seed in seeds]


def _flat(chunks: Iterable[list[Played]]) -> Iterator[Played]:
    for chunk in chunks:
        yield from chunk


if __name__ == "__main__":
    sys.exit(main())
