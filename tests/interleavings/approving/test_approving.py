"""Approvals at any point of 2,000 runs; `make simulate-approvals` plays a million."""

from __future__ import annotations

import pytest

from tests.interleavings.approving import APPROVALS
from tests.interleavings.approving.breaks import BREAKS, ApprovalBreak

SEEDS = range(2_000)


def test_no_run_deletes_without_an_approval_in_use() -> None:
    found = [
        f"{each.invariant}: {each.facts}; replay with {APPROVALS.replay(seed)}"
        for seed in SEEDS
        for each in APPROVALS.play(seed).violations
    ]
    assert found == []


@pytest.mark.parametrize("removed", BREAKS, ids=lambda each: each.name.replace(" ", "_"))
def test_simulation_finds_a_product_without_this_guard(removed: ApprovalBreak) -> None:
    with removed.apply():
        assert any(
            each.invariant == removed.invariant
            for seed in range(removed.seeds)
            for each in APPROVALS.play(seed).violations
        )


def test_seeds_decide_withdraw_and_expire_before_and_after_calls() -> None:
    counts = [APPROVALS.play(seed).counts for seed in range(300)]
    for kind in (
        "approvals used",
        "votes to approve",
        "votes to reject",
        "withdrawn",
        "withdrawn after use",
        "expired",
        "accepted deletions",
        "NotEntitled",
        "HashDiffers",
    ):
        assert sum(each[kind] for each in counts) > 5, kind


def test_seed_always_plays_the_same_way() -> None:
    traces: list[list[str]] = [[], []]
    for trace in traces:
        APPROVALS.play(10, trace.append)
    assert traces[0] == traces[1]
    assert len(traces[0]) > 20
