"""Two planners of one run, and the batches of the plan that is stored."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.messages import BatchStep

from tests import builders
from tests.clock import NOON
from tests.interleavings.application import Stores
from tests.interleavings.documented import Conversations
from tests.interleavings.operator import Operator
from tests.interleavings.pairs.runs import RUN, RunScene
from tests.interleavings.stage import Stage

# With two ids to a batch, a planner that sees another hold shifts ids to other batches.
IDS, BATCH = 5, 2


def play(stage: Stage, stores: Stores) -> None:
    """Plan twice at once, drive every batch by one or both of the planners, complete the run."""
    ids = builders.conversation_ids(IDS)
    ends = {each: builders.days_ago(390) + timedelta(hours=n) for n, each in enumerate(ids)}
    scene = RunScene(stage, stores, Conversations(stage, ends, frozenset()), batch_size=BATCH)
    request = builders.conversation_archive(conversationIds=ids)
    run = builders.run(request=request, planner=None)
    record = AuditRecord(run_id=RUN, at=NOON, actor="tests", action=Action.RUN_SUBMITTED)
    stores.runs.create(run, record)
    both_drive = stage.chances.often(0.4)
    for number in range(2):
        stage.scheduler.add(
            f"plan-{number}",
            _planner(scene, drives=number == 0 or both_drive),
            start=stage.chances.between(0.0, 0.2),
            skew=stage.skew(),
        )
    if stage.chances.often(0.5):
        operator = Operator(stage, stores, ends)
        stage.scheduler.add("operator", lambda: operator.place(0), start=stage.chances.cost())
    stage.scheduler.run()
    stage.chances.calm()
    scene.complete()
    # A run that could not be planned may leave planned batches behind.
    scene.settle()
    scene.judge_end()


def _planner(scene: RunScene, *, drives: bool) -> Callable[[], None]:
    """The body of a worker that plans, and that perhaps drives the batches one after the other."""
    execution = scene.execution()

    def body() -> None:
        if not execution.plan(RUN) or not drives:
            return
        run = scene.stores.runs.get(RUN)
        for batch in scene.stores.runs.batches(run):
            execution.drive(BatchStep(run_id=RUN, batch=batch.number))

    return body
