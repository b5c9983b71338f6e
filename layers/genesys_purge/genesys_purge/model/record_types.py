"""The record types of an organisation."""

from __future__ import annotations

import re

DOCUMENTED_TYPES = frozenset({"conversation", "interaction", "message"})
# A name that needs no escaping in a request, an audit record or a comma-separated setting.
LONGEST_NAME = 40
NAME = r"^[A-Za-z][A-Za-z0-9_-]{0,39}$"
MOST_TYPES = 20


def record_types_in(text: str) -> frozenset[str]:
    """The record types in a comma-separated setting; ValueError if a name is malformed."""
    names = [each.strip() for each in text.split(",")]
    wrong = [each for each in names if not re.fullmatch(NAME, each)]
    if wrong or len(names) > MOST_TYPES:
        raise ValueError(
            f"must be 1 to {MOST_TYPES} names of letters, digits, - and _, separated by commas"
        )
    return frozenset(names)
