"""The interfaces that use cases depend on; the tests have an in-memory twin of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, NewType, Protocol, TypeVar

if TYPE_CHECKING:
    from genesys_purge.model.audit import AuditPosition, AuditRecord
    from genesys_purge.model.batch import Batch, Entry
    from genesys_purge.model.holds import Hold
    from genesys_purge.model.organisation import Organisation
    from genesys_purge.model.retention import RetentionMatrix
    from genesys_purge.model.run import Run
    from genesys_purge.model.skipped import SkippedRecord
    from genesys_purge.operation import Authorise, DeletingCall, Operation

Clock = Callable[[], datetime]
# A write that a store prepared for a transaction with the writes of others.
Prepared = NewType("Prepared", object)


class Isolate(Protocol):
    """Does a piece of work about a run, or about one of its batches; whether it succeeded.

    A failure is logged, and stops no other piece of work.
    """

    def __call__(
        self, run_id: str, work: Callable[[], None], *, batch: int | None = None
    ) -> bool: ...


class BatchPage(NamedTuple):
    """Batches in order, and the number of the first batch of the next page, if any."""

    batches: Sequence[Batch]
    following: int | None


class Runs(Protocol):
    """Runs, batches and manifests; a change and its audit record are one write."""

    def create(self, run: Run, record: AuditRecord, also: Sequence[Prepared] = ()) -> Run:
        """Store a new run with all other writes.

        If its id is taken, write nothing and return the stored run. LostRace if another write
        fails.
        """

    def get(self, run_id: str) -> Run:
        """The run; raises NotFound if it does not exist."""

    def begin_plan(self, run: Run) -> None:
        """Store the run with its planner; raises LostRace if it already has a plan."""

    def put_batch(self, batch: Batch, entries: Sequence[Entry], planner: str) -> None:
        """Store a batch and its manifest; raises LostRace if another planner took over."""

    def put_skipped(
        self, run_id: str, chunk: int, skipped: Sequence[SkippedRecord], planner: str
    ) -> None:
        """Store a chunk of skipped records; raises LostRace if another planner took over."""

    def pause_plan(self, run: Run, progress: Mapping[str, Any]) -> None:
        """Store how far the plan is, as JSON; raises LostRace if another planner took over."""

    def progress(self, run: Run) -> Mapping[str, Any] | None:
        """How far the plan was at its last pause; None if it was not paused."""

    def plan(self, run: Run, record: AuditRecord, also: Sequence[Prepared] = ()) -> None:
        """Store the run with its plan and all other writes; LostRace if it has another planner."""

    def begin(self, run: Run) -> None:
        """Store the run as running; raises LostRace unless it awaits its approval."""

    def finish(self, run: Run, record: AuditRecord) -> None:
        """Store the run with its outcome, reported in the record; LostRace if it has one."""

    def revise(self, run: Run, record: AuditRecord | None = None) -> None:
        """Store a finished run again; a record reports its new totals.

        Raises LostRace unless its revision follows the stored one.
        """

    def batch(self, run_id: str, number: int) -> Batch:
        """The stored batch; raises NotFound if it does not exist."""

    def batches(self, run: Run) -> Sequence[Batch]:
        """Every batch of the run's plan, in order."""

    def batch_page(self, run: Run, start: int, limit: int) -> BatchPage:
        """At most `limit` batches of the plan and about a megabyte, from number `start` on."""

    def manifest(self, batch: Batch) -> Sequence[Entry]:
        """The entries of a batch; empty if the batch is a window.

        Raises Misconfigured if the stored entries are missing or were changed.
        """

    def skipped(self, run_id: str, chunk: int) -> Sequence[SkippedRecord]:
        """The skipped records of a chunk."""

    def intend(self, batch: Batch, also: Sequence[Prepared] = ()) -> None:
        """Store the intent of a batch with all other writes; LostRace unless its run is running."""

    def advance(self, batch: Batch, record: AuditRecord | None = None) -> None:
        """Store the next state of a batch; raises LostRace unless it follows the stored one."""


