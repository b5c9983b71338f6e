"""The numbers of a run's audit when its batches end at the same time and workers die."""

from __future__ import annotations

from unittest.mock import patch

from genesys_purge.store.ledger import Ledger

from tests.interleavings.numbers import play_ends

SEEDS = range(40)


def test_woven_ends_of_batches_leave_no_gap_and_one_record_each() -> None:
    played = [play_ends(seed) for seed in SEEDS]
    assert [problems for problems, _ in played if problems] == []
    assert any(unused for _, unused in played)


def test_gaps_that_nothing_fills_are_reported() -> None:
    with patch.object(Ledger, "fill_gaps"):
        assert any(problems for problems, _ in map(play_ends, SEEDS))
