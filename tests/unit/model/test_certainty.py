"""How many records a sample needs for a certainty."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from math import comb

import pytest
from genesys_purge.model.certainty import Certainty, CheckMode, chance_of_none, sample_size
from hypothesis import given
from hypothesis import strategies as st

RECORDS = st.integers(1, 300)
CONFIDENCE = st.fractions(Fraction(1, 2), Fraction(9_999, 10_000), max_denominator=10_000)
TOLERANCE = st.fractions(Fraction(1, 10_000), Fraction(1, 10), max_denominator=10_000)


def missed(records: int, left: int, size: int) -> Fraction:
    """The chance that a sample has no survivor, by counting samples."""
    return Fraction(comb(records - left, size), comb(records, size))


@given(RECORDS, CONFIDENCE, TOLERANCE)
def test_sample_size_is_the_smallest_that_is_certain(
    records: int, confidence: Fraction, tolerance: Fraction
) -> None:
    too_many = [left for left in range(records + 1) if left > tolerance * records]
    certain = [
        size
        for size in range(records + 1)
        if all(missed(records, left, size) <= 1 - confidence for left in too_many)
    ]
    assert sample_size(records, confidence, tolerance) == certain[0]


@given(st.data())
def test_chance_of_none_is_the_share_of_samples_without_survivors(data: st.DataObject) -> None:
    records = data.draw(st.integers(0, 9))
    left, size = data.draw(st.integers(0, records)), data.draw(st.integers(0, records))
    samples = list(combinations(range(records), size))
    without = sum(not set(range(left)) & set(each) for each in samples)
    assert chance_of_none(records, left, size) == Fraction(without, len(samples))


@given(st.integers(1, 200_000), CONFIDENCE, CONFIDENCE, TOLERANCE)
def test_sample_size_grows_with_the_confidence(
    records: int, one: Fraction, other: Fraction, tolerance: Fraction
) -> None:
    low, high = sorted((one, other))
    sizes = [sample_size(records, each, tolerance) for each in (low, high)]
    assert sizes == sorted(sizes)


@given(st.integers(1, 200_000), CONFIDENCE, TOLERANCE, TOLERANCE)
def test_sample_size_shrinks_with_the_tolerance(
    records: int, confidence: Fraction, one: Fraction, other: Fraction
) -> None:
    low, high = sorted((one, other))
    sizes = [sample_size(records, confidence, each) for each in (high, low)]
    assert sizes == sorted(sizes)


@pytest.mark.parametrize(
    ("records", "size"),
    [(1, 1), (50, 50), (100, 99), (2_001, 1_570), (100_000, 4_455), (10_000_000, 4_602)],
)
def test_size_of_a_sample_with_the_defaults(records: int, size: int) -> None:
    assert Certainty(mode=CheckMode.SAMPLE).size_for(records) == size


def test_size_uses_the_decimals_of_the_request() -> None:
    # The float 0.9 is a little more than nine tenths, and would need one record more.
    certainty = Certainty(mode=CheckMode.SAMPLE, confidence=0.9, tolerance=0.0001)
    assert certainty.size_for(1_000) == 900


def test_every_record_is_checked_without_a_sample() -> None:
    assert Certainty(mode=CheckMode.EVERY).size_for(100_000) == 100_000
