"""The ports of runs, beside those of all features."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

# Receives the number of a batch, the number of batches, and the batch's new state.
Progress = Callable[[int, int, str], None]


class Executions(Protocol):
    """The executions of the purge state machine."""

    def start(self, run_id: str) -> None:
        """Start the execution of a run, if it was not started before."""
