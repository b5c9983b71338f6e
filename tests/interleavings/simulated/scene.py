"""One interleaving: one or two runs with their submitters, and people who act at any point."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from genesys_purge.model.batch import Batch, Entry
from genesys_purge.model.messages import BatchStep, Next
from genesys_purge.model.run import Plan, Run, RunStatus
from genesys_purge.settings import Settings

from tests import builders
from tests.interleavings.application import Purging
from tests.interleavings.documented import Conversations
from tests.interleavings.execution import Execution
from tests.interleavings.genesys import Part
from tests.interleavings.recordings import RecordingJobs
from tests.interleavings.simulated.genesys import DirectGenesys
from tests.interleavings.simulated.stores import PlainStores
from tests.interleavings.stage import Stage

METHODS = ("conversation_archive", "data_deletion", "recording_job")
# The port calls of a submitter, more or less; who acts later finds its job.
CALLS = {"conversation_archive": 20, "data_deletion": 22, "recording_job": 45}
# A person who gets no trigger acts after so many seconds.
AT_THE_LATEST = 600.0
# A batch that waits for a slot so many times has nothing to do with a person any more.
MOST_WAITS = 6


class Shape(NamedTuple):
    """What a seed decides about the runs: a few shapes, so that their records are built once."""

    method: str
    runs: int
    sizes: tuple[int, ...]


class CountedStage(Stage):
    """A stage with one turn for each port call, at which a waiting person may be woken."""

    def __init__(self, seed: int, trace: Callable[[str], None] | None = None) -> None:
        super().__init__(seed, trace)
        self._calls = 0
        self._alarms: dict[int | str, list[Any]] = {}

    def at_call(self, call: int | str, name: str, body: Callable[[], None]) -> None:
        """Add a worker that starts at the port call of this number, or at the first of a label."""
        worker = self.scheduler.add(name, body, start=AT_THE_LATEST)
        self._alarms.setdefault(call, []).append(worker)

    def before(self, label: str) -> None:
        self._calls += 1
        woken = [*self._alarms.pop(self._calls, ()), *self._alarms.pop(label, ())]
        for worker in woken:
            self.scheduler.wake(worker)
        if woken and self.chances.often(0.5):
            # A call that takes long, so that everything else may happen before its effect.
            self.scheduler.pause(self.chances.between(0.1, 1.5))
        super().before(label)

    def after(self, label: str) -> None:
        self.die_at("after", label)


class Submitting(Execution):
    """The part of an execution in which jobs are created, confirmed and, in some seeds, polled."""

    def __init__(self, stage: Stage, process: Callable[[], Any], last: frozenset[Next]) -> None:
        super().__init__(stage, process)
        self._last = last

    def is_over(self, step: BatchStep) -> bool:
        return step.next in self._last or step.attempt >= MOST_WAITS


class Scene:
    """The workers of one seed; a simulation adds its persons."""

    # The port calls around which the order decides.
    critical: tuple[str, ...] = ()

    def __init__(self, stage: CountedStage, stores: PlainStores) -> None:
        self.stage = stage
        self.stores = stores
        self.shape = shape_of(stage)
        self.plans = plans_of(self.shape)
        self.part = self._load()
        self.genesys = DirectGenesys(stage, self.part)
        jobs = stage.chances.random.choice((1, 1, 2, 5))
        self._settings = settings_of(jobs)
        # A two-step job becomes ready between two polls.
        self._is_polled = stage.chances.often(0.3) or self.shape.method == "recording_job"
        self._stopped: set[str] = set()

    def play(self) -> None:
        """Drive each batch by one or two workers, end a run in some seeds, and let people act."""
        stage, chances = self.stage, self.stage.chances
        for run, batches in self.plans:
            execution_ends = chances.often(0.15)
            for batch, _, _ in batches:
                for number in range(chances.random.choice((1, 1, 1, 2))):
                    self._submitter(f"{run.run_id}-{batch.number}-{number}", batch)
            if execution_ends:
                call = chances.random.randint(1, self.most_calls)
                stage.at_call(call, f"end-{run.run_id}", self._ending(run.run_id))
        self.people()
        stage.scheduler.run()

    def people(self) -> None:
        """Add the persons of the seed."""
        raise NotImplementedError

    def acts(self, name: str, body: Callable[[], None], share: float = 0.3) -> None:
        """Add a person who acts at a port call that the seed chooses, this share at a critical."""
        random = self.stage.chances.random
        call = random.randint(1, self.most_calls)
        when = random.choice(self.critical) if self.stage.chances.often(share) else call
        self.stage.at_call(when, name, body)

    @property
    def most_calls(self) -> int:
        """How many port calls the submitters make, more or less."""
        return CALLS[self.shape.method] * self.shape.runs * len(self.shape.sizes)

    def begins(self, execution: Execution, run_id: str) -> bool:  # noqa: ARG002  a hook
        """Whether the execution of a run goes on to its batches."""
        return True

    def _load(self) -> Part:
        """Store the runs, and return the platform with their records."""
        ends: dict[str, datetime] = {}
        for run, batches in self.plans:
            self.load(run, [(batch, entries) for batch, entries, _ in batches])
            for batch, _, records in batches:
                ends |= records
                owner = (run.run_id, batch.number)
                self.stage.notebook.owners |= dict.fromkeys(records, owner)
        self.stage.notebook.ends = ends
        if self.shape.method == "recording_job":
            return RecordingJobs(self.stage, tuple(ends))
        return Conversations(self.stage, ends, frozenset())

    def load(self, run: Run, batches: Sequence[tuple[Batch, Sequence[Entry]]]) -> None:
        """Store a run with its batches."""
        self.stores.runs.load(run, batches)

    def _process(self) -> Purging:
        return Purging(self.stage, self.stores, self.genesys, self._settings)

    def _submitter(self, name: str, batch: Batch) -> None:
        last = {Next.VERIFY, Next.DONE} if self._is_polled else set(Next) - {Next.SUBMIT}
        execution = Submitting(self.stage, self._process, frozenset(last))
        execution.is_stopped = lambda: batch.run_id in self._stopped
        step = BatchStep(run_id=batch.run_id, batch=batch.number)

        def submit() -> None:
            if self.begins(execution, batch.run_id):
                execution.drive(step)

        start = self.stage.chances.between(0.0, 0.5)
        self.stage.scheduler.add(name, submit, start=start, skew=self.stage.skew())

    def _ending(self, run_id: str) -> Callable[[], None]:
        """The end of an execution, after which FailPurge ends its run."""

        def end() -> None:
            self._stopped.add(run_id)
            Execution(self.stage, self._process).fail(run_id, "States.Timeout")

        return end


def shape_of(stage: Stage) -> Shape:
    """The method, one or two runs, and the sizes of the batches of each."""
    random = stage.chances.random
    method = random.choices(METHODS, (45, 15, 40))[0]
    sizes = random.choice(((1,), (2,), (3,), (1, 2)))
    return Shape(method, random.choice((1, 1, 2)), sizes)


@cache
def settings_of(jobs: int) -> Settings:
    """The settings of a deployment that may have so many jobs at once."""
    return Settings(concurrent_jobs=jobs)


Planned = tuple[Batch, Sequence[Entry], dict[str, datetime]]


@cache
def plans_of(shape: Shape) -> Sequence[tuple[Run, Sequence[Planned]]]:
    """The running runs of a shape with their batches, entries and records."""
    return [
        _plan(f"run-{number}", shape, number * sum(shape.sizes)) for number in range(shape.runs)
    ]


def _plan(run_id: str, shape: Shape, first: int) -> tuple[Run, Sequence[Planned]]:
    ids = builders.uuids(first + sum(shape.sizes))[first:]
    batches: list[Planned] = []
    for number, size in enumerate(shape.sizes):
        start = sum(shape.sizes[:number])
        batches.append(_batch(run_id, number, shape, ids[start : start + size], first + start))
    if shape.method == "data_deletion":
        request = builders.data_deletion()
    else:
        request = builders.request_of(shape.method, conversationIds=ids)
    plan = Plan(
        batches=len(batches),
        targeted=len(ids),
        skipped={},
        hash=run_id[-1] * 64,
        unit="records",
        deleted_unit="records",
    )
    run = builders.run(run_id=run_id, request=request, plan=plan, status=RunStatus.RUNNING)
    return run, batches


def _batch(run_id: str, number: int, shape: Shape, ids: Sequence[str], position: int) -> Planned:
    """A batch of ids, or of the window that contains their ends alone."""
    day = 395.0 - position
    ends = {
        each: builders.days_ago(day - offset) + timedelta(hours=1)
        for offset, each in enumerate(ids)
    }
    fields = {"run_id": run_id, "number": number, "total": len(shape.sizes), "planned": len(ids)}
    if shape.method == "data_deletion":
        window = builders.window(day, day - len(ids))
        return builders.batch(window=window, **fields), (), ends
    entries = [Entry(one, end, None, end - timedelta(hours=1)) for one, end in ends.items()]
    return builders.batch(**fields), entries, ends
