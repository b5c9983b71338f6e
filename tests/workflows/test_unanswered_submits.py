"""Unanswered submits: the effect is awaited for an hour, and a partial effect is not claimed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulator import DeletionMoment, Fault, FaultKind, Operation, SimulatorSettings
from tests.workflows.run_checks import action_counts, assert_honest, sent, statuses
from tests.workflows.shared_application import METHODS, SharedApplication, shared

HALF_AN_HOUR, HOUR = 1_800, 3_600


@pytest.fixture(scope="module")
def scene() -> Iterator[SharedApplication]:
    """Jobs delete everything after half an hour; unanswered submits are awaited for an hour."""
    settings = SimulatorSettings(
        requests_per_second=None,
        job_base_seconds=HALF_AN_HOUR,
        deletes=DeletionMoment.AT_THE_END,
    )
    with shared(settings, {"RECONCILE_SECONDS": str(HOUR)}) as scene:
        yield scene


@pytest.mark.parametrize(
    ("kind", "method"),
    [
        (FaultKind.TIMEOUT_AFTER, "data_deletion"),
        (FaultKind.GATEWAY_TIMEOUT_AFTER, "interaction_purge"),
        (FaultKind.TIMEOUT_AFTER, "conversation_archive"),
    ],
)
def test_job_with_an_effect_after_half_an_hour_is_not_repeated(
    scene: SharedApplication, kind: FaultKind, method: str
) -> None:
    app, group = scene.app, scene.group()
    app.simulator.faults.add(Fault(kind, Operation.SUBMIT))
    since = len(app.simulator.requests)

    run = app.run(group.first_batch(method))

    assert len(sent(app, since)) == 1
    assert (run["outcome"], run["totals"]["verified"]) == ("completed", 5)
    assert (
        action_counts(app, run)["batch_submitted"],
        action_counts(app, run)["batch_reconciled"],
    ) == (0, 1)
    assert_honest(app, run, group.ids[:5])


@pytest.mark.parametrize("method", METHODS)
def test_submit_without_an_effect_is_repeated_after_the_hour(
    scene: SharedApplication, method: str
) -> None:
    app, group = scene.app, scene.group()
    app.simulator.faults.add(Fault(FaultKind.TIMEOUT_BEFORE, Operation.SUBMIT))
    since = len(app.simulator.requests)

    run = app.run(group.first_batch(method))

    first, second = [r for r in app.simulator.requests[since:] if r.operation is Operation.SUBMIT]
    assert HOUR - 300 <= (second.at - first.at).total_seconds() <= HOUR
    assert run["outcome"] == "completed"
    assert_honest(app, run, group.ids[:5])


@pytest.mark.parametrize("method", METHODS[:2])
def test_partial_effect_is_neither_claimed_nor_repeated(
    scene: SharedApplication, method: str
) -> None:
    app, group = scene.app, scene.group()
    app.simulator.corpus.place_hold(group.ids[:2])
    app.simulator.faults.add(Fault(FaultKind.DROP_AFTER, Operation.SUBMIT))
    since = len(app.simulator.requests)

    run = app.run(group.first_batch(method))

    assert len(sent(app, since)) == 1
    assert (run["outcome"], statuses(run)) == ("failed", ["failed"])
    assert "OutcomeUnknown: 3 of 5 records are gone" in run["batches"][0]["detail"]
    assert_honest(app, run, group.ids[:5])
