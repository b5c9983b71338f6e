"""Identifiers of people: the same one in every form that people and systems write."""

from __future__ import annotations

from unicodedata import normalize

import pytest
from genesys_purge.model.identifiers import contains, phone, plain
from hypothesis import given
from hypothesis import strategies as st

DECOMPOSED = normalize("NFD", "Jürgen Müller")


@pytest.mark.parametrize(
    "text", ["jürgen müller", " JÜRGEN \t\n MÜLLER ", "Jürgen\u00a0Müller", DECOMPOSED]
)
def test_plain_text_ignores_case_blanks_and_composition(text: str) -> None:
    assert plain(text) == "jürgen müller"


@pytest.mark.parametrize(
    "text",
    [
        "+13175550123",
        "+1 (317) 555-0123",
        "001 317.555.0123",
        "tel:+1-317-555-0123",
        "1\u00a0317\u20115550123",
        "\uff0b\uff11 317 555 0123",
        "+1 (0)317 555 0123",
    ],
)
def test_phone_is_its_digits_with_the_country_code(text: str) -> None:
    assert phone(text) == "13175550123"


@pytest.mark.parametrize("text", ["317 555 0123", "+1 317 555 0124", "+44 317 555 0123"])
def test_another_number_is_another_phone(text: str) -> None:
    assert phone(text) != "13175550123"


def test_phone_without_digits_is_plain_text() -> None:
    assert phone(" Reception ") == "reception"


@pytest.mark.parametrize(
    ("identifier", "text"),
    [
        ("+1 (317) 555-0123", "erase 13175550123 please"),
        ("+1 (317) 555-0123", "erase +1.317.555.0123"),
        ("+1 (317) 555-0123", "erase (317) 555 0123"),
        ("+1 (317) 555-0123", "dsr-3175550123"),
        ("13175550123", "erase 001 317 555 0123"),
        ("13175550123", "erase 317 555 0123"),
        ("0049 30 1234567", "erase 030/1234567"),
        ("030 1234567", "erase +49 30 1234567"),
        ("tel:+13175550123", "dsr_317_555_0123"),
        ("+13175550123", "erase \u0663\u0661\u0667-555-0123"),
        (DECOMPOSED, "erase J\u00fcrgen  M\u00dcLLER"),
        ("J\u00fcrgen M\u00fcller", f"erase {DECOMPOSED}"),
        ("Jane Doe", "dsr-jane-doe-1"),
        ("Jane.Doe@example.com", "dsr_jane_doe_example_com"),
        ("Anna O'Brien", "erase anna o brien"),
        ("STRASSE 1", "erase Stra\u00dfe  1"),
        ("Jane", "erase \uff2a\uff41\uff4e\uff45"),
        ("\uff2a\uff41\uff4e\uff45", "erase Jane"),
    ],
)
def test_text_contains_an_identifier_in_another_form(identifier: str, text: str) -> None:
    assert contains(text, identifier)


@pytest.mark.parametrize(
    ("identifier", "text"),
    [
        ("+1 317 555 0123", "erase +1 317 555 0124"),
        ("+1 317 555 0123", "case 5550123"),
        ("0815", "case 08 15"),
        ("Jo", "Jo asked for it"),
        ("...", "case ... 7"),
        ("Jane Doe", "Jane and Doe asked"),
        ("case-20240131-7", "dsr 20240131"),
    ],
)
def test_text_without_the_identifier_contains_none(identifier: str, text: str) -> None:
    assert not contains(text, identifier)


@given(st.text(), st.text(), st.text())
def test_any_identifier_is_found_in_a_text_around_it(before: str, name: str, after: str) -> None:
    identifier = f"jane {name} doe"
    assert contains(f"{before} {identifier} {after}", identifier)
