"""The messages about wrong fields, and counts in words."""

from __future__ import annotations

import re
from typing import Any

UNKNOWN = "is not a field of this request"
NOT_A_TIME = "must be an RFC 3339 time, for example 2024-01-31T00:00:00Z"
TOO_FINE = "may have at most 6 digits after the seconds"
UUID = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"

# By pydantic's error type; pydantic's context fills the placeholders.
MESSAGES = {
    "bool_type": "must be true or false",
    "datetime_from_date_parsing": NOT_A_TIME,
    "datetime_object_invalid": NOT_A_TIME,
    "datetime_parsing": NOT_A_TIME,
    "dict_type": "must be an object",
    "enum": "must be {expected}",
    "extra_forbidden": UNKNOWN,
    "float_type": "must be a number",
    "greater_than_equal": "must be at least {ge}",
    "int_type": "must be a whole number",
    "less_than_equal": "must be at most {le}",
    "literal_error": "must be {expected}",
    "missing": "is required",
    "model_type": "must be an object",
    "string_too_long": "must have at most {max_length} characters",
    "string_too_short": "must have at least {min_length} characters",
    "string_type": "must be text",
    "timezone_aware": "must have a UTC offset, for example Z or +01:00",
    "too_long": "must have at most {max_length} items",
    "too_short": "must have at least {min_length} items",
    "tuple_type": "must be a list",
}
PATTERNS = {
    UUID: "must be a UUID",
    r"^[A-Za-z0-9_-]{1,80}$": "must be 1 to 80 letters, digits, - and _",
    r"^[A-Za-z0-9_.-]{1,100}$": "must be 1 to 100 letters, digits, -, _ and .",
    r"^[A-Za-z0-9._:-]{1,100}$": "must be 1 to 100 letters, digits, -, _, . and :",
    r"^[a-z0-9][a-z0-9-]{0,39}$": "must be 1 to 40 lower-case letters, digits and hyphens, "
    "and not start with a hyphen",
    r"^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$": "must be a time of day as HH:MM:SS",
    r"\S": "must not be blank",
}
SINGULAR = re.compile(r"(at least|at most) 1 (item|character)s$")


def counted(count: int | None, word: str, words: str | None = None) -> str:
    """A count and its noun, such as `1 batch`; by default the plural ends with an s."""
    if count is None:
        return f"an unknown number of {words or f'{word}s'}"
    return f"{count:,} {word if count == 1 else words or f'{word}s'}"


def message_for(error: Any) -> str:
    """The message for one of pydantic's errors; it does not show the field's value."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "string_pattern_mismatch" and context["pattern"] in PATTERNS:
        return PATTERNS[context["pattern"]]
    if kind not in MESSAGES:
        return str(error["msg"]).removeprefix("Value error, ")
    return SINGULAR.sub(r"\1 one \2", MESSAGES[kind].format(**context).replace("'", ""))
