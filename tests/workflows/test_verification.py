"""A batch is completed only once its records are seen to be gone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulator import SimulatorSettings
from tests.workflows.proof import assert_honest, facts
from tests.workflows.slots import METHODS, Shared, shared

a_minute_late = pytest.mark.parametrize("scene", [60], indirect=True)
a_day_late = pytest.mark.parametrize("scene", [86_400], indirect=True)


@pytest.fixture(scope="module")
def scene(request: pytest.FixtureRequest) -> Iterator[Shared]:
    """Genesys whose queries go on showing deleted records for so many seconds."""
    settings = SimulatorSettings(requests_per_second=None, verification_lag_seconds=request.param)
    with shared(settings) as scene:
        yield scene


@a_minute_late
@pytest.mark.parametrize("method", METHODS)
def test_verification_looks_again_until_genesys_has_caught_up(scene: Shared, method: str) -> None:
    app, slot = scene.app, scene.slot()

    run = app.run(slot.first_batch(method))

    assert app.execution(run["runId"]).waits[-6:] == (0, 5, 10, 20, 40, 0)
    assert run["outcome"] == "completed"
    assert_honest(app, run, slot.ids[:5])


@a_day_late
@pytest.mark.parametrize("method", METHODS)
def test_what_nobody_can_see_gone_is_unverified_and_no_success(scene: Shared, method: str) -> None:
    app, slot = scene.app, scene.slot()

    run = app.run(slot.first_batch(method))

    assert app.execution(run["runId"]).waits[-7:] == (0, 5, 10, 20, 40, 80, 0)
    assert run["outcome"] == "completed_with_failures"
    assert run["totals"]["verified"] == 0
    assert run["batches"][0]["isVerified"] is False
    assert facts(app, run)["batch_unverified"] == 1
    assert app.audit(run["runId"])[-2]["detail"] == "5 records still detected"
    assert_honest(app, run, slot.ids[:5])


@a_minute_late
def test_records_held_by_genesys_stay_and_a_window_says_that_they_are_still_there(
    scene: Shared,
) -> None:
    app, slot = scene.app, scene.slot()
    app.simulator.corpus.place_hold(slot.ids[:2])

    run = app.run(slot.first_batch("data_deletion"))

    assert run["outcome"] == "completed_with_failures"
    assert run["totals"] == {"targeted": 5, "skipped": {}, "deleted": 3, "verified": 3}
    assert app.audit(run["runId"])[-2]["detail"] == "2 records still detected"
    assert set(slot.ids[:2]).isdisjoint(app.simulator.corpus.deleted_ids())
