"""The documented limits of Genesys make a run slower, but do not fail it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulator import Operation, SimulatorSettings
from tests.workflows.proof import assert_honest, statuses
from tests.workflows.slots import METHODS, Shared, shared

TOKEN_SECONDS = 60


@pytest.fixture(scope="module")
def scene() -> Iterator[Shared]:
    """One job at a time, ten requests a second, short tokens, and 504 for every unfinished job."""
    settings = SimulatorSettings(
        max_concurrent_jobs=1,
        job_base_seconds=2 * TOKEN_SECONDS,
        requests_per_second=10,
        token_seconds=TOKEN_SECONDS,
        poll_times_out_above=0,
        mixed_case_states=True,
        forgets_deleted=True,
        count_rows=3,
    )
    with shared(settings) as scene:
        yield scene


@pytest.mark.parametrize("method", METHODS)
def test_run_completes_within_every_documented_limit(scene: Shared, method: str) -> None:
    app, slot = scene.app, scene.slot()

    run = app.run(slot.request(method))

    assert run["outcome"] == "completed"
    assert run["totals"]["deleted"] == run["totals"]["verified"] == 10
    assert_honest(app, run, slot.ids)


def test_batches_over_the_job_limit_of_genesys_wait_and_complete(scene: Shared) -> None:
    app, slots = scene.app, [scene.slot() for _ in range(4)]
    ids = [each for slot in slots for each in slot.ids]
    since = len(app.simulator.requests)

    run = app.run(slots[0].request("conversation_archive", conversationIds=ids))

    answers = [r.status for r in app.simulator.requests[since:] if r.operation is Operation.SUBMIT]
    assert statuses(run) == ["completed"] * 8
    assert 429 in answers
    assert answers.count(202) == 8
    assert_honest(app, run, ids)


def test_token_is_renewed_before_it_expires_in_a_long_run(scene: Shared) -> None:
    app, slot = scene.app, scene.slot()
    since = len(app.simulator.requests)

    run = app.run(slot.request("data_deletion"))

    requests = app.simulator.requests[since:]
    tokens = [request for request in requests if request.operation is Operation.TOKEN]
    assert run["outcome"] == "completed"
    assert len(tokens) >= 2
    assert 401 not in [request.status for request in requests]
