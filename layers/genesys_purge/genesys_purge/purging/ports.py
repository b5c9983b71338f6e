"""The ports of runs, beside those of all features."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

from genesys_purge.model.approval import Approval
from genesys_purge.model.batch import BatchRef
from genesys_purge.model.execution_state import ExecutionState
from genesys_purge.model.listing import Listing
from genesys_purge.model.poll import Poll
from genesys_purge.model.run import Plan, Run
from genesys_purge.model.run_summary import RunPage, RunSummary, Searched
from genesys_purge.model.stored_object import StoredObject
from genesys_purge.ports import Prepared

# Receives the number of a batch, the number of batches, and the batch's new state.
Progress = Callable[[int, int, str], None]
# The callers that may override the retention policy of Genesys, as `submittedBy` names them.
OverrideCallers = Callable[[], frozenset[str]]


class PlanObjects(Protocol):
    """The bucket of plans: objects by run, name and content, each written once."""

    def put(self, run_id: str, name: str, content: bytes) -> StoredObject:
        """Store the content; an object with the same content is kept as it is."""

    def get(self, run_id: str, name: str, stored: StoredObject) -> bytes:
        """The content; Misconfigured if the object is missing or was changed."""


class NeededApprovals(Protocol):
    """The approvals that runs need, by the rules in force."""

    def needed(self, run: Run, plan: Plan, sample: Callable[[], Sequence[str]]) -> Approval | None:
        """The approval that a run with this plan needs, if it needs one.

        `sample` reads a few ids of the plan. NotApproved if nobody could give it, Misconfigured if
        the rules cannot be read.
        """

    def opening(self, approval: Approval) -> Prepared:
        """The write of the approval, for the transaction of the plan."""


class RunApprovals(Protocol):
    """The approvals of runs, as they are stored."""

    def consuming(self, run: Run) -> Sequence[Prepared]:
        """The write that uses the approval, for the transaction of an intent of the run.

        Empty if there is nothing to use; NotApproved if it is not given, or not any more.
        """

    def obstacle(self, run: Run) -> str | None:
        """Why the run must not delete now; None if its approval is in use, or none is needed."""

    def is_given(self, run: Run) -> bool:
        """Whether the run may begin; NotApproved if it never may."""


class StandingApprovals(Protocol):
    """The standing approvals that policies give to their runs; a run of no policy needs none."""

    def counting(self, run: Run, records: int) -> Sequence[Prepared]:
        """The write that counts the records of a plan, for the transaction of the plan.

        NotApproved if the policy does not allow the run by now, LimitExceeded beyond its bounds.
        """

    def obstacle(self, run: Run) -> str | None:
        """Why the policy of the run does not allow it to delete now; None if it does."""


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
