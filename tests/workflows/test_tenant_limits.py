"""Two runs at once keep within the limits of the tenant: requests a second, and jobs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import pytest

from simulator import SimulatorSettings
from tests.workflows.shared_application import RECORDS, SharedApplication, shared

JOBS = 5


@pytest.fixture(scope="module")
def scene() -> Iterator[SharedApplication]:
    """Genesys answers 429 above the documented limits; each batch has one record."""
    settings = SimulatorSettings(requests_per_second=10, max_concurrent_jobs=JOBS)
    with shared(settings, {"BATCH_SIZE": "1"}, has_budget=True) as scene:
        yield scene


def run_at_once(scene: SharedApplication, *requests: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The runs of these requests, which were executed at the same time."""
    run_ids = [scene.app.submit(each)["runId"] for each in requests]
    for run_id in run_ids:
        scene.app.execution(run_id)
    return [scene.app.read(run_id) for run_id in run_ids]


def most_jobs(runs: Sequence[Mapping[str, Any]]) -> int:
    """The most jobs that were at work at the same time."""
    batches = [batch for run in runs for batch in run["batches"]]
    changes = [(datetime.fromisoformat(batch["startTime"]), 1) for batch in batches]
    changes += [(datetime.fromisoformat(batch["endTime"]), -1) for batch in batches]
    level, most = 0, 0
    # A job that ends at the start of another one has ended before it.
    for _, change in sorted(changes):
        level += change
        most = max(most, level)
    return most


def test_twenty_batches_of_two_runs_get_no_429(scene: SharedApplication) -> None:
    groups = [scene.group(), scene.group()]
    since = len(scene.app.simulator.requests)

    runs = run_at_once(scene, *(each.request("conversation_archive") for each in groups))

    statuses = [request.status for request in scene.app.simulator.requests[since:]]
    assert [run["outcome"] for run in runs] == ["completed", "completed"]
    assert [len(run["batches"]) for run in runs] == [RECORDS, RECORDS]
    assert 429 not in statuses
    assert most_jobs(runs) == JOBS


def test_methods_of_the_documents_share_their_slots(scene: SharedApplication) -> None:
    requests = [
        scene.group().request("data_deletion"),
        scene.group().request("interaction_purge"),
        scene.group().request("conversation_archive"),
    ]
    runs = run_at_once(scene, *requests)
    assert {run["outcome"] for run in runs} == {"completed"}
    assert most_jobs(runs) <= JOBS
