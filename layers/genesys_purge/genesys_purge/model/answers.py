"""Checks ids, counts and texts from Genesys before they become part of a path or a record."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, TypeGuard

from pydantic import Field

from genesys_purge.errors import OutcomeUnknown
from genesys_purge.model.personal_data import masked

ID_FORM = r"[A-Za-z0-9._:-]{1,100}"
# An id of dots alone would change the path.
_IS_ID = re.compile(rf"(?!\.+$){ID_FORM}").fullmatch

# The largest number up to which every JSON reader holds every whole number exactly.
LARGEST_COUNT = 2**53
# The metric of counts that are larger than what Genesys was asked to delete.
IMPLAUSIBLE = "ImplausibleCounts"
Count = Annotated[int, Field(ge=0, le=LARGEST_COUNT)]

LONGEST_TEXT = 500
# Enough of a longer text to mask what its first 500 characters may have of an address.
MOST_READ = 4_000

# Any whole number that JSON readers hold exactly.
Exact = Annotated[int, Field(ge=-LARGEST_COUNT, le=LARGEST_COUNT)]


def is_count(value: object) -> TypeGuard[int]:
    """Whether the value is a whole number from 0 to 2^53; `true` is not."""
    return type(value) is int and 0 <= value <= LARGEST_COUNT


def printable(text: str) -> str:
    """The text on one line, without control characters, cut to 500 characters.

    It may become part of the audit, and Genesys may quote a query in it, so personal data is
    masked as in the facts of a request.
    """
    cut = masked(text[:MOST_READ])[:LONGEST_TEXT]
    return "".join(letter if letter.isprintable() else " " for letter in cut)


def is_identifier(value: object) -> TypeGuard[str]:
    """Whether the value is an id of at most 100 characters, safe in a path."""
    return isinstance(value, str) and _IS_ID(value) is not None


def created_id(answer: Mapping[str, Any]) -> str:
    """The id of the new entity; raises OutcomeUnknown if the answer has no valid id."""
    value = answer.get("id")
    if is_identifier(value):
        return value
    raise OutcomeUnknown("Genesys accepted the call, but its answer has no valid id")
