"""What the pairs about runs share: a planned run, its workers, and its end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from genesys_purge.errors import PurgeError
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.batch import Batch, Entry
from genesys_purge.model.messages import BatchStep
from genesys_purge.model.run import Plan, RunStatus
from genesys_purge.settings import Settings

from tests import builders
from tests.clock import NOON
from tests.interleavings.application import Purging, Stores, client_of
from tests.interleavings.documented import Conversations
from tests.interleavings.execution import Execution
from tests.interleavings.genesys import Genesys, Part
from tests.interleavings.stage import Died, Stage

RUN = "run-1"
# The sweep runs every five minutes; hours between the later ones make a seed cheaper.
SWEEPS_OF_HOLDS = 8
FIRST_SWEEPS, LATER_SWEEPS = [300.0] * 12, [6 * 3_600.0] * 12


class RunScene:
    """A stored run with one or two planned batches, and the workers of their messages."""

    def __init__(
        self, stage: Stage, stores: Stores, part: Part, *, batch_size: int = 1_000
    ) -> None:
        self._settings = Settings(batch_size=batch_size)
        self.stage = stage
        self.stores = stores
        self.part = part
        self.genesys = Genesys(stage, part)

    def plan(self, request: Mapping[str, Any], batches: list[tuple[Batch, list[Entry]]]) -> None:
        """Store the run as running, with these batches."""
        runs = self.stores.runs
        run = runs.create(builders.run(request=request), _record(Action.RUN_SUBMITTED))
        for batch, entries in batches:
            runs.put_batch(batch, entries, builders.PLANNER)
        plan = Plan(
            batches=len(batches),
            targeted=sum(batch.planned for batch, _ in batches),
            skipped={},
            hash="0" * 64,
            unit="records",
            deleted_unit="records",
        )
        running = run.model_copy(update={"plan": plan, "status": RunStatus.RUNNING})
        runs.plan(running, _record(Action.RUN_PLANNED))

    def execution(self) -> Execution:
        """The loop of a worker, whose processes start without a token."""

        return Execution(self.stage, self._process)

    def _process(self) -> Purging:
        client = client_of(self.stage, self.stores, self.genesys)
        return Purging(self.stage, self.stores, client, self._settings)

    def worker(self, name: str, number: int, *, late: bool = False) -> Execution:
        """A worker that drives a batch to its end."""
        execution, chances = self.execution(), self.stage.chances
        step = BatchStep(run_id=RUN, batch=number)
        start = chances.between(0.0, 90.0) if late else chances.between(0.0, 0.2)
        self.stage.scheduler.add(
            name, lambda: execution.drive(step), start=start, skew=self.stage.skew()
        )
        return execution

    def look_up(self) -> None:
        """A worker that looks up held conversations, as its schedule invokes it."""
        self.stage.scheduler.add("look-up", self._look_up, skew=self.stage.skew())

    def _look_up(self) -> None:
        for _ in range(SWEEPS_OF_HOLDS):
            self.stage.notebook.new_invocation(self.stage.worker)
            with suppress(Died, PurgeError):
                sweeper = self._process()
                sweeper.look_up(isolated)
            self.stage.scheduler.pause(self.stage.chances.between(1.0, 20.0))

    def complete(self) -> None:
        """End the run without faults."""
        execution = self.execution()
        self.stage.scheduler.add("complete", lambda: execution.complete(RUN))
        self.stage.scheduler.run()

    def settle(self) -> None:
        """Sweep as SettleRuns does, until the run is settled."""
        self.stage.scheduler.add("sweep", self._sweep)
        self.stage.scheduler.run()

    def _sweep(self) -> None:
        sweeper = self._process()
        for pause in (*FIRST_SWEEPS, *LATER_SWEEPS):
            run = self.stores.runs.get(RUN)
            if run.is_settled:
                return
            sweeper.settle_run(run, isolated)
            self.stage.scheduler.pause(pause)
        self.stage.notebook.problems.append(("open", "the run is not settled after three days"))

    def judge_end(self) -> None:
        """Note a run that has not finished, and batches that stay open."""
        problems = self.stage.notebook.problems
        run = self.stores.runs.get(RUN)
        if run.status is not RunStatus.FINISHED:
            problems.append(("open", f"the run is {run.status}"))
        for batch in self.stores.runs.batches(run):
            if not batch.has_ended:
                problems.append(("open", f"batch {batch.number} stays {batch.state}"))


def ids_scene(stage: Stage, stores: Stores) -> RunScene:
    """One or two batches of conversation ids; sometimes Genesys protects one of them."""
    random = stage.chances.random
    count = random.randint(1, 6)
    ids = builders.conversation_ids(count)
    ends = {each: builders.days_ago(390) + timedelta(hours=n) for n, each in enumerate(ids)}
    protected = frozenset(random.sample(ids, 1)) if stage.chances.often(0.15) else frozenset()
    part = Conversations(stage, ends, protected)
    scene = RunScene(stage, stores, part)
    middle = random.randint(1, count)
    parts = [each for each in (ids[:middle], ids[middle:]) if each]
    batches = [
        (
            builders.batch(number=number, total=len(parts), planned=len(each)),
            [Entry(one, ends[one], None) for one in each],
        )
        for number, each in enumerate(parts)
    ]
    scene.plan(builders.conversation_archive(conversationIds=ids), batches)
    return scene


def window_scene(stage: Stage, stores: Stores) -> RunScene:
    """One batch that is a window."""
    count = stage.chances.random.randint(1, 6)
    ends = {
        each: builders.days_ago(390) + timedelta(hours=number)
        for number, each in enumerate(builders.conversation_ids(count))
    }
    part = Conversations(stage, ends, frozenset())
    scene = RunScene(stage, stores, part)
    batch = builders.batch(window=builders.window(), planned=count)
    scene.plan(builders.data_deletion(), [(batch, [])])
    return scene


def spread_scene(stage: Stage, stores: Stores) -> RunScene:
    """Two or three windows with records on several days, which may be held one by one."""
    random = stage.chances.random
    days = sorted(random.sample(range(367, 396), random.randint(2, 6)))
    ids = builders.conversation_ids(len(days))
    ends = dict(zip(ids, map(builders.days_ago, days), strict=True))
    scene = RunScene(stage, stores, Conversations(stage, ends, frozenset()))
    windows = list(builders.window().split(random.choice((10, 15))))
    batches = [
        builders.batch(
            number=number,
            total=len(windows),
            window=each,
            planned=sum(map(each.contains, ends.values())),
        )
        for number, each in enumerate(windows)
    ]
    scene.plan(builders.data_deletion(), [(batch, []) for batch in batches])
    return scene


def any_scene(stage: Stage, stores: Stores) -> RunScene:
    """Batches of ids, or a window."""
    return (window_scene if stage.chances.often(0.35) else ids_scene)(stage, stores)


def ends_of(scene: RunScene) -> Mapping[str, datetime]:
    """The records of a scene with the documented methods."""
    assert isinstance(scene.part, Conversations)
    return scene.part.ends


def isolated(run_id: str, work: Callable[[], None], *, batch: int | None = None) -> bool:  # noqa: ARG001  the port's signature
    """Whether the work succeeded; its error stops no other work of the sweep."""
    try:
        work()
    except PurgeError:
        return False
    return True


def _record(action: Action) -> AuditRecord:
    return AuditRecord(run_id=RUN, at=NOON, actor="tests", action=action)