class AuditPage(NamedTuple):
    """Records in order, and the first sequence of the next page, if any."""

    records: Sequence[AuditRecord]
    following: int | None


class RulePage(NamedTuple):
    """Records of a purge rule in order of time, and the position of the last one if more follow."""

    records: Sequence[AuditRecord]
    following: AuditPosition | None


class AuditLog(Protocol):
    """The append-only log."""

    def append(self, record: AuditRecord) -> None:
        """Store the record under the lowest free sequence of its run."""

    def record_once(self, record: AuditRecord) -> bool:
        """Store a record that has a sequence; return False if it is already stored."""

    def page(self, run_id: str, start: int, limit: int) -> AuditPage:
        """At most `limit` records and about a megabyte, starting with sequence `start`."""

    def of_rule(self, rule_id: str, after: AuditPosition | None, limit: int) -> RulePage:
        """At most `limit` records of a purge rule, from the one after the position on."""


class Receipt(NamedTuple):
    """A received message: its handle, and how many times the queue delivered it."""

    handle: str
    times: int


M_contra = TypeVar("M_contra", contravariant=True)


class Queue(Protocol[M_contra]):
    """A queue with a dead-letter queue; a message is delivered again until it is deleted."""

    def send(self, message: M_contra) -> None:
        """Send a message to the queue."""

    def postpone(self, receipt: Receipt, seconds: int) -> None:
        """Hide a received message for `seconds`, then deliver it again."""

    def bury(self, message: M_contra) -> None:
        """Send a message to the dead-letter queue, to stop its retries."""


class Holds(Protocol):
    """The legal holds of this application."""

    def active(self, organisation: str | None) -> Sequence[Hold]:
        """The holds of an organisation that are not released, with times as far as known.

        None is the default organisation. Raises Misconfigured if it cannot be read what a hold
        covers.
        """


class Policies(Protocol):
    """The policies that operators change without a deployment."""

    def retention_matrix(self) -> RetentionMatrix:
        """The current retention matrix."""

    def purging_is_on(self) -> bool:
        """Whether the purging switch is `on`, ignoring surrounding blanks."""


class Meter(Protocol):
    """The metrics of alarms and dashboards.

    A metric of a run or batch has a method and an organisation, None for the default one. A metric
    without a method has the `name_in_metrics` of its organisation, if it has one.
    """

    def count(
        self,
        name: str,
        value: float = 1,
        *,
        method: str | None = None,
        organisation: str | None = None,
    ) -> None:
        """Add `value` to a counter."""

    def seconds(
        self,
        name: str,
        value: float,
        *,
        method: str | None = None,
        organisation: str | None = None,
    ) -> None:
        """Record a duration."""


class Genesys(Protocol):
    """The Genesys Cloud API."""

    def read(
        self, operation: Operation, body: Mapping[str, Any] | None = None, **path: str
    ) -> Mapping[str, Any]:
        """The answer of a call that changes nothing."""

    def change(
        self, operation: Operation, body: Mapping[str, Any] | None = None, **path: str
    ) -> Mapping[str, Any]:
        """The answer of a changing call, which is sent at most once.

        Raises OutcomeUnknown if Genesys may have executed it, TryLater if it certainly did not.
        """

    def delete(self, call: DeletingCall, authorise: Authorise) -> Mapping[str, Any]:
        """The answer of a deleting call; as `change`, but it is sent under a permit.

        The token, the request rate and the circuit come before `authorise`, and nothing after it.
        Each sending needs a permit; PermitExpired if it is too old or used.
        """


# Take the name of an organisation, None for the default; raise InvalidRequest if it is unknown.
OrganisationOf = Callable[[str | None], "Organisation"]
GenesysOf = Callable[[str | None], Genesys]
