"""Compares identifiers of people, which every system and every person writes differently."""

from __future__ import annotations

import re
from collections.abc import Iterator
from unicodedata import decimal, normalize

# Shorter identifiers occur in ordinary words, and shorter numbers in dates and amounts.
SHORTEST_NAME = 3
SHORTEST_PHONE = 7
LONGEST_COUNTRY_CODE = 3

SEPARATORS = re.compile(r"[\W_]+")
# A number has no letters, except in a scheme such as `tel:`.
IS_NUMBER = re.compile(r"(?:[a-z]+:)?[\W\d_]*").fullmatch


def plain(text: str) -> str:
    """The text without differences of case, of blanks and of composed or separate accents."""
    return normalize("NFC", " ".join(normalize("NFC", text).casefold().split()))


def phone(text: str) -> str:
    """The digits of a phone number with its country code; plain text if it has no digits.

    `+49 30 1234567`, `+49 (0)30 1234567` and `0049-30-1234567` are the same number.
    """
    return _digits(text.replace("(0)", "")).removeprefix("00") or plain(text)


def contains(text: str, identifier: str) -> bool:
    """Whether a text contains an identifier in any of its forms."""
    words = _words(identifier)
    if len(words) >= SHORTEST_NAME and words in _words(text):
        return True
    runs = re.findall("[0-9]+", SEPARATORS.sub("", _ascii_digits(text)))
    return any(form in run for form in _phone_forms(identifier) for run in runs)


def _phone_forms(identifier: str) -> Iterator[str]:
    """The digits of a number, with and without its trunk prefix or country code."""
    if IS_NUMBER(plain(identifier)):
        number = phone(identifier)
        cut = (number[digits:] for digits in range(LONGEST_COUNTRY_CODE + 1))
        yield from (form for form in cut if len(form) >= SHORTEST_PHONE)


def _words(text: str) -> str:
    """The plain text with one blank in place of all that is neither a letter nor a digit.

    Letters of another width, as in Japanese text, are the same letters.
    """
    return SEPARATORS.sub(" ", plain(normalize("NFKC", text))).strip()


def _digits(text: str) -> str:
    return "".join(str(decimal(each)) for each in text if each.isdecimal())


def _ascii_digits(text: str) -> str:
    return "".join(str(decimal(each)) if each.isdecimal() else each for each in text)
