"""A batch is verified only once Genesys shows none of its records."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulator import SimulatorSettings
from tests.workflows.run_checks import action_counts, assert_honest, counts_in
from tests.workflows.shared_application import METHODS, SharedApplication, shared

a_minute_late = pytest.mark.parametrize("scene", [60], indirect=True)
a_day_late = pytest.mark.parametrize("scene", [86_400], indirect=True)


@pytest.fixture(scope="module")
def scene(request: pytest.FixtureRequest) -> Iterator[SharedApplication]:
    """A simulated Genesys that shows deleted records for `request.param` more seconds."""
    settings = SimulatorSettings(requests_per_second=None, verification_lag_seconds=request.param)
    with shared(settings) as scene:
        yield scene


@a_minute_late
@pytest.mark.parametrize("method", METHODS)
def test_verification_repeats_until_genesys_shows_the_deletion(
    scene: SharedApplication, method: str
) -> None:
    app, group = scene.app, scene.group()

    run = app.run(group.first_batch(method))

    assert app.execution(run["runId"]).waits[-6:] == (0, 5, 10, 20, 40, 0)
    assert run["outcome"] == "completed"
    assert_honest(app, run, group.ids[:5])


@a_day_late
@pytest.mark.parametrize("method", METHODS)
def test_records_that_stay_visible_for_a_day_are_unverified(
    scene: SharedApplication, method: str
) -> None:
    app, group = scene.app, scene.group()

    run = app.run(group.first_batch(method))

    assert app.execution(run["runId"]).waits[-7:] == (0, 5, 10, 20, 40, 80, 0)
    assert run["outcome"] == "completed_with_failures"
    assert run["totals"]["verified"] == 0
    assert run["batches"][0]["isVerified"] is False
    assert action_counts(app, run)["batch_unverified"] == 1
    assert app.audit(run["runId"])[-2]["detail"] == "5 records still detected"
    assert_honest(app, run, group.ids[:5])


@a_minute_late
def test_records_held_by_genesys_in_a_window_are_unverified(
    scene: SharedApplication,
) -> None:
    app, group = scene.app, scene.group()
    app.simulator.corpus.place_hold(group.ids[:2])

    run = app.run(group.first_batch("data_deletion"))

    assert run["outcome"] == "completed_with_failures"
    assert counts_in(run) == {"targeted": 5, "skipped": {}, "deleted": 3, "verified": 3}
    assert app.audit(run["runId"])[-2]["detail"] == "2 records still detected"
    assert set(group.ids[:2]).isdisjoint(app.simulator.corpus.deleted_ids())
