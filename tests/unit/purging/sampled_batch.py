"""Completed recording jobs, and a Genesys that still has recordings of some conversations."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from genesys_purge.methods.recording_job.metadata import METADATA
from genesys_purge.methods.recording_job.protection import ASK
from genesys_purge.methods.recording_job.two_step import STATUS
from genesys_purge.methods.recording_job.verdict import FAILED
from genesys_purge.model.batch import BatchState
from genesys_purge.model.drawing import drawn, seed_of
from genesys_purge.model.messages import BatchStep, Next

from tests import builders
from tests.clock import NOON
from tests.unit.purging.recording_batch import entries
from tests.unit.workbench import Workbench

NONE: dict[str, Any] = {"entities": []}
LEFT: dict[str, Any] = {"entities": [{"fileState": "AVAILABLE"}]}
SAMPLE = {"mode": "sample", "confidence": 0.9, "tolerance": 0.04}
SEED = seed_of("0" * 64, 0)
NO_HOOK: Callable[[], None] = lambda: None  # noqa: E731  a default of a hook


def completed(
    bench: Workbench, size: int = 60, request: Mapping[str, Any] | None = None, **changes: Any
) -> BatchStep:
    """The step of a batch whose job has ended; `request` in camelCase, changes in snake_case."""
    fields: dict[str, Any] = {"planned": size, "pending": (), "job_id": "job-1", "ended_at": NOON}
    batch = builders.batch(state=BatchState.COMPLETED, deleted=size, **fields | changes)
    asked = builders.recording_job(**{"verification": SAMPLE} | dict(request or {}))
    step = bench.planned(batch, request=asked, entries=entries(size))
    return step.model_copy(update={"next": Next.VERIFY})


def genesys_with(
    bench: Workbench, survivors: Collection[int], before: Callable[[], None] = NO_HOOK
) -> None:
    """Let Genesys have recordings of these conversations; `before` is called at each look."""
    left = {each for at, each in enumerate(builders.uuids(1_000)) if at in survivors}

    def answer(_: Mapping[str, Any]) -> Mapping[str, Any]:
        before()
        return LEFT if bench.genesys.calls[-1].path["conversation_id"] in left else NONE

    totals = {"totalFailedRecordings": 0, "totalProcessedRecordings": 60}
    bench.genesys.on(STATUS, {"state": "FULFILLED", "totalSkippedRecordings": 0} | totals)
    bench.genesys.on(FAILED, NONE)
    bench.genesys.on(ASK, NONE)
    bench.genesys.on(METADATA, answer)


def looked_at(bench: Workbench) -> list[int]:
    """The numbers of the conversations that were looked at, in order."""
    numbers = {each: at for at, each in enumerate(builders.uuids(1_000))}
    calls = [call for call in bench.genesys.calls if call.operation == METADATA]
    return [numbers[call.path["conversation_id"]] for call in calls]


def sample_of(size: int, records: int = 60) -> list[int]:
    """The sample of a batch, in order of rank."""
    return drawn(enumerate(builders.uuids(records)), SEED, size)


def drive(bench: Workbench, step: BatchStep) -> BatchStep:
    """Take the turns of the verification to its end."""
    for _ in range(1_000):
        if step.next is Next.DONE:
            return step
        bench.clock.wait(step.wait_seconds)
        step = bench.verify_batch(step)
    raise AssertionError("the verification does not end")
