"""The ports of runs, beside those of all features."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from genesys_purge.model.batch import BatchRef
from genesys_purge.model.execution_state import ExecutionState
from genesys_purge.model.listing import Listing
from genesys_purge.model.poll import Poll
from genesys_purge.model.run_summary import RunPage, RunSummary, Searched

# Receives the number of a batch, the number of batches, and the batch's new state.
Progress = Callable[[int, int, str], None]
# The callers that may override the retention policy of Genesys, as `submittedBy` names them.
OverrideCallers = Callable[[], frozenset[str]]


class Polled(Protocol):
    """Receives each poll of a batch: its number, the job's status and how far the job is."""

    def __call__(
        self,
        batch: int,
        batches: int,
        poll: int,
        status: str,
        *,
        purged: int | None,
        percent: int | None,
    ) -> None: ...


class PollStore(Protocol):
    """The last poll of each batch."""

    def last(self, batch: BatchRef) -> Poll | None:
        """The last poll of the batch; None if none was stored."""

    def put(self, poll: Poll, after: int) -> None:
        """Store the poll; LostRace unless the last one has the number `after`, or there is none."""

    def between(self, run_id: str, first: int, last: int) -> Mapping[int, Poll]:
        """The last polls of the batches with these numbers, by number of the batch."""


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

    def page(self, listing: Listing) -> RunPage:
        """A page of the runs by the time of their submission; InvalidRequest for a wrong position.

        With filters, a page may be short, or empty, and still have a next one.
        """


class Manifests(Protocol):
    """The conversation ids of the plans."""

    def search(self, run: RunSummary, conversation_id: str, start: str | None) -> Searched:
        """Search about a megabyte of the plan's ids, from the item `start` on."""
