"""Workers submit the same batches; sometimes there is only one, with repeated messages."""

from __future__ import annotations

from tests.interleavings.application import Stores
from tests.interleavings.pairs.runs import RUN, any_scene
from tests.interleavings.stage import Stage


def play(stage: Stage, stores: Stores) -> None:
    """Drive each batch by one to three workers, then complete the run."""
    scene, chances = any_scene(stage, stores), stage.chances
    workers = chances.random.choice((1, 2, 2, 2, 2, 3))
    for batch in stores.runs.batches(stores.runs.get(RUN)):
        for number in range(workers):
            late = number > 0 and chances.often(0.3)
            scene.worker(f"submit-{batch.number}-{number}", batch.number, late=late)
    stage.scheduler.run()
    chances.calm()
    scene.complete()
    scene.judge_end()
