"""What the oracle knows: facts of the world, written down where they happen.

The reads of the guard are noted at the ports, the requests at the wire, their effects at the
simulated Genesys. Nothing here comes from the application's own records.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from genesys_purge.model.holds import Hold


class Read(NamedTuple):
    """A read of the holds: when the worker began it, and which moment of the table it shows."""

    began: float
    seen: float


class ApprovalRead(NamedTuple):
    """A read of an approval, and which moment of the table it shows."""

    approval_id: str
    seen: float


class Voted(NamedTuple):
    """A stored decision of a person about the approval of a run."""

    person: str
    is_yes: bool
    at: float


class AskedRun:
    """What the oracle knows about the approval that a rule asks for: facts, not its state."""

    def __init__(
        self, needed: int, requester: str, approvers: frozenset[str] | None, plan_hash: str
    ) -> None:
        self.needed = needed
        self.requester = requester
        self.approvers = approvers
        self.plan_hash = plan_hash
        self.expires = 0.0
        self.votes: list[Voted] = []
        self.misled: set[str] = set()
        self.withdrawn: float | None = None
        self.used: list[float] = []
        self.began: float | None = None
        # What the worker that let the run begin had read last.
        self.began_after = -1.0

    def is_approved(self, moment: float) -> bool:
        """Whether enough entitled persons had said yes about this plan, and no one no."""
        votes = [each for each in self.votes if each.at <= moment]
        yes = {each.person for each in votes if each.is_yes} - {self.requester} - self.misled
        if self.approvers is not None:
            yes &= self.approvers
        is_withdrawn = self.withdrawn is not None and self.withdrawn <= moment
        return len(yes) >= self.needed and not is_withdrawn and all(each.is_yes for each in votes)


class Sent:
    """A deleting request: who sent it, what it names, and what the guard had read before it."""

    def __init__(self, worker: Any, what: frozenset[str], label: str, now: float) -> None:
        self.worker = worker.name if worker else "world"
        self.what = what
        self.label = label
        self.at = now
        self.last_byte = now
        self.holds: Read | None = None
        self.switch: float | None = None
        self.stops: float | None = None
        self.seals: float | None = None
        self.cancellations: float | None = None
        self.approval: ApprovalRead | None = None
        self.shares_its_read = False

    @property
    def window(self) -> float | None:
        """Seconds between the guard's read of the holds and the last byte of the request."""
        return None if self.holds is None else self.last_byte - self.holds.seen


class Accepted(NamedTuple):
    """A deleting call that Genesys accepted; `job` says what became of it."""

    what: frozenset[str]
    at: float
    job: Any
    sent: Sent | None


class Placed(NamedTuple):
    """A hold, when it was stored, and the records that it names."""

    hold: Hold
    at: float
    what: frozenset[str]


class Answer(NamedTuple):
    """What the operator was told about a hold: the batches in flight, and when."""

    at: float
    in_flight: frozenset[tuple[str, int]]


class Notebook:
    """The facts of one seed, in the world's time."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.accepted: list[Accepted] = []
        self.placed: list[Placed] = []
        self.switched_off: list[tuple[float, float | None]] = []
        self.stopped: list[tuple[float, float | None]] = []
        self.unsealed: list[tuple[float, float | None]] = []
        self.run_ended: dict[str, float] = {}
        self.claims: dict[str, str] = {}
        self.ends: dict[str, datetime] = {}
        self.owners: dict[str, tuple[str, int]] = {}
        self.answers: dict[str, Answer] = {}
        self.problems: list[tuple[str, str]] = []
        self._holds: dict[Any, Read] = {}
        self._switch: dict[Any, float] = {}
        self._stops: dict[Any, float] = {}
        self._seals: dict[Any, float] = {}
        self._cancellations: dict[Any, float] = {}
        self.cancelled: float | None = None
        self._used: dict[Any, Read] = {}
        self._approvals: dict[Any, ApprovalRead] = {}
        # By the id of the approval, and only for runs that need one.
        self.asked: dict[str, AskedRun] = {}

    def hold_read(self, worker: Any, began: float, seen: float) -> None:
        self._holds[worker] = Read(began, seen)

    def switch_read(self, worker: Any, seen: float) -> None:
        self._switch[worker] = seen

    def stops_read(self, worker: Any, seen: float) -> None:
        self._stops[worker] = seen

    def seals_read(self, worker: Any, seen: float) -> None:
        self._seals[worker] = seen

    def cancellation_read(self, worker: Any, seen: float) -> None:
        self._cancellations[worker] = seen

    def approval_read(self, worker: Any, approval_id: str, seen: float) -> None:
        self._approvals[worker] = ApprovalRead(approval_id, seen)

    def approval_last_read(self, worker: Any) -> ApprovalRead | None:
        """The last read of an approval in this invocation."""
        return self._approvals.get(worker)

    def sending(self, worker: Any, what: frozenset[str], label: str, now: float) -> Sent:
        """Note a deleting request at the moment at which the client hands it over."""
        sent = Sent(worker, what, label, now)
        sent.holds = self._holds.get(worker)
        sent.switch = self._switch.get(worker)
        sent.stops = self._stops.get(worker)
        sent.seals = self._seals.get(worker)
        sent.cancellations = self._cancellations.get(worker)
        sent.approval = self._approvals.get(worker)
        sent.shares_its_read = sent.holds is not None and self._used.get(worker) is sent.holds
        if sent.holds is not None:
            self._used[worker] = sent.holds
        self.sent.append(sent)
        return sent

    def answered(self, hold_id: str, at: float, in_flight: frozenset[tuple[str, int]]) -> None:
        """Note what PlaceHold answered."""
        self.answers[hold_id] = Answer(at, in_flight)

    def new_invocation(self, worker: Any) -> None:
        """A new invocation of a function: an earlier read of the guard is none of its own."""
        self._holds.pop(worker, None)
        self._switch.pop(worker, None)
        self._stops.pop(worker, None)
        self._seals.pop(worker, None)
        self._cancellations.pop(worker, None)
        self._approvals.pop(worker, None)

    def switched_on(self, now: float) -> None:
        """Purging is on again."""
        self.switched_off = [(off, on or now) for off, on in self.switched_off]

    def switch_was_off(self, moment: float) -> bool:
        """Whether purging was switched off at that moment."""
        return _is_within(moment, self.switched_off)

    def resumed(self, now: float) -> None:
        """No stop is in force any more."""
        self.stopped = [(since, until or now) for since, until in self.stopped]

    def was_stopped(self, moment: float) -> bool:
        """Whether a stop that covers the run was in force at that moment."""
        return _is_within(moment, self.stopped)

    def sealed(self, now: float) -> None:
        """The audit is sealed again."""
        self.unsealed = [(since, until or now) for since, until in self.unsealed]

    def was_unsealed(self, moment: float) -> bool:
        """Whether the seals were too old at that moment."""
        return _is_within(moment, self.unsealed)


def _is_within(moment: float, times: list[tuple[float, float | None]]) -> bool:
    return any(since <= moment and (until is None or moment < until) for since, until in times)


def timestamp(moment: datetime, noon: datetime) -> float:
    """Seconds between the world's noon and the moment."""
    return (moment - noon).total_seconds()
