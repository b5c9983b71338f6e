"""Answers that arrive after the batch went on: a job never counts for a part it was not asked."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.errors import GenesysUnavailable, LostRace
from genesys_purge.methods.documented.conversation_archive import LOOK_UP, SUBMIT
from genesys_purge.methods.recording_job.two_step import CREATE, EXECUTE, LIST, STATUS
from genesys_purge.model.batch import BatchState
from genesys_purge.model.messages import BatchStep, Failure, Next
from genesys_purge.model.slices import Slice

from tests import builders
from tests.unit.purging import recording_batch
from tests.unit.workbench import Workbench

HALVES = (Slice(start=0, stop=5), Slice(start=5, stop=10))


def test_late_answer_about_one_half_is_no_job_for_the_other(bench: Workbench) -> None:
    """Another worker saw the first half's effect, and the second half waits for the circuit."""
    step = bench.planned(builders.batch(pending=HALVES))
    bench.genesys.on(LOOK_UP, {"data": []})

    def pause() -> None:
        raise GenesysUnavailable("calls to Genesys are paused")

    def slow(_: Any) -> dict[str, Any]:
        bench.genesys.before_delete = pause
        bench.clock.wait(61)
        bench.submit_batch(step)
        bench.submit_batch(step)
        return {"jobId": "job-1"}

    bench.genesys.on(SUBMIT, slow)
    bench.submit_batch(step)
    assert bench.batch.pending == HALVES[1:]
    assert (bench.batch.state, bench.batch.job_id) == (BatchState.PLANNED, None)
    assert (bench.last_fact["action"], bench.last_fact["jobId"]) == ("batch_reconciled", "job-1")


def ready(bench: Workbench) -> BatchStep:
    """The step of a batch whose job waits for its confirmation."""
    step = recording_batch.ready(bench)
    bench.genesys.on(LIST, {"entities": []})
    bench.genesys.on(CREATE, {"id": "job-1"})
    return bench.poll_batch(bench.submit_batch(step))


def test_job_that_is_confirmed_too_late_is_audited(bench: Workbench) -> None:
    """The batch has ended meanwhile, so the audit alone says that the job runs."""
    step = ready(bench)

    def slow(_: Any) -> dict[str, Any]:
        bench.fail_batch(Failure(run_id="run-1", batch=0, error="Unexpected", cause=""))
        return {}

    bench.genesys.on(EXECUTE, slow)
    bench.submit_batch(step)
    assert bench.batch.state is BatchState.FAILED
    assert (bench.last_fact["action"], bench.last_fact["jobId"]) == ("batch_reconciled", "job-1")
    assert bench.last_fact["detail"] == (
        "its job was confirmed late, when the batch was already failed"
    )


def test_late_confirmation_leaves_an_open_batch_to_the_other_worker(bench: Workbench) -> None:
    """Another worker counts the confirmation as unanswered, and finds that the job runs."""
    step = ready(bench)

    def slow(_: Any) -> dict[str, Any]:
        bench.clock.wait(61)
        bench.submit_batch(step)
        return {}

    bench.genesys.on(EXECUTE, slow)
    with pytest.raises(LostRace):
        bench.submit_batch(step)
    assert bench.batch.state is BatchState.CONFIRMING
    bench.genesys.on(STATUS, {"state": "PROCESSING"})
    assert bench.submit_batch(step).next is Next.POLL
    assert bench.facts == ["batch_submitted", "batch_reconciled"]
