"""Workers create, confirm and verify the recording jobs of the same batches."""

from __future__ import annotations

from datetime import timedelta

from genesys_purge.model.batch import Entry

from tests import builders
from tests.interleavings.application import Stores
from tests.interleavings.operator import Operator
from tests.interleavings.pairs.runs import RUN, RunScene
from tests.interleavings.recordings import RecordingJobs
from tests.interleavings.stage import Stage

# After so many seconds no call is on its way, and no job is on its way to READY.
SETTLED = 600.0


def play(stage: Stage, stores: Stores) -> None:
    """Drive one or two batches by one or two workers; sometimes a hold is placed."""
    chances = stage.chances
    ids = builders.uuids(chances.random.randint(1, 3))
    start = builders.days_ago(390)
    ends = {each: start + timedelta(hours=number + 1) for number, each in enumerate(ids)}
    jobs = RecordingJobs(stage, tuple(ids))
    scene = RunScene(stage, stores, jobs)
    parts = [ids[:1], ids[1:]] if len(ids) > 1 and chances.often(0.25) else [ids]
    scene.plan(
        builders.recording_job(conversationIds=ids),
        [
            (
                builders.batch(number=number, total=len(parts), planned=len(each)),
                [Entry(one, ends[one], None, ends[one] - timedelta(hours=1)) for one in each],
            )
            for number, each in enumerate(parts)
        ],
    )
    workers = chances.random.choice((1, 2, 2))
    for batch in stores.runs.batches(stores.runs.get(RUN)):
        for number in range(workers):
            late = number > 0 and chances.often(0.3)
            scene.worker(f"execute-{batch.number}-{number}", batch.number, late=late)
    if chances.often(0.25):
        operator = Operator(stage, stores, ends)
        start_of_hold = chances.between(0.0, 80.0)
        stage.scheduler.add("operator", lambda: operator.place(0), start=start_of_hold)
    stage.scheduler.run()
    chances.calm()
    scene.complete()
    scene.settle()
    stage.scheduler.pause(SETTLED)
    scene.judge_end()
    stage.notebook.problems += [
        ("waiting", f"{each} still waits for its confirmation") for each in jobs.waiting()
    ]
