"""The state of a run's execution."""

from __future__ import annotations

from enum import StrEnum


class ExecutionState(StrEnum):
    """The state of an execution; `missing` means that none of its name is known."""

    MISSING = "missing"
    RUNNING = "running"
    ENDED = "ended"
