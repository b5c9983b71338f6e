"""Numbers in the text of the live platform."""

from __future__ import annotations

from genesys_purge.campaign_rules.live.terms import as_decimal, as_value
from genesys_purge.campaign_rules.values import number
from hypothesis import example, given

from tests.unit.campaign_rules.live.d5_rules import NUMBERS


@given(NUMBERS)
@example(5e3)
def test_number_is_written_without_an_exponent_and_read_back(given_number: float) -> None:
    text = as_decimal(given_number)
    assert "e" not in text.lower()
    assert as_value(text) == text
    assert number(text) == given_number


def test_whole_number_is_written_without_a_fraction() -> None:
    assert [as_decimal(each) for each in (5000, 5e3, -0.0, 0.5)] == ["5000", "5000", "0", "0.5"]


def test_text_of_the_platform_that_is_no_number_is_not_read() -> None:
    texts: list[object] = [
        *("", " 1", "0x1", "1,5", "NaN", "9" * 20),
        *(None, 5, "\u0661"),
    ]
    assert [each for each in texts if as_value(each) is not None] == []
