"""In-memory twins of every port; the tests of the adapters also run against them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from threading import RLock
from typing import TYPE_CHECKING, Any, TypeVar

import orjson
from genesys_purge import ports
from genesys_purge.calling.pace import Budget, farthest
from genesys_purge.calling.slots import Pool, PoolKey, SlotStore
from genesys_purge.errors import FieldError, InvalidRequest, LostRace, Misconfigured, NotFound
from genesys_purge.methods.ports import IdList, IdLists
from genesys_purge.model.audit import AuditPosition, AuditRecord
from genesys_purge.model.batch import Batch, BatchRef, Entry
from genesys_purge.model.cancellation import RunCancellation
from genesys_purge.model.execution_state import ExecutionState
from genesys_purge.model.held_times import HeldTimes
from genesys_purge.model.holds import Hold
from genesys_purge.model.listing import DEFAULT_ORGANISATION, Listing
from genesys_purge.model.poll import Poll
from genesys_purge.model.retention import RetentionMatrix, default_matrix
from genesys_purge.model.run import Run, RunStatus
from genesys_purge.model.run_summary import RunPage, RunSummary, Searched
from genesys_purge.model.skipped import SkippedRecord
from genesys_purge.model.stops import Stop, Stoppable, UnreadableStop
from genesys_purge.model.wire import Wire
from genesys_purge.ports import AuditPage, BatchPage, Prepared, RulePage
from genesys_purge.purging.ports import Executions, Manifests, OpenRuns, PollStore, RunList

from tests.approval_fakes import commit
from tests.clock import Clock
from tests.listed_pages import Row, page_of
from tests.scripted_genesys import ScriptedGenesys

W = TypeVar("W", bound=Wire)


def _kept(record: W) -> W:
    """The record as a table returns it: parsed from its JSON."""
    return record.model_validate_json(record.model_dump_json(by_alias=True, exclude_none=True))


def _row(run: RunSummary) -> Row[RunSummary]:
    values = {"status": run.status, "method": run.method, "outcome": run.outcome}
    organisation = {"organisation": run.organisation or DEFAULT_ORGANISATION}
    return Row(run, run.position, values | organisation)


def _is_planned_by(stored: Run, planner: str | None) -> bool:
    return stored.status is RunStatus.SUBMITTED and stored.planner == planner


def _position(record: AuditRecord) -> AuditPosition:
    return AuditPosition(at=record.at, run_id=record.run_id, sequence=record.sequence)


def _in_time(position: AuditPosition) -> tuple[datetime, str, int]:
    return position.at, position.run_id, position.sequence


class MemoryAuditLog:
    """The log of every run, numbered from 1."""

    _kept = staticmethod(_kept)

    def __init__(self) -> None:
        self._lock = RLock()
        self._records: dict[str, list[AuditRecord]] = defaultdict(list)

    def append(self, record: AuditRecord) -> None:
        with self._lock:
            log = self._records[record.run_id]
            log.append(self._kept(record.model_copy(update={"sequence": len(log) + 1})))

    def record_once(self, record: AuditRecord) -> bool:
        with self._lock:
            log = self._records[record.run_id]
            if any(stored.sequence == record.sequence for stored in log):
                return False
            log.append(self._kept(record))
            return True

    def of_rule(self, rule_id: str, after: AuditPosition | None, limit: int) -> RulePage:
        mine = [record for record in self.every if record.rule_id == rule_id]
        ordered = sorted(mine, key=lambda record: _in_time(_position(record)))
        begin = _in_time(after) if after else None
        later = [each for each in ordered if begin is None or _in_time(_position(each)) > begin]
        return RulePage(later[:limit], _position(later[limit - 1]) if later[limit:] else None)

    def page(self, run_id: str, start: int, limit: int) -> AuditPage:
        later = [record for record in self._records[run_id] if record.sequence >= start]
        following = later[limit].sequence if len(later) > limit else None
        return AuditPage(later[:limit], following)

    def of(self, run_id: str) -> Sequence[AuditRecord]:
        return tuple(self._records[run_id])

    @property
    def every(self) -> Sequence[AuditRecord]:
        """Every record, run by run."""
        return tuple(record for log in self._records.values() for record in log)


class MemoryRuns:
    """Runs, batches and manifests; `before_write` receives each write's name, and may raise."""

    _kept = staticmethod(_kept)

    def __init__(self, audit: MemoryAuditLog) -> None:
        self._audit = audit
        self._lock = RLock()
        self._runs: dict[str, Run] = {}
        self._batches: dict[tuple[str, int], Batch] = {}
        self._manifests: dict[tuple[str, int], tuple[Entry, ...]] = {}
        self._skipped: dict[tuple[str, int], tuple[SkippedRecord, ...]] = {}
        self._progress: dict[str, bytes] = {}
        self.cancelled: dict[str, RunCancellation] = {}
        self.before_write: Callable[[str], None] = lambda name: None

    def create(self, run: Run, record: AuditRecord, also: Sequence[Prepared] = ()) -> Run:
        self.before_write("create")
        with self._lock:
            if run.run_id in self._runs:
                return self._runs[run.run_id]
            commit(also)
            self._runs[run.run_id] = self._kept(run)
            self._audit.append(record)
            return run

    def get(self, run_id: str) -> Run:
        if run_id not in self._runs:
            raise NotFound(f"there is no run {run_id}")
        return self._runs[run_id]

    def begin_plan(self, run: Run) -> None:
        self.before_write("begin_plan")
        with self._lock:
            self._require(run.run_id, lambda stored: stored.status is RunStatus.SUBMITTED)
            self._runs[run.run_id] = self._kept(run)

    def put_batch(self, batch: Batch, entries: Sequence[Entry], planner: str) -> None:
        self.before_write("put_batch")
        with self._lock:
            self._require(batch.run_id, lambda stored: _is_planned_by(stored, planner))
            self._batches[batch.run_id, batch.number] = self._kept(batch)
            self._manifests[batch.run_id, batch.number] = tuple(entries)

    def put_skipped(
        self, run_id: str, chunk: int, skipped: Sequence[SkippedRecord], planner: str
    ) -> None:
        self.before_write("put_skipped")
        with self._lock:
            self._require(run_id, lambda stored: _is_planned_by(stored, planner))
            self._skipped[run_id, chunk] = tuple(skipped)

    def pause_plan(self, run: Run, progress: Mapping[str, Any]) -> None:
        self.before_write("pause_plan")
        self._replace(run, None, lambda stored: _is_planned_by(stored, run.planner))
        self._progress[run.run_id] = orjson.dumps(progress)

    def progress(self, run: Run) -> Mapping[str, Any] | None:
        stored = self._progress.get(run.run_id) if run.planning and run.planning.turns else None
        return orjson.loads(stored) if stored else None

    def plan(self, run: Run, record: AuditRecord, also: Sequence[Prepared] = ()) -> None:
        self.before_write("plan")
        with self._lock:
            self._require(run.run_id, lambda stored: _is_planned_by(stored, run.planner))
            commit(also)
            self._replace(run, record, lambda stored: _is_planned_by(stored, run.planner))

    def begin(self, run: Run) -> None:
        self.before_write("begin")
        self._replace(run, None, lambda stored: stored.status is RunStatus.AWAITING_APPROVAL)

    def finish(self, run: Run, record: AuditRecord) -> None:
        self.before_write("finish")
        if run.cancellation is None and run.run_id in self.cancelled:
            raise LostRace("the run was cancelled")
        self._report(run, record, lambda stored: stored.status is not RunStatus.FINISHED)

    def revise(self, run: Run, record: AuditRecord | None = None) -> None:
        self.before_write("revise")

        def follows(stored: Run) -> bool:
            return stored.status is RunStatus.FINISHED and stored.revision == run.revision - 1

        if record:
            self._report(run, record, follows)
        else:
            self._replace(run, None, follows)

    def _report(self, run: Run, record: AuditRecord, allowed: Callable[[Run], bool]) -> None:
        with self._lock:
            sequence = len(self._audit.of(run.run_id)) + 1
            self._replace(run.model_copy(update={"reported_in": sequence}), record, allowed)

    def batch(self, run_id: str, number: int) -> Batch:
        if (run_id, number) not in self._batches:
            raise NotFound(f"run {run_id} has no batch {number}")
        return self._batches[run_id, number]

    def batches(self, run: Run) -> Sequence[Batch]:
        return self._batches_from(run, 0)

    def batch_page(self, run: Run, start: int, limit: int) -> BatchPage:
        later = self._batches_from(run, start)
        return BatchPage(later[:limit], later[limit].number if len(later) > limit else None)

    def _batches_from(self, run: Run, start: int) -> Sequence[Batch]:
        mine = sorted(key for key in self._batches if key[0] == run.run_id)
        return [self._batches[key] for key in mine if start <= key[1] < run.planned_batches]

    def manifest(self, batch: Batch) -> Sequence[Entry]:
        return self._entries(batch.run_id, batch.number)

    def _entries(self, run_id: str, number: int) -> Sequence[Entry]:
        return self._manifests.get((run_id, number), ())

    def skipped(self, run_id: str, chunk: int) -> Sequence[SkippedRecord]:
        return self._skipped.get((run_id, chunk), ())

    def intend(self, batch: Batch, also: Sequence[Prepared] = ()) -> None:
        self.before_write("intend")
        with self._lock:
            self._require(batch.run_id, lambda stored: stored.status is RunStatus.RUNNING)
            self._advance(batch, also)

    def advance(self, batch: Batch, record: AuditRecord | None = None) -> None:
        self.before_write("advance")
        with self._lock:
            self._advance(batch)
            if record:
                self._audit.append(record)

    def _advance(self, batch: Batch, also: Sequence[Prepared] = ()) -> None:
        stored = self._batches.get((batch.run_id, batch.number))
        if stored is None or stored.version != batch.version - 1:
            raise LostRace("another worker changed the record")
        commit(also)
        self._batches[batch.run_id, batch.number] = self._kept(batch)

    def oldest_first(self) -> Iterator[str]:
        """Implements `OpenRuns`."""
        for run in sorted(self._runs.values(), key=lambda run: run.submitted_at):
            if not run.is_settled:
                yield run.run_id

    def page(self, listing: Listing) -> RunPage:
        """Implements `RunList`."""
        rows = [_row(RunSummary.of(run)) for run in self._runs.values()]
        return RunPage(*page_of(rows, listing))

    def search(self, run: RunSummary, conversation_id: str, start: str | None) -> Searched:
        """Implements `Manifests`; each step searches one list of ids."""
        lists = [*self._lists_of(run)]
        number = int((start or "run#0").partition("#")[2])
        following = f"run#{number + 1}" if number + 1 < len(lists) else None
        found = conversation_id.casefold() in {each.casefold() for each in lists[number]}
        return Searched(is_found=found, following=None if found else following, size=1)

    def _lists_of(self, run: RunSummary) -> Iterator[list[str]]:
        for batch in range(run.plan.batches if run.plan else 0):
            yield [each.conversation_id for each in self._entries(run.run_id, batch)]
        for chunk in range(run.skipped_chunks):
            yield [each.conversation_id or "" for each in self.skipped(run.run_id, chunk)]
        yield []

    def _replace(
        self, run: Run, record: AuditRecord | None, allowed: Callable[[Run], bool]
    ) -> None:
        with self._lock:
            self._require(run.run_id, allowed)
            self._runs[run.run_id] = self._kept(run)
            if record:
                self._audit.append(record)

    def _require(self, run_id: str, allowed: Callable[[Run], bool]) -> None:
        stored = self._runs.get(run_id)
        if stored is None or not allowed(stored):
            raise LostRace("another worker changed the record")


