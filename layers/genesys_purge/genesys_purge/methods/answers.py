"""Reads the fields of Genesys's answers, and checks each one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from genesys_purge.errors import OutcomeUnknown, UnreadableAnswer
from genesys_purge.model.answers import LARGEST_COUNT, is_count, printable

LONGEST_JOB_ID = 200
ALL_PERCENT = 100


def job_id_in(field: str) -> Callable[[Mapping[str, Any]], str]:
    """Reads the job id of an accepted submit; OutcomeUnknown if it cannot be read."""

    def read(answer: Mapping[str, Any]) -> str:
        value = answer.get(field)
        # The id becomes a segment of a path, where dots alone mean another path.
        if isinstance(value, str) and value.strip(".") and len(value) <= LONGEST_JOB_ID:
            return value
        raise OutcomeUnknown(f"Genesys accepted the submit without a readable {field}")

    return read


id_of = job_id_in("id")


def text_in(answer: Mapping[str, Any], field: str) -> str:
    """A required text; UnreadableAnswer if it is missing or empty."""
    value = answer.get(field)
    if isinstance(value, str) and value:
        return value
    raise UnreadableAnswer(f"Genesys answered without a readable {field}")


def words_in(answer: Mapping[str, Any], *fields: str) -> str | None:
    """Genesys's words in the first of the fields that has any, on one line; None without words."""
    for field in fields:
        value = answer.get(field)
        if isinstance(value, str) and value.strip():
            return printable(value.strip())
    return None


def count_in(answer: Mapping[str, Any], field: str) -> int | None:
    """A count; None if Genesys reports none, or something that is no count."""
    value = answer.get(field)
    return value if is_count(value) else None


def deciding_count_in(answer: Mapping[str, Any], field: str) -> int | None:
    """A count that decides an outcome; UnreadableAnswer if there is a value that is no count."""
    value = answer.get(field)
    if value is None or is_count(value):
        return value
    raise UnreadableAnswer(f"Genesys answered without a readable {field}")


def share_in(answer: Mapping[str, Any], field: str) -> float | None:
    """The share in a percentage from 0 to 100; None if Genesys reports no such number."""
    percent = count_in(answer, field)
    return None if percent is None or percent > ALL_PERCENT else percent / ALL_PERCENT


def storage_in(answer: Mapping[str, Any]) -> float | None:
    """The megabytes of storage that a job reports as recovered."""
    value = answer.get("storageRecoveredMB")
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return float(value) if 0 <= value <= LARGEST_COUNT else None


def list_in(answer: Mapping[str, Any], field: str) -> list[Any]:
    """A list; empty if the answer has none."""
    value = answer.get(field)
    return value if isinstance(value, list) else []
