"""Holds at any point of 2,000 runs; `make simulate-holds` plays a million."""

from __future__ import annotations

import pytest

from tests.interleavings.holding import HOLDS
from tests.interleavings.holding.breaks import BREAKS, HoldBreak
from tests.interleavings.play import Played
from tests.interleavings.report import Report
from tests.interleavings.simulated.simulation import progress

SEEDS = range(2_000)


def test_no_hold_is_broken_or_hides_a_job_in_flight() -> None:
    found = [
        f"{each.invariant}: {each.facts}; replay with {HOLDS.replay(seed)}"
        for seed in SEEDS
        for each in HOLDS.play(seed).violations
    ]
    assert found == []


@pytest.mark.parametrize("removed", BREAKS, ids=lambda each: each.name.replace(" ", "_"))
def test_simulation_finds_a_product_without_this_guard(removed: HoldBreak) -> None:
    with removed.apply():
        assert any(
            each.invariant == removed.invariant
            for seed in range(removed.seeds)
            for each in HOLDS.play(seed).violations
        )


def test_seeds_place_holds_before_within_and_after_calls() -> None:
    counts = [HOLDS.play(seed).counts for seed in range(300)]
    for kind in ("holds placed", "jobs in flight", "holds between read and last byte"):
        assert sum(each[kind] for each in counts) > 5, kind


def test_seed_always_plays_the_same_way() -> None:
    traces: list[list[str]] = [[], []]
    for trace in traces:
        HOLDS.play(10, trace.append)
    assert traces[0] == traces[1]
    assert len(traces[0]) > 20


def test_progress_says_how_many_interleavings_broke_an_invariant() -> None:
    report = Report("holds", HOLDS.replay)
    for seed in range(4):
        report.add(seed, Played([], HOLDS.play(seed).counts, []))
    assert progress(report, 8, 2.0) == (
        "4 of 8 interleavings in 2 s, 2 a second, 0 with violations"
    )