class MemoryCancellations:
    """The cancellations of the runs in a table of runs."""

    def __init__(self, runs: MemoryRuns, audit: MemoryAuditLog) -> None:
        self._runs = runs
        self._audit = audit

    def of(self, run_id: str) -> RunCancellation | None:
        return self._runs.cancelled.get(run_id)

    def put(self, cancellation: RunCancellation, record: AuditRecord) -> None:
        run_id = cancellation.run_id
        if run_id in self._runs.cancelled or self._runs.get(run_id).has_ended:
            raise LostRace("the run is cancelled, or has ended")
        self._runs.cancelled[run_id] = cancellation
        self._audit.append(record)


class MemoryHolds:
    """The holds in `placed`, with the looked-up `times` of each; `unreadable` are errors."""

    def __init__(self, now: ports.Clock) -> None:
        self.placed: list[Hold] = []
        self.unreadable: list[Misconfigured] = []
        self.times: dict[str, HeldTimes] = {}
        self.looked_up: dict[str, HeldTimes] = {}
        self._now = now

    def active(self, organisation: str | None) -> Sequence[Hold]:
        for error in self.unreadable:
            raise error
        return [each for each in self._timed() if each.scope.is_in(organisation)]

    def readings(self) -> Sequence[Hold | Misconfigured]:
        return [*self.unreadable, *self._timed()]

    def untimed(self) -> Sequence[Hold]:
        """The active holds as they were placed."""
        now = self._now()
        return [hold for hold in self.placed if hold.is_active(now)]

    def _timed(self) -> Sequence[Hold]:
        return [hold.timed(self.times.get(hold.hold_id)) for hold in self.untimed()]

    def put_times(self, times: HeldTimes) -> None:
        self.times[times.hold_id] = times

    def progress(self, hold_id: str) -> HeldTimes | None:
        return self.looked_up.get(hold_id)

    def put_progress(self, times: HeldTimes) -> None:
        self.looked_up[times.hold_id] = times


