"""Recording jobs of runs that are stopped or cancelled while their job waits or runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from genesys_purge.wiring import purging

from simulator.live.recording_jobs.job import RecordingJobState
from simulator.live.recordings.recording import FileState
from tests.workflows.interruptions import once_after
from tests.workflows.recorded_calls import RecordedCalls, recorded_calls
from tests.workflows.run_checks import action_counts, statuses
from tests.workflows.stopping import REASON, cancel, resume, stop


@pytest.fixture(scope="module")
def recorded() -> Iterator[RecordedCalls]:
    with recorded_calls(groups=4) as calls:
        yield calls


@contextmanager
def after_each(task: str, look: Callable[[], object]) -> Iterator[None]:
    """Call `look` whenever the task has returned."""
    use_case = getattr(purging, task)()

    def work_then_look(message: Any) -> Any:
        answer = use_case(message)
        look()
        return answer

    with patch.object(purging, task, lambda: work_then_look):
        yield


def test_job_that_waits_is_confirmed_only_after_the_stop(recorded: RecordedCalls) -> None:
    group, app = recorded.group(), recorded.app
    refused: list[object] = []

    def go_on() -> None:
        if app.get("GET /stops", {})["body"]["stops"]:
            refused.append([job.executed_at for job in group.jobs()])
            resume(app)

    with once_after("poll_batch", lambda: stop(app)), after_each("submit_batch", go_on):
        ended = app.run(group.first_batch())
    assert refused == [[None]]
    assert ended["outcome"] == "completed"
    assert [job.state for job in group.jobs()] == [RecordingJobState.FULFILLED]


def test_cancelled_run_cancels_the_job_that_waits(recorded: RecordedCalls) -> None:
    group, app = recorded.group(), recorded.app
    request = group.first_batch() | {"requestId": "to-be-cancelled"}
    with once_after("poll_batch", lambda: cancel(app, "to-be-cancelled")):
        ended = app.run(request)
    assert (ended["outcome"], statuses(ended)) == ("cancelled", ["cancelled"])
    assert [job.state for job in group.jobs()] == [RecordingJobState.CANCELLED]
    assert group.recordings(FileState.DELETED) == []
    assert ended["totals"].get("deleted") is None
    counts = action_counts(app, ended)
    assert (counts["run_cancel_requested"], counts["run_cancelled"]) == (1, 1)
    assert ended["cancellation"]["reason"] == REASON


def test_cancelled_run_counts_what_its_jobs_deleted(recorded: RecordedCalls) -> None:
    """One of two batches is done, or both, when the cancellation comes."""
    group, app = recorded.group(), recorded.app
    request = group.request() | {"requestId": "half-done"}
    with once_after("verify_batch", lambda: cancel(app, "half-done")):
        ended = app.run(request)
    assert ended["outcome"] in ("cancelled", "completed")
    assert ended["totals"]["deleted"] == len(group.recordings(FileState.DELETED))
