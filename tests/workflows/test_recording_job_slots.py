"""Runs at the same time share the two jobs that an organisation may have, whatever Genesys does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any
from unittest.mock import patch

import pytest
from genesys_purge.methods.recording_job.two_step import TwoStep

from simulator import SimulatorSettings
from simulator.live.recording_jobs.engine import RecordingJobEngine
from simulator.organisation.live_settings import LiveSettings
from tests.workflows.recording_slots import RecordingScene, recorded


@pytest.fixture(scope="module")
def lenient() -> Iterator[RecordingScene]:
    """A Genesys that takes any number of jobs."""
    live = LiveSettings(requests_per_minute=None, max_recording_jobs=None)
    with recorded(SimulatorSettings(requests_per_second=None, live=live)) as scene:
        yield scene


@contextmanager
def counted() -> Iterator[list[int]]:
    """How many jobs there are, each time that one more was created."""
    create, most = RecordingJobEngine.create, []

    def create_and_count(engine: RecordingJobEngine, query: Any, body: Any, request: Any) -> Any:
        job = create(engine, query, body, request)
        most.append(len(engine.unfinished(request.at)))
        return job

    with patch.object(RecordingJobEngine, "create", create_and_count):
        yield most


@pytest.mark.parametrize("lists", [True, False], ids=["listed", "unlisted"])
def test_runs_at_the_same_time_never_have_more_than_two_jobs(
    lenient: RecordingScene, *, lists: bool
) -> None:
    app, slots = lenient.app, [lenient.slot() for _ in range(4)]
    blind = nullcontext() if lists else patch.object(TwoStep, "unfinished_jobs", return_value=0)

    with counted() as most, blind:
        runs = [app.submit(slot.request(verifyAfterHours=1))["runId"] for slot in slots]
        for run_id in runs:
            app.execution(run_id)

    assert [app.read(run_id)["outcome"] for run_id in runs] == ["completed"] * 4
    assert len(most) == 8
    assert max(most) <= 2