class MemoryStops:
    """The stops in `placed`, by id; `before_read` may raise."""

    def __init__(self) -> None:
        self.placed: dict[str, Stop | UnreadableStop] = {}
        self.before_read: Callable[[], None] = lambda: None

    def covering(self, call: Stoppable) -> Sequence[Stop | UnreadableStop]:
        self.before_read()
        found = [self.placed[each] for each in call.stop_ids if each in self.placed]
        return [each for each in found if each.is_in_force]

    def last_long_end(self, call: Stoppable) -> datetime | None:
        self.before_read()
        found = [self.placed[each] for each in call.stop_ids if each in self.placed]
        ends = [each.last_long_end for each in found if isinstance(each, Stop)]
        return max(filter(None, ends), default=None)


class MemorySeals:
    """The seals of the audit; `why` says why they are too old."""

    def __init__(self) -> None:
        self.why: str | None = None

    def obstacle(self, now: datetime) -> str | None:
        assert now.tzinfo
        return self.why


class MemoryPolicies:
    """The shipped matrix, and a switch that is on by default."""

    def __init__(self) -> None:
        self.matrix = default_matrix()
        self.switch = "on"

    def retention_matrix(self) -> RetentionMatrix:
        return self.matrix

    def purging_is_on(self) -> bool:
        return self.switch.strip() == "on"


