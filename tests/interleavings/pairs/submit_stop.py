"""Workers submit batches while somebody stops deletion, or the seals are too old for a while."""

from __future__ import annotations

from genesys_purge.model.stops import StopScope

from tests import builders
from tests.interleavings.application import Stores
from tests.interleavings.pairs.runs import RUN, any_scene
from tests.interleavings.stage import Stage

SCOPES = (
    (StopScope.ALL, None),
    (StopScope.ORGANISATION, "default"),
    (StopScope.RUN, RUN),
)


def play(stage: Stage, stores: Stores) -> None:
    """Drive each batch by one or two workers beside the stops, then complete the run."""
    scene = any_scene(stage, stores)
    workers = stage.chances.random.choice((1, 1, 2))
    for batch in stores.runs.batches(stores.runs.get(RUN)):
        for number in range(workers):
            scene.worker(f"submit-{batch.number}-{number}", batch.number)
    stage.scheduler.add("operator", lambda: _stop_and_resume(stage, stores))
    stage.scheduler.run()
    stage.chances.calm()
    scene.complete()
    scene.judge_end()


def _stop_and_resume(stage: Stage, stores: Stores) -> None:
    """Stop one to three times, at moments that the seed chooses, and always resume."""
    chances = stage.chances
    for _ in range(chances.random.randint(1, 3)):
        long = chances.often(0.4)
        stage.scheduler.pause(chances.between(0.0, 150.0 if long else 3.0))
        if chances.often(0.3):
            _leave_unsealed(stage, stores)
            continue
        scope, name = chances.random.choice(SCOPES)
        stop = builders.stop(scope, name)
        stores.stops.placed[stop.stop_id] = stop
        stage.notebook.stopped.append((stage.now, None))
        stage.counts["stops placed"] += 1
        stage.tell(f"stops {stop.stop_id}")
        stage.scheduler.pause(chances.between(0.5, 600.0))
        stores.stops.placed.clear()
        stage.notebook.resumed(stage.now)
        stage.tell("resumes deletion")


def _leave_unsealed(stage: Stage, stores: Stores) -> None:
    """Let the seals be too old for a while."""
    stores.seals.why = "records are not sealed"
    stage.notebook.unsealed.append((stage.now, None))
    stage.counts["seals too old"] += 1
    stage.tell("seals are too old")
    stage.scheduler.pause(stage.chances.between(0.5, 600.0))
    stores.seals.why = None
    stage.notebook.sealed(stage.now)
    stage.tell("the audit is sealed again")
