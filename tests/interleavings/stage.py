"""The world of one seed: its clock, its choices, its stores, and the bracket around port calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from genesys_purge.errors import LostRace
from genesys_purge.model.held_times import HeldTimes

from tests.clock import NOON
from tests.fakes import MemoryCancellations, MemoryHolds, MemorySeals, MemoryStops
from tests.interleavings.chances import Chances
from tests.interleavings.notebook import Notebook
from tests.interleavings.scheduler import Scheduler, Worker

T = TypeVar("T")
# The longest difference between two workers' clocks, in seconds.
LONGEST_SKEW = 600.0
# Writes that a ledger gives up because the tables stay busy; it reports that as a lost race.
BUSY = frozenset(
    {
        "create",
        "begin_plan",
        "put_batch",
        "put_skipped",
        "plan",
        "finish",
        "intend",
        "advance",
        "put",
    }
)


class Died(BaseException):
    """The platform killed the worker; nothing in the product catches this."""


class Stage:
    """Everything that the workers of one seed share."""

    def __init__(self, seed: int, trace: Callable[[str], None] | None = None) -> None:
        self.chances = Chances(seed)
        self.scheduler = Scheduler(self.chances.random)
        self.notebook = Notebook()
        self.counts: Counter[str] = self.chances.counts
        self.trace = trace
        self._is_skewed = self.chances.often(0.25)

    @property
    def now(self) -> float:
        """Seconds of the world since its noon."""
        return self.scheduler.now

    @property
    def moment(self) -> datetime:
        """The time of the world."""
        return NOON + timedelta(seconds=self.scheduler.now)

    @property
    def is_skewed(self) -> bool:
        """Whether the clocks of this seed's workers differ."""
        return self._is_skewed

    @property
    def worker(self) -> Worker | None:
        return self.scheduler.current

    def clock(self) -> datetime:
        """The time that the running worker sees."""
        worker = self.scheduler.current
        skew = worker.skew if worker else 0.0
        return NOON + timedelta(seconds=self.scheduler.now + skew)

    def sleep(self, seconds: float) -> None:
        """A sleep of the running worker."""
        self.scheduler.pause(seconds)
        self._check_deadline()

    def skew(self) -> float:
        """The skew of a new worker."""
        return self.chances.between(0, LONGEST_SKEW) if self._is_skewed else 0.0

    def call(self, label: str, effect: Callable[[], T], *, may_fail: bool = False) -> T:
        """One port call: other workers may run before its effect and after it."""
        self.before(label)
        if may_fail and self.chances.hits("busy table"):
            self.tell(label, "fails: the table is busy")
            self.scheduler.pause(self.chances.between(5, 25))
            self._check_deadline()
            raise LostRace("the tables were busy")
        try:
            result = effect()
        except Exception as error:
            self.tell(label, type(error).__name__)
            self.after(label)
            raise
        self.tell(label)
        self.after(label)
        return result

    def before(self, label: str) -> None:
        """The way to the port."""
        self.scheduler.pause(self.chances.cost())
        self._check_deadline()
        self.die_at("before", label)

    def after(self, label: str) -> None:
        """The way back from the port."""
        self.scheduler.pause(self.chances.cost())
        self._check_deadline()
        self.die_at("after", label)

    def die_at(self, *place: str) -> None:
        """Kill the running worker here, if the seed says so."""
        if self.worker is not None and self.chances.hits("death", scale=0.1):
            self.tell("dies", *place)
            raise Died(" ".join(place))

    def tell(self, *event: object) -> None:
        """Add a line to the trace."""
        if self.trace is not None:
            name = self.worker.name if self.worker else "world"
            self.trace(f"{self.now:12.3f}  {name:<12} {' '.join(map(str, event))}")

    def _check_deadline(self) -> None:
        worker = self.worker
        if worker is not None and worker.deadline is not None and self.now > worker.deadline:
            self.counts["timed out"] += 1
            self.tell("is killed by its time limit")
            raise Died("time limit")


