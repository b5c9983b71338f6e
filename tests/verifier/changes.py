"""Changes of records and certificates before they are sealed and signed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.verifier.bundles import Files, bundle
from tests.verifier.runs import records_of
from tests.verifier.shapes import Shape

Records = list[dict[str, Any]]


def record(records: Records, action: str, number: int = 0) -> dict[str, Any]:
    """The record of that action, the first or a later one."""
    return [each for each in records if each["action"] == action][number]


def numbered(records: Records) -> Records:
    """The records with the numbers of their order."""
    return [{**each, "sequence": number} for number, each in enumerate(records, start=1)]


def with_records(change: Callable[[Records], Any], shape: Shape | None = None) -> Files:
    """A bundle in which the records were changed before they were sealed."""
    shape = shape or Shape()
    records = records_of(shape)
    change(records)
    return bundle(shape, records=numbered(records))


def moved(action: str, before: str) -> Callable[[Records], None]:
    """The first record of an action right before the first one of another."""

    def change(records: Records) -> None:
        taken = record(records, action)
        records.remove(taken)
        records.insert(records.index(record(records, before)), taken)

    return change


def set_in(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    """Set a value of the statement; None removes it."""

    def change(statement: dict[str, Any]) -> None:
        *parents, name = f"predicate.{path}".split(".")
        for parent in parents:
            statement = statement[parent]
        if value is None:
            del statement[name]
        else:
            statement[name] = value

    return change
