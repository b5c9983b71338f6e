"""Numbers in Genesys's answers: what is no count is never one."""

from __future__ import annotations

from math import inf, nan
from typing import Any

import pytest
from genesys_purge.errors import UnreadableAnswer
from genesys_purge.methods.answers import count_in, deciding_count_in, share_in, storage_in
from genesys_purge.model.answers import LARGEST_COUNT
from hypothesis import given
from hypothesis import strategies as st

NOT_COUNTS: list[Any] = [-1, LARGEST_COUNT + 1, 2**64 - 1, 1.0, nan, inf, True, "1", [1], {}]


def test_whole_number_up_to_the_largest_is_a_count() -> None:
    for value in (0, 1, LARGEST_COUNT):
        assert count_in({"n": value}, "n") == deciding_count_in({"n": value}, "n") == value


@pytest.mark.parametrize("value", NOT_COUNTS)
def test_number_that_is_no_count_is_unknown_or_unreadable(value: object) -> None:
    assert count_in({"n": value}, "n") is None
    with pytest.raises(UnreadableAnswer, match="without a readable n"):
        deciding_count_in({"n": value}, "n")


@pytest.mark.parametrize("answer", [{}, {"n": None}])
def test_count_that_is_not_reported_is_unknown(answer: dict[str, Any]) -> None:
    assert count_in(answer, "n") is None
    assert deciding_count_in(answer, "n") is None


@pytest.mark.parametrize(
    ("value", "share"), [(0, 0.0), (50, 0.5), (100, 1.0), (101, None), (-1, None), (2**60, None)]
)
def test_share_is_a_percentage_from_0_to_100(value: int, share: float | None) -> None:
    assert share_in({"n": value}, "n") == share


@given(st.floats() | st.integers(-(2**63), 2**64 - 1))
def test_storage_is_a_number_from_0_to_the_largest_count(value: float) -> None:
    expected = float(value) if 0 <= value <= LARGEST_COUNT else None
    assert storage_in({"storageRecoveredMB": value}) == expected
