"""Fifty seeds of every pair; `make interleavings SEEDS=2000` plays more."""

from __future__ import annotations

import pytest

from tests.interleavings.play import PAIRS, play
from tests.interleavings.report import replay
from tests.interleavings.tables import audit_problems

SEEDS = range(50)
TABLE_SEEDS = range(3)


@pytest.mark.parametrize("pair", PAIRS)
def test_woven_workers_break_no_invariant(pair: str) -> None:
    found = [
        f"{each.invariant}: {each.facts}; replay with {replay(pair, seed)}"
        for seed in SEEDS
        for each in play(pair, seed).violations
    ]
    assert found == []


@pytest.mark.parametrize("pair", ["submit_submit", "end_submit"])
def test_woven_workers_leave_no_gap_in_audit_tables(pair: str) -> None:
    for seed in TABLE_SEEDS:
        assert audit_problems(pair, seed) == []


def test_seed_always_plays_the_same_way() -> None:
    traces: list[list[str]] = [[], []]
    for trace in traces:
        play("submit_submit", 6, trace.append)
    assert traces[0] == traces[1]
    assert len(traces[0]) > 100
