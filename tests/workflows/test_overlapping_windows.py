"""Genesys refuses a purge window that overlaps a running purge."""

from __future__ import annotations

from simulator import Fault, FaultKind
from tests.workflows.run_checks import sent, statuses
from tests.workflows.shared_application import SharedApplication


def test_window_that_overlaps_a_running_purge_fails_with_the_reason(
    scene: SharedApplication,
) -> None:
    app, group = scene.app, scene.group()
    app.simulator.faults.add(Fault(FaultKind.JOB_NEVER_FINISHES))
    first = app.run(group.first_batch("interaction_purge", requestId="overlap-1"))
    assert statuses(first) == ["gave_up"]
    since = len(app.simulator.requests)

    second = app.run(group.first_batch("interaction_purge", requestId="overlap-2"))

    assert (second["outcome"], statuses(second)) == ("failed", ["failed"])
    assert "RefusedByGenesys" in second["batches"][0]["detail"]
    assert "overlap" in second["batches"][0]["detail"]
    assert len(sent(app, since)) == 1
    assert second["totals"].get("deleted") is None
