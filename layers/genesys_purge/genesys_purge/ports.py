"""What the use cases see of the world; each has an in-memory twin in the tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from genesys_purge.model.platform import DOCUMENTED, LIVE

if TYPE_CHECKING:
    from genesys_purge.model.audit import AuditRecord
    from genesys_purge.model.batch import Batch, Entry
    from genesys_purge.model.holds import Hold
    from genesys_purge.model.organisation import Organisation
    from genesys_purge.model.retention import RetentionMatrix
    from genesys_purge.model.run import Run

Clock = Callable[[], datetime]


class Operation(NamedTuple):
    """One call to Genesys: its verb, path template and what the OAuth client needs for it.

    `dialect` is `documented` or `live` (`model.platform`). A documented operation needs any one of
    its `scopes`; a live one needs all of its `permissions`. The client repeats the call only if
    `retried`: a status poll is repeated by its wait loop instead. An operation that `lists` answers
    with a JSON list, which is returned as the `entities` of an object. `instead` says what to use
    on the live platform, if that does not have the operation.
    """

    verb: str
    path: str
    scopes: tuple[str, ...] = ()
    retried: bool = True
    permissions: tuple[str, ...] = ()
    lists: bool = False
    dialect: str = DOCUMENTED
    instead: str | None = None

    @property
    def is_live(self) -> bool:
        """Whether the operation belongs to the live platform."""
        return self.dialect == LIVE


class Permit(NamedTuple):
    """Authorization for one deleting call; only `calling.guard` gives it."""

    run_id: str
    batch: int
    attempt: int


# Told of each step: the batch's number, how many there are, and the state it reached.
Progress = Callable[[int, int, str], None]


class Runs(Protocol):
    """Runs, batches and manifests; a change and the audit record of it are one write."""

    def create(self, run: Run, record: AuditRecord) -> Run:
        """Store a new run; where its id is taken, nothing is written: the stored run."""

    def get(self, run_id: str) -> Run:
        """The run; NotFound where there is none."""

    def begin_plan(self, run: Run) -> None:
        """Store the run with its planner; LostRace where it has a plan already."""

    def put_batch(self, batch: Batch, entries: Sequence[Entry], planner: str) -> None:
        """Store a planned batch and its manifest; LostRace unless `planner` is still the one."""

    def plan(self, run: Run, record: AuditRecord) -> None:
        """Store the run with its plan; LostRace unless its planner is still the one."""

    def finish(self, run: Run, record: AuditRecord) -> None:
        """Store the run with its outcome; LostRace where it has one already."""

    def batch(self, run_id: str, number: int) -> Batch:
        """The batch as it stands; NotFound where there is none."""

    def batches(self, run: Run) -> Sequence[Batch]:
        """Every batch of the run's plan, in order."""

    def manifest(self, run_id: str, number: int) -> Sequence[Entry]:
        """The records of a batch; empty for a batch that is a window."""

    def intend(self, batch: Batch) -> None:
        """Store a batch's intent; LostRace as in `advance`, and where its run is not running."""

    def advance(self, batch: Batch, record: AuditRecord | None = None) -> None:
        """Store the batch's next state; LostRace unless the stored one is its predecessor."""


class AuditPage(NamedTuple):
    """Records in order, and where the next page begins, if there is one."""

    records: Sequence[AuditRecord]
    following: int | None


class RulePage(NamedTuple):
    """A purge rule's records in order of time, and the token of the next page, if there is one."""

    records: Sequence[AuditRecord]
    following: str | None


class AuditLog(Protocol):
    """The append-only log."""

    def append(self, record: AuditRecord) -> None:
        """Store the record under its run's next sequence."""

    def record_once(self, record: AuditRecord) -> bool:
        """Store a record that brings its own sequence; False where it is stored already."""

    def page(self, run_id: str, start: int, limit: int) -> AuditPage:
        """At most `limit` records from sequence `start` on."""

    def of_rule(self, rule_id: str, token: str | None, limit: int) -> RulePage:
        """At most `limit` records of a purge rule; InvalidRequest for a token that is none."""


class Receipt(NamedTuple):
    """A queue's message in our hands: its handle, and how often it was handed out."""

    handle: str
    times: int


M_contra = TypeVar("M_contra", contravariant=True)


class Queue(Protocol[M_contra]):
    """A queue whose messages are tried again until somebody deals with them."""

    def send(self, message: M_contra) -> None:
        """Put a message into the queue."""

    def postpone(self, receipt: Receipt, seconds: int) -> None:
        """Hand a message out again after so many seconds, and not before."""

    def bury(self, message: M_contra) -> None:
        """Put a message that is not to be tried again into the dead-letter queue."""


class Holds(Protocol):
    """Our own legal holds."""

    def active(self) -> Sequence[Hold]:
        """Every hold that is not released."""


class Policies(Protocol):
    """What an operator may change without a deployment."""

    def retention_matrix(self) -> RetentionMatrix:
        """The matrix in force."""

    def purging_is_on(self) -> bool:
        """Whether the kill switch says `on`; anything but a clear yes is a no."""


class IdLists(Protocol):
    """Lists of conversation ids kept in S3."""

    def read(self, url: str) -> Iterable[str]:
        """The ids of the object, in order; NotFound or InvalidRequest naming what is wrong."""


class Executions(Protocol):
    """The state machine."""

    def start(self, run_id: str) -> None:
        """Start the run's execution; starting it again changes nothing."""


class Meter(Protocol):
    """The numbers that alarms and dashboards watch.

    A metric of a run or batch gives the method and the organisation, None for the default one.
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
    """Calls to Genesys Cloud."""

    def read(
        self, operation: Operation, body: Mapping[str, Any] | None = None, **path: str
    ) -> Mapping[str, Any]:
        """The answer of a call that changes nothing."""

    def change(
        self, operation: Operation, body: Mapping[str, Any] | None = None, **path: str
    ) -> Mapping[str, Any]:
        """The answer of a call that changes something: sent at most once.

        OutcomeUnknown where it may have been carried out; TryLater where it surely was not.
        """

    def delete(
        self, operation: Operation, body: Mapping[str, Any], permit: Permit, **path: str
    ) -> Mapping[str, Any]:
        """The answer of a call that deletes, or has Genesys delete: otherwise as `change`."""


# By an organisation's name, or None for the deployment's own; InvalidRequest for one not known.
OrganisationOf = Callable[[str | None], "Organisation"]
GenesysOf = Callable[[str | None], Genesys]