class Watched:
    """A port whose every call goes through the stage."""

    def __init__(self, stage: Stage, name: str, port: Any) -> None:
        self._stage = stage
        self._name = name
        self._port = port

    def __getattr__(self, name: str) -> Any:
        effect, stage, label = getattr(self._port, name), self._stage, f"{self._name}.{name}"
        if not callable(effect):
            return effect
        may_fail = name in BUSY and self._name in ("runs", "rules", "deployments")

        def call(*arguments: Any, **named: Any) -> Any:
            return stage.call(label, lambda: effect(*arguments, **named), may_fail=may_fail)

        self.__dict__[name] = call
        return call


class WatchedHolds:
    """The hold table, and the table of their times; the notebook records each read of the holds.

    As the adapter does, it reads the holds first, and their times only if a hold names ids.
    """

    def __init__(self, stage: Stage, holds: MemoryHolds) -> None:
        self._stage, self._holds = stage, holds

    def active(self, organisation: str | None) -> Any:
        return [each for each in self.readings() if each.scope.is_in(organisation)]

    def readings(self) -> Any:
        stage = self._stage
        began = stage.now

        def read() -> Any:
            stage.notebook.hold_read(stage.worker, began, stage.now)
            return self._holds.untimed()

        holds = stage.call("holds.active", read)
        if not any(hold.conversation_ids for hold in holds):
            return holds
        times = stage.call("holds.times", lambda: dict(self._holds.times))
        return [hold.timed(times.get(hold.hold_id)) for hold in holds]

    def put_times(self, times: HeldTimes) -> None:
        self._stage.call("holds.put_times", lambda: self._holds.put_times(times))

    def progress(self, hold_id: str) -> HeldTimes | None:
        return self._holds.progress(hold_id)

    def put_progress(self, times: HeldTimes) -> None:
        self._holds.put_progress(times)


class WatchedStops:
    """The table of stops; the notebook records each read of it."""

    def __init__(self, stage: Stage, stops: MemoryStops) -> None:
        self._stage, self._stops = stage, stops

    def covering(self, call: Any) -> Any:
        stage = self._stage

        def read() -> Any:
            stage.notebook.stops_read(stage.worker, stage.now)
            return self._stops.covering(call)

        return stage.call("stops.covering", read)


class WatchedSeals:
    """The age of the seals; the notebook records each read of it."""

    def __init__(self, stage: Stage, seals: MemorySeals) -> None:
        self._stage, self._seals = stage, seals

    def obstacle(self, now: datetime) -> str | None:
        stage = self._stage

        def read() -> str | None:
            stage.notebook.seals_read(stage.worker, stage.now)
            return self._seals.obstacle(now)

        return stage.call("seals.obstacle", read)


class WatchedCancellations:
    """The cancellations of runs; the notebook records each read of them."""

    def __init__(self, stage: Stage, cancellations: MemoryCancellations) -> None:
        self._stage, self._cancellations = stage, cancellations

    def of(self, run_id: str) -> Any:
        stage = self._stage

        def read() -> Any:
            stage.notebook.cancellation_read(stage.worker, stage.now)
            return self._cancellations.of(run_id)

        return stage.call("cancellations.of", read)


class WatchedApprovals:
    """The table of approvals; the notebook records each read of one.

    A prepared write happens in the transaction of another store.
    """

    def __init__(self, stage: Stage, approvals: Any) -> None:
        self._stage, self._approvals = stage, approvals

    def __getattr__(self, name: str) -> Any:
        return getattr(self._approvals, name)

    def get(self, approval_id: str) -> Any:
        stage = self._stage

        def read() -> Any:
            stage.notebook.approval_read(stage.worker, approval_id, stage.now)
            return self._approvals.get(approval_id)

        return stage.call("approvals.get", read)

    def put(self, approval: Any, record: Any, also: Any = ()) -> None:
        self._stage.call("approvals.put", lambda: self._approvals.put(approval, record, also))


class WatchedPolicies:
    """The policies; the notebook records each read of the switch."""

    def __init__(self, stage: Stage, policies: Any) -> None:
        self._stage, self._policies = stage, policies

    def retention_matrix(self) -> Any:
        return self._stage.call("policies.retention_matrix", self._policies.retention_matrix)

    def purging_is_on(self) -> bool:
        stage = self._stage

        def read() -> bool:
            stage.notebook.switch_read(stage.worker, stage.now)
            return bool(self._policies.purging_is_on())

        return stage.call("policies.purging_is_on", read)
