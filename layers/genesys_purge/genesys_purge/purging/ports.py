"""The ports of runs, beside those of all features."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

from genesys_purge.model.execution_state import ExecutionState
from genesys_purge.model.run_summary import RunFilter, RunKey, RunPage, RunSummary, Searched

# Receives the number of a batch, the number of batches, and the batch's new state.
Progress = Callable[[int, int, str], None]


class Executions(Protocol):
    """The executions of the purge state machine."""

    def start(self, run_id: str) -> None:
        """Start the execution of a run, if it was not started before."""

    def state(self, run_id: str) -> ExecutionState:
        """The state of the execution of a run."""


class OpenRuns(Protocol):
    """The index of the runs that are not settled; it lags behind the runs a little."""

    def oldest_first(self) -> Iterator[str]:
        """The ids of the open runs, in order of their submission."""


class RunList(Protocol):
    """The list of all runs; it lags behind the runs a little."""

    def page(self, wanted: RunFilter, after: RunKey | None, examined: int) -> RunPage:
        """The matching runs among the next `examined` runs of the period, and about a megabyte."""


class Manifests(Protocol):
    """The conversation ids of the plans."""

    def search(self, run: RunSummary, conversation_id: str, start: str | None) -> Searched:
        """Search about a megabyte of the plan's ids, from the item `start` on."""
