"""Workers submit batches while an operator places holds, whose conversations are looked up."""

from __future__ import annotations

from tests.interleavings.application import Stores
from tests.interleavings.operator import Operator
from tests.interleavings.pairs.runs import RUN, any_scene, ends_of, spread_scene
from tests.interleavings.stage import Stage


def play(stage: Stage, stores: Stores) -> None:
    """Drive each batch by one or two workers beside an operator, then complete the run.

    In some seeds, the batches are windows and the workers late, so that a window may be purged
    although conversations beside it are held.
    """
    chances = stage.chances
    is_spread = chances.often(0.4)
    scene = (spread_scene if is_spread else any_scene)(stage, stores)
    workers = chances.random.choice((1, 1, 2))
    for batch in stores.runs.batches(stores.runs.get(RUN)):
        for number in range(workers):
            scene.worker(f"submit-{batch.number}-{number}", batch.number, late=is_spread)
    most = 2 if is_spread else None
    stage.scheduler.add("operator", Operator(stage, stores, ends_of(scene), most=most))
    scene.look_up()
    stage.scheduler.run()
    chances.calm()
    scene.complete()
    scene.judge_end()
