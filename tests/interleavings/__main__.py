"""`make interleavings`: plays many seeds of every pair, or one seed with a trace."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from os import cpu_count

from tests.interleavings.play import PAIRS, Played, play
from tests.interleavings.report import Report

CHUNK = 20


def options() -> Namespace:
    parser = ArgumentParser(prog="make interleavings", description=__doc__)
    parser.add_argument("--seeds", type=int, default=2_000, help="seeds of each pair")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--pair", choices=PAIRS, help="this pair only")
    parser.add_argument("--seed", type=int, help="replay this seed of the pair with a trace")
    return parser.parse_args()


def main() -> int:
    """The exit status: 0 if no invariant was broken."""
    given = options()
    pairs: Iterable[str] = [given.pair] if given.pair else PAIRS
    if given.seed is not None:
        return max(replayed(pair, given.seed) for pair in pairs)
    return max([surveyed(pair, range(given.first, given.first + given.seeds)) for pair in pairs])


def replayed(pair: str, seed: int) -> int:
    """Play one seed, and print each port call with the world's time and the worker."""
    played = play(pair, seed, print)
    for each in played.violations:
        print(f"{each.invariant}: {each.facts}")
    print(f"{pair}, seed {seed}: {len(played.violations)} violations")
    return int(bool(played.violations))


def surveyed(pair: str, seeds: range) -> int:
    """Play many seeds of a pair on every processor, and print its report."""
    report = Report(pair)
    with ProcessPoolExecutor(cpu_count()) as pool:
        played: Iterable[Played] = pool.map(partial(play, pair), seeds, chunksize=CHUNK)
        for seed, each in zip(seeds, played, strict=True):
            report.add(seed, each)
    print("\n".join(report.lines()), flush=True)
    return int(bool(report.found))


if __name__ == "__main__":
    sys.exit(main())
