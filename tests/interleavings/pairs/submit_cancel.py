"""Workers submit and confirm batches while somebody cancels the run."""

from __future__ import annotations

from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.cancellation import RunCancellation

from tests.clock import NOON
from tests.interleavings.application import Stores
from tests.interleavings.pairs.runs import RUN, any_scene
from tests.interleavings.stage import Stage


def play(stage: Stage, stores: Stores) -> None:
    """Drive each batch by one or two workers beside the cancellation, then complete the run."""
    scene = any_scene(stage, stores)
    workers = stage.chances.random.choice((1, 1, 2))
    for batch in stores.runs.batches(stores.runs.get(RUN)):
        for number in range(workers):
            scene.worker(f"submit-{batch.number}-{number}", batch.number)
    stage.scheduler.add("operator", lambda: _cancel(stage, stores))
    stage.scheduler.run()
    stage.chances.calm()
    scene.complete()
    scene.judge_end()


def _cancel(stage: Stage, stores: Stores) -> None:
    """Cancel the run at a moment that the seed chooses, unless it has ended."""
    long = stage.chances.often(0.6)
    stage.scheduler.pause(stage.chances.between(0.0, 300.0 if long else 3.0))
    if stores.runs.get(RUN).has_ended:
        return
    asked = RunCancellation(
        run_id=RUN, reason="the wrong queue", requested_at=NOON, requested_by="operator"
    )
    action = Action.RUN_CANCEL_REQUESTED
    stores.cancellations.put(asked, AuditRecord(run_id=RUN, at=NOON, actor="op", action=action))
    stage.notebook.cancelled = stage.now
    stage.counts["runs cancelled"] += 1
    stage.tell("cancels the run")
