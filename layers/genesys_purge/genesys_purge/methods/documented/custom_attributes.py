"""The custom attributes of a conversation that decide whether it may be deleted.

People write them by hand, so their names count in any case, and with any separators.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

LONGEST_CLASSIFICATION = 40


def is_held(attributes: Mapping[str, Any]) -> bool:
    """Whether `legal_hold` has another value than null or false."""
    return any(value not in (None, False) for value in _values("legalhold", attributes))


def classifications_in(attributes: Mapping[str, Any]) -> Sequence[str] | None:
    """The values of `classification`; None if one cannot be read."""
    given = [each for each in _values("classification", attributes) if each is not None]
    return given if all(map(_is_classification, given)) else None


def _values(letters: str, attributes: Mapping[str, Any]) -> Iterator[Any]:
    """The values of the attributes whose names have these letters."""
    for name, value in attributes.items():
        if "".join(filter(str.isalpha, str(name))).casefold() == letters:
            yield value


def _is_classification(value: object) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_CLASSIFICATION
