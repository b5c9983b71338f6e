"""The check of a batch's records one by one."""

from __future__ import annotations

import pytest
from genesys_purge.model.certainty import Certainty, CheckMode
from genesys_purge.model.check import Check
from genesys_purge.model.positions import NO_POSITIONS, positions_in

SEED = "5" * 64
SAMPLE = Certainty(mode=CheckMode.SAMPLE, confidence=0.9, tolerance=0.1)


def every(size: int) -> Check:
    return Check.of(size, Certainty(mode=CheckMode.EVERY), SEED)


def counts(check: Check) -> tuple[int, ...]:
    return check.looked_at, check.survivors, check.gone, check.position


@pytest.mark.parametrize(("records", "mode"), [(8, "every"), (40, "sample")])
def test_sample_of_all_records_counts_as_every(records: int, mode: str) -> None:
    facts = Check.of(records, SAMPLE, SEED).facts.to_json()
    assert facts["mode"] == mode
    assert ("seed" in facts) is (mode == "sample")


def test_look_counts_survivors_and_what_is_left_of_them() -> None:
    check = every(5).after((0, 1, 2), [0, 2, 1], 1).after((3,), [0], 0)
    assert counts(check) == (4, 2, 2, 4)
    assert (positions_in(check.left), check.undone, check.held) == ([1, 2], 3, 1)


def test_repeated_check_looks_only_at_the_survivors() -> None:
    again = every(4).after(range(4), [0, 2, 0, 1], 1).repeated()
    assert positions_in(again.again or "") == [1, 3]
    assert (again.left, again.undone, again.held, again.repeats) == (NO_POSITIONS, 0, 0, 1)
    assert counts(again) == (2, 0, 2, 0)
    assert counts(again.after((1,), [0], 0)) == (3, 0, 3, 1)


def test_check_without_survivors_repeats_no_look() -> None:
    again = every(3).after(range(3), [0, 0, 0], 0).repeated()
    assert (again.again, counts(again)) == (NO_POSITIONS, (3, 0, 3, 0))


@pytest.mark.parametrize(("undone", "failed"), [(0, False), (1, True)])
def test_sample_fails_with_one_survivor(undone: int, *, failed: bool) -> None:
    assert Check.of(40, SAMPLE, SEED).after((7,), [undone], 0).sample_failed is failed


def test_survivor_of_a_check_of_every_record_fails_no_sample() -> None:
    assert not every(3).after((0,), [1], 0).sample_failed


def test_failed_sample_is_followed_by_a_check_of_every_record() -> None:
    sample = Check.of(40, SAMPLE, SEED)
    full = sample.after((7, 3), [0, 4], 1).of_every_record()
    assert counts(full) == (0, 0, 0, 0)
    assert (full.left, full.undone, full.held) == (NO_POSITIONS, 0, 0)
    assert full.facts.to_json() == {
        "mode": "every",
        "records": 40,
        "size": 40,
        "lookedAt": 0,
        "survivors": 0,
        "seed": SEED,
        "confidence": 0.9,
        "tolerance": 0.1,
        "sample": {"size": sample.size, "lookedAt": 2, "survivors": 1},
    }


def test_concluded_check_keeps_its_facts_without_positions() -> None:
    check = every(4).after(range(4), [0, 2, 0, 1], 1)
    assert check.concluded().facts == check.facts
    assert check.concluded().left == NO_POSITIONS
    assert check.repeated().concluded().again is None
