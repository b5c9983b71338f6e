"""Reading the answers and the errors of D1's calls."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from genesys_purge.errors import OutcomeUnknown, PurgeError

# What webhooks may name a rule by; dots alone would mean another path where it becomes part of one.
IDENTIFIER = re.compile(r"(?!\.+$)[A-Za-z0-9._:-]{1,100}").fullmatch


def id_in(answer: Mapping[str, Any]) -> str:
    """The id of what was created; OutcomeUnknown where it is not to be read."""
    value = answer.get("id")
    if isinstance(value, str) and IDENTIFIER(value):
        return value
    raise OutcomeUnknown("Genesys accepted the call without a readable id")


def reason_of(error: PurgeError) -> str:
    """The error's class and message, for the audit."""
    return f"{type(error).__name__}: {error.message}"
