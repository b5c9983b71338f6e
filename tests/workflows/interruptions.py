"""Change something at one moment of a run: between two tasks, or at a write."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from genesys_purge.store.runs import DynamoRuns
from genesys_purge.wiring import purging

from simulator import FaultKind

# Faults of any call that pass with time; missing storage for a snapshot does not.
TRANSIENT = [
    kind
    for kind in FaultKind
    if not kind.startswith("job_") and kind is not FaultKind.INSUFFICIENT_STORAGE
]


class Killed(Exception):
    """The process of the task died."""


@contextmanager
def once_after(task: str, change: Callable[[], object]) -> Iterator[None]:
    """Call `change` right after the task has returned for the first time."""
    use_case = getattr(purging, task)()
    changes = [change]

    def work_then_change(message: Any) -> Any:
        answer = use_case(message)
        while changes:
            changes.pop()()
        return answer

    with patch.object(purging, task, lambda: work_then_change):
        yield


@contextmanager
def once_at(
    write: str,
    when: Callable[[Any], bool],
    do: Callable[[Callable[[], Any]], Any],
    store: type = DynamoRuns,
) -> Iterator[list[Any]]:
    """Call `do` instead of the first write of a record that `when` accepts; yields the record."""
    original = getattr(store, write)
    met: list[Any] = []

    def write_or_do(written_to: Any, record: Any, *more: Any) -> Any:
        if met or not when(record):
            return original(written_to, record, *more)
        met.append(record)
        return do(lambda: original(written_to, record, *more))

    with patch.object(store, write, write_or_do):
        yield met


@contextmanager
def killed_at(
    write: str, when: Callable[[Any], bool], *, stored: bool, store: type = DynamoRuns
) -> Iterator[list[Any]]:
    """End the task at the first write of a record that `when` accepts; yields the record."""

    def die(store: Callable[[], Any]) -> None:
        if stored:
            store()
        raise Killed(write)

    with once_at(write, when, die, store) as victims:
        yield victims
