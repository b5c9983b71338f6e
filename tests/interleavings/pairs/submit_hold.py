"""Workers submit batches while an operator places holds and turns purging off."""

from __future__ import annotations

from tests.interleavings.application import Stores
from tests.interleavings.operator import Operator
from tests.interleavings.pairs.runs import RUN, any_scene, ends_of
from tests.interleavings.stage import Stage


def play(stage: Stage, stores: Stores) -> None:
    """Drive each batch by one or two workers beside an operator, then complete the run."""
    scene, chances = any_scene(stage, stores), stage.chances
    workers = chances.random.choice((1, 1, 2))
    for batch in stores.runs.batches(stores.runs.get(RUN)):
        for number in range(workers):
            scene.worker(f"submit-{batch.number}-{number}", batch.number)
    stage.scheduler.add("operator", Operator(stage, stores, ends_of(scene)))
    stage.scheduler.run()
    chances.calm()
    scene.complete()
    scene.judge_end()
