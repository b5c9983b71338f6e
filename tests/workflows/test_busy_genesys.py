"""The documented limits of Genesys make a run slower, but do not fail it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulator import Operation, SimulatorSettings
from tests.workflows.run_checks import assert_honest, statuses
from tests.workflows.shared_application import METHODS, SharedApplication, shared

TOKEN_SECONDS = 60


@pytest.fixture(scope="module")
def scene() -> Iterator[SharedApplication]:
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
def test_run_completes_within_every_documented_limit(scene: SharedApplication, method: str) -> None:
    app, group = scene.app, scene.group()

    run = app.run(group.request(method))

    assert run["outcome"] == "completed"
    assert run["totals"]["deleted"] == run["totals"]["verified"] == 10
    assert_honest(app, run, group.ids)


def test_batches_over_the_job_limit_of_genesys_wait_and_complete(scene: SharedApplication) -> None:
    app, groups = scene.app, [scene.group() for _ in range(4)]
    ids = [each for group in groups for each in group.ids]
    since = len(app.simulator.requests)

    run = app.run(groups[0].request("conversation_archive", conversationIds=ids))

    answers = [r.status for r in app.simulator.requests[since:] if r.operation is Operation.SUBMIT]
    assert statuses(run) == ["completed"] * 8
    assert 429 in answers
    assert answers.count(202) == 8
    assert_honest(app, run, ids)


def test_token_is_renewed_before_it_expires_in_a_long_run(scene: SharedApplication) -> None:
    app, group = scene.app, scene.group()
    since = len(app.simulator.requests)

    run = app.run(group.request("data_deletion"))

    requests = app.simulator.requests[since:]
    tokens = [request for request in requests if request.operation is Operation.TOKEN]
    assert run["outcome"] == "completed"
    assert len(tokens) >= 2
    assert 401 not in [request.status for request in requests]
