"""Numbers in the text of the live platform."""

from __future__ import annotations

from genesys_purge.campaign_rules.live.terms import as_number, as_text
from hypothesis import given

from tests.unit.campaign_rules.live.d5_rules import NUMBERS


@given(NUMBERS)
def test_number_is_written_without_an_exponent_and_read_back(number: float) -> None:
    text = as_text(number)
    assert "e" not in text.lower()
    assert as_number(text) == number


def test_text_that_we_never_write_is_no_number() -> None:
    texts: list[object] = [
        *("", "1e3", " 1", "0x1", "1,5", "NaN", "9" * 20),
        *(None, 5, "\u0661"),
    ]
    assert [each for each in texts if as_number(each) is not None] == []
