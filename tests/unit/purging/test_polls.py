"""Polls: every poll of a job is counted once and shown, and decides nothing."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.errors import JobLost, LostRace, RateLimited
from genesys_purge.methods.documented import conversation_archive, interaction_purge
from genesys_purge.methods.recording_job import two_step
from genesys_purge.model.batch import Batch, BatchState
from genesys_purge.model.messages import BatchStep, Next
from genesys_purge.model.slices import Slice

from tests import builders
from tests.clock import NOON
from tests.unit.workbench import Workbench

STATUS = conversation_archive.STATUS
RUN = "GET /purges/{runId}"


def polling(bench: Workbench, request: dict[str, Any] | None = None, **changes: Any) -> BatchStep:
    known: dict[str, Any] = {
        "state": BatchState.SUBMITTED,
        "job_id": "job-1",
        "submitted_at": NOON,
        "before": 10,
    }
    batch: Batch = builders.batch(**known | changes)
    return bench.planned(batch, request=request).model_copy(update={"next": Next.POLL})


def shown(bench: Workbench) -> dict[str, Any]:
    """What the API shows of the polls of the batch."""
    batch = bench.read_purge(RUN, {"runId": "run-1"}, {})["batches"][0]
    names = ("polls", "lastPolledAt", "purgedSoFar", "percent")
    return {name: batch[name] for name in names if name in batch}


def running(processed: int | None = None) -> dict[str, Any]:
    return {"state": "inProgress", "recordsProcessed": processed}


def test_each_poll_is_shown_with_number_count_and_per_cent(bench: Workbench) -> None:
    step = polling(bench)
    bench.genesys.on(STATUS, running(), running(3), {"state": "completed", "recordsProcessed": 9})
    assert shown(bench) == {}
    step = bench.poll_batch(step)
    assert shown(bench) == {"polls": 1, "lastPolledAt": "2026-11-21T12:00:00Z"}
    bench.clock.wait(90)
    step = bench.poll_batch(step)
    at = "2026-11-21T12:01:30Z"
    assert shown(bench) == {"polls": 2, "lastPolledAt": at, "purgedSoFar": 3, "percent": 30}
    bench.poll_batch(step)
    assert bench.batch.state is BatchState.COMPLETED
    assert shown(bench) == {"polls": 3, "lastPolledAt": at, "purgedSoFar": 9, "percent": 90}


def test_each_poll_is_reported_for_the_log(bench: Workbench) -> None:
    step = bench.poll_batch_with(polling(bench), STATUS, running(3))
    bench.poll_batch_with(step, STATUS, RateLimited("429"))
    assert bench.polled == [
        (0, 1, 1, "running", {"purged": 3, "percent": 30}),
        (0, 1, 2, "unanswered", {"purged": 3, "percent": 30}),
    ]


@pytest.mark.parametrize("failure", [RateLimited("429"), JobLost("404")])
def test_poll_without_an_answer_counts_and_keeps_the_last_report(
    bench: Workbench, failure: Exception
) -> None:
    step = bench.poll_batch_with(polling(bench), STATUS, running(3))
    bench.clock.wait(30)
    bench.poll_batch_with(step, STATUS, failure)
    at = "2026-11-21T12:00:30Z"
    assert shown(bench) == {"polls": 2, "lastPolledAt": at, "purgedSoFar": 3, "percent": 30}


def test_first_poll_without_an_answer_shows_no_numbers(bench: Workbench) -> None:
    bench.poll_batch_with(polling(bench), STATUS, RateLimited("429"))
    assert shown(bench) == {"polls": 1, "lastPolledAt": "2026-11-21T12:00:00Z"}


def test_repeated_message_counts_once_and_shows_the_newer_report(bench: Workbench) -> None:
    step = polling(bench)
    bench.poll_batch_with(step, STATUS, running(3))
    bench.poll_batch_with(step, STATUS, running(4))
    assert (shown(bench)["polls"], shown(bench)["purgedSoFar"]) == (1, 4)


def test_each_sweep_after_the_end_of_the_run_is_a_poll(bench: Workbench) -> None:
    polling(bench)
    bench.stop()
    bench.genesys.on(STATUS, running(3))
    for _ in range(3):
        bench.clock.wait(300)
        bench.sweep()
    assert shown(bench)["polls"] == 3


def test_poll_that_another_worker_stored_first_is_left_to_it(bench: Workbench) -> None:
    def lose() -> None:
        raise LostRace("another worker polled the job")

    bench.polls.before_put = lose
    assert bench.poll_batch_with(polling(bench), STATUS, running(3)).next is Next.POLL
    assert (shown(bench), bench.polled) == ({}, [])


def test_next_part_of_a_batch_does_not_show_the_count_of_the_last_job(bench: Workbench) -> None:
    pending = (Slice(start=0, stop=4), Slice(start=4, stop=10))
    step = polling(bench, pending=pending)
    bench.poll_batch_with(step, STATUS, {"state": "completed", "recordsProcessed": 4})
    assert (bench.batch.state, shown(bench)["purgedSoFar"]) == (BatchState.PLANNED, 4)
    bench.clock.wait(10)
    second = bench.batch.to(BatchState.SUBMITTED, job_id="job-2", submitted_at=bench.clock())
    bench.runs.advance(second)
    assert shown(bench) == {"polls": 1, "lastPolledAt": "2026-11-21T12:00:00Z"}
    bench.poll_batch_with(step, STATUS, RateLimited("429"))
    assert shown(bench) == {"polls": 2, "lastPolledAt": "2026-11-21T12:00:10Z"}


@pytest.mark.parametrize(
    ("answer", "numbers"),
    [
        ({"state": "PROCESSING", "percentProgress": 29}, {"percent": 29}),
        (
            {
                "state": "PROCESSING",
                "percentProgress": 50,
                "totalProcessedRecordings": 4,
                "recordingJobsQuery": {"action": "DELETE"},
            },
            {"percent": 50, "purgedSoFar": 4},
        ),
        ({"state": "PROCESSING", "percentProgress": 101}, {}),
    ],
)
def test_recording_job_shows_the_per_cent_that_genesys_reports(
    bench: Workbench, answer: dict[str, Any], numbers: dict[str, int]
) -> None:
    step = polling(bench, builders.recording_job(), covered=40)
    bench.poll_batch_with(step, two_step.STATUS, answer)
    assert {"polls": 1, "lastPolledAt": "2026-11-21T12:00:00Z"} | numbers == shown(bench)


@pytest.mark.parametrize(
    ("before", "purged", "percent"), [(8, 5, 62), (8, 0, 0), (8, 9, None), (0, 0, None)]
)
def test_interaction_purge_is_measured_by_the_count_before_it(
    bench: Workbench, before: int, purged: int, percent: int | None
) -> None:
    step = polling(bench, builders.interaction_purge(), window=builders.window(), before=before)
    rows = [{"totalInteractionsPurged": purged}]
    bench.poll_batch_with(step, interaction_purge.STATUS, {"status": "run", "interactions": rows})
    assert (shown(bench)["purgedSoFar"], shown(bench).get("percent")) == (purged, percent)
