"""A run ends while a batch is being submitted: by an error outside the batch, or too early."""

from __future__ import annotations

from tests.interleavings.application import Stores
from tests.interleavings.pairs.runs import RUN, any_scene
from tests.interleavings.stage import Stage


def play(stage: Stage, stores: Stores) -> None:
    """Submit the batches, and end the run by FailPurge or CompletePurge in the meantime.

    In some seeds the end also stops the executions of the batches, as Step Functions does when
    an execution is aborted: then only the invocations in flight go on.
    """
    scene, chances = any_scene(stage, stores), stage.chances
    stops, ended = chances.often(0.5), stage.notebook.run_ended
    for batch in stores.runs.batches(stores.runs.get(RUN)):
        for number in range(chances.random.choice((1, 1, 2))):
            execution = scene.worker(f"submit-{batch.number}-{number}", batch.number)
            if stops:
                execution.is_stopped = lambda: RUN in ended
    ending = scene.execution()
    fails = chances.often(0.6)

    def end() -> None:
        stage.scheduler.pause(chances.between(0.0, 60.0 if chances.often(0.3) else 2.0))
        if fails:
            ending.fail(RUN, "States.Timeout")
        else:
            ending.complete(RUN)

    stage.scheduler.add("end", end, skew=stage.skew())
    stage.scheduler.run()
    chances.calm()
    scene.complete()
    scene.settle()
    scene.judge_end()