class MemoryIdLists:
    """The lists in `objects`, by URL."""

    def __init__(self) -> None:
        self.objects: dict[str, Sequence[str]] = {}

    def read(self, url: str, version: str | None = None) -> IdList:
        if url not in self.objects:
            raise InvalidRequest([FieldError("conversationIdsFrom", f"{url} does not exist")])
        current = str(hash(tuple(self.objects[url])))
        if version not in (None, current):
            raise InvalidRequest([FieldError("conversationIdsFrom", f"{url} was changed")])
        return IdList(current, iter(self.objects[url]))


class MemorySlots:
    """The pools by key; `before_write` may raise."""

    def __init__(self) -> None:
        self.pools: dict[PoolKey, Pool] = {}
        self.before_write: Callable[[], None] = lambda: None

    def read(self, key: PoolKey) -> Pool:
        return self.pools.get(key, Pool())

    def write(self, key: PoolKey, pool: Pool) -> None:
        self.before_write()
        if self.read(key).version != pool.version:
            raise LostRace("another worker changed the slots")
        self.pools[key] = pool._replace(version=pool.version + 1)


class MemoryBudget:
    """The line of an organisation's calls; it is free from `free_at` on."""

    def __init__(self) -> None:
        self.free_at: datetime | None = None
        self.booked: list[float] = []

    def book(self, seconds: float, at: datetime, ahead: float) -> datetime | None:
        is_wrong = self.free_at is not None and self.free_at > farthest(at, seconds)
        start = at if self.free_at is None or is_wrong else max(self.free_at, at)
        if start > at + timedelta(seconds=ahead):
            return None
        self.free_at = start + timedelta(seconds=seconds)
        self.booked.append(seconds)
        return start


