"""Adds up the seeds of a pair, and says what was tried and what was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from statistics import median

from tests.interleavings.oracle import INVARIANTS, Violation
from tests.interleavings.play import Played

MOST_SHOWN = 5


class Report:
    """The counts, the violations and the windows of one pair."""

    def __init__(self, pair: str, replay_of: Callable[[int], str] | None = None) -> None:
        self.pair = pair
        self._replay_of = replay_of or partial(replay, pair)
        self.seeds = 0
        self._counts: Counter[str] = Counter()
        self._found: dict[str, list[int]] = {}
        self._first: dict[str, Violation] = {}
        self._windows: list[float] = []

    def add(self, seed: int, played: Played) -> None:
        """Add what one seed did."""
        self.seeds += 1
        self._counts.update(played.counts)
        self._windows += played.windows
        for each in played.violations:
            seeds = self._found.setdefault(each.invariant, [])
            self._first.setdefault(each.invariant, each)
            if seed not in seeds:
                seeds.append(seed)

    @property
    def found(self) -> dict[str, list[int]]:
        """The seeds that broke each invariant."""
        return self._found

    def lines(self) -> Iterator[str]:
        """The report."""
        yield f"{self.pair}: {self.seeds} seeds"
        tried = ", ".join(f"{times} {kind}" for kind, times in self._counts.most_common() if times)
        yield f"  tried  {tried}"
        if self._windows:
            yield (
                f"  window between the guard's read and the last byte: median "
                f"{median(self._windows):.3f} s, longest {max(self._windows):.3f} s"
            )
        if not self._found:
            yield "  found  no violation"
        for invariant in filter(self._found.get, INVARIANTS):
            seeds = self._found[invariant]
            yield f"  found  {invariant} in {len(seeds)} seeds, for example {seeds[:MOST_SHOWN]}"
            yield f"         {self._first[invariant].facts}"
            yield f"         replay: {self._replay_of(seeds[0])}"


def replay(pair: str, seed: int) -> str:
    """The command that plays a seed again, with a trace of its port calls."""
    return f"make interleavings PAIR={pair} SEED={seed}"
