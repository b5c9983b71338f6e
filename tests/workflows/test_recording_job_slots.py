"""Parallel runs share the two recording jobs that an organisation may have."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from genesys_purge.methods.recording_job.two_step import TwoStep

from simulator import SimulatorSettings
from simulator.live.recording_jobs.engine import RecordingJobEngine
from simulator.organisation.live_settings import LiveSettings
from tests.workflows.recorded_calls import RecordedCalls, recorded_calls


@pytest.fixture(scope="module")
def unlimited() -> Iterator[RecordedCalls]:
    """A Genesys that accepts any number of jobs."""
    live = LiveSettings(requests_per_minute=None, max_recording_jobs=None)
    settings = SimulatorSettings(requests_per_second=None, live=live)
    with recorded_calls(groups=3, settings=settings) as calls:
        yield calls


@contextmanager
def unfinished_jobs() -> Iterator[list[int]]:
    """The number of unfinished jobs after each creation."""
    create, numbers = RecordingJobEngine.create, []

    def create_and_count(engine: RecordingJobEngine, query: Any, body: Any, request: Any) -> Any:
        job = create(engine, query, body, request)
        numbers.append(len(engine.unfinished(request.at)))
        return job

    with patch.object(RecordingJobEngine, "create", create_and_count):
        yield numbers


def test_parallel_runs_have_two_jobs_without_any_list_of_genesys(unlimited: RecordedCalls) -> None:
    app, groups = unlimited.app, [unlimited.group() for _ in range(3)]
    unlisted = patch.object(TwoStep, "is_full", return_value=False)

    with unfinished_jobs() as numbers, unlisted:
        runs = [app.submit(group.request(verifyAfterHours=1))["runId"] for group in groups]
        for run_id in runs:
            app.execution(run_id)

    assert [app.read(run_id)["outcome"] for run_id in runs] == ["completed"] * 3
    assert (len(numbers), max(numbers)) == (6, 2)
