"""Reading the fields of Genesys's answers, of which none is taken on trust."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import Any

from genesys_purge.errors import OutcomeUnknown, UnreadableAnswer

LONGEST_JOB_ID = 200


def job_id_in(answer: Mapping[str, Any], field: str) -> str:
    """The job id of an accepted submit; OutcomeUnknown where it is not to be read."""
    value = answer.get(field)
    # It becomes part of a path, where dots alone would name another one.
    if isinstance(value, str) and value.strip(".") and len(value) <= LONGEST_JOB_ID:
        return value
    raise OutcomeUnknown(f"Genesys accepted the submit without a readable {field}")


def text_in(answer: Mapping[str, Any], field: str) -> str:
    """A text that the contract promises; UnreadableAnswer where it is missing."""
    value = answer.get(field)
    if isinstance(value, str) and value:
        return value
    raise UnreadableAnswer(f"Genesys answered without a readable {field}")


def count_in(answer: Mapping[str, Any], field: str) -> int | None:
    """A count where Genesys reported one."""
    value = answer.get(field)
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    return None


def storage_in(answer: Mapping[str, Any]) -> float | None:
    """The megabytes of storage that a job says it freed."""
    value = answer.get("storageRecoveredMB")
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < inf:
        return float(value)
    return None


def list_in(answer: Mapping[str, Any], field: str) -> list[Any]:
    """A list where there is one, otherwise an empty one."""
    value = answer.get(field)
    return value if isinstance(value, list) else []