class MemoryPolls:
    """The last poll of each batch; `before_put` may raise."""

    def __init__(self) -> None:
        self.stored: dict[BatchRef, Poll] = {}
        self.before_put: Callable[[], None] = lambda: None

    def last(self, batch: BatchRef) -> Poll | None:
        return self.stored.get(batch)

    def put(self, poll: Poll, after: int) -> None:
        self.before_put()
        ref = BatchRef(poll.run_id, poll.batch)
        if ref in self.stored and self.stored[ref].number != after:
            raise LostRace("another worker polled the job")
        self.stored[ref] = _kept(poll)

    def between(self, run_id: str, first: int, last: int) -> Mapping[int, Poll]:
        found = {ref.number: poll for ref, poll in self.stored.items() if ref.run_id == run_id}
        return {number: poll for number, poll in found.items() if first <= number <= last}


class MemoryExecutions:
    """Stores the started runs, and those whose execution has ended; `before_start` may raise."""

    def __init__(self) -> None:
        self.started: list[str] = []
        self.ended: set[str] = set()
        self.before_start: Callable[[], None] = lambda: None

    def start(self, run_id: str) -> None:
        self.before_start()
        if run_id not in self.started:
            self.started.append(run_id)

    def state(self, run_id: str) -> ExecutionState:
        if run_id not in self.started:
            return ExecutionState.MISSING
        return ExecutionState.ENDED if run_id in self.ended else ExecutionState.RUNNING


class MemoryMeter:
    """Adds up counts; keeps the last duration and dimensions of each metric."""

    def __init__(self) -> None:
        self.counts: dict[str, float] = defaultdict(float)
        self.durations: dict[str, float] = {}
        self.dimensions: dict[str, tuple[str | None, str | None]] = {}

    def count(
        self,
        name: str,
        value: float = 1,
        *,
        method: str | None = None,
        organisation: str | None = None,
    ) -> None:
        self.counts[name] += value
        self.dimensions[name] = (method, organisation)

    def seconds(
        self,
        name: str,
        value: float,
        *,
        method: str | None = None,
        organisation: str | None = None,
    ) -> None:
        self.durations[name] = value
        self.dimensions[name] = (method, organisation)


if TYPE_CHECKING:
    _runs: ports.Runs = MemoryRuns(MemoryAuditLog())
    _audit: ports.AuditLog = MemoryAuditLog()
    _holds: ports.Holds = MemoryHolds(Clock())
    _policies: ports.Policies = MemoryPolicies()
    _id_lists: IdLists = MemoryIdLists()
    _slots: SlotStore = MemorySlots()
    _budget: Budget = MemoryBudget()
    _polls: PollStore = MemoryPolls()
    _run_list: RunList = MemoryRuns(MemoryAuditLog())
    _manifests: Manifests = MemoryRuns(MemoryAuditLog())
    _open_runs: OpenRuns = MemoryRuns(MemoryAuditLog())
    _executions: Executions = MemoryExecutions()
    _meter: ports.Meter = MemoryMeter()
    _genesys: ports.Genesys = ScriptedGenesys()
