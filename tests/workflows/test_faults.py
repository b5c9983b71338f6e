"""Transient faults of calls to Genesys: the run completes and nothing is sent twice."""

from __future__ import annotations

from itertools import cycle

import pytest

from simulator import Fault, FaultKind, Operation
from tests.workflows.interruptions import TRANSIENT
from tests.workflows.run_checks import action_counts, assert_honest, counts_in, sent, statuses
from tests.workflows.shared_application import METHODS, SharedApplication

# Genesys did not execute the call: the batch is submitted again without reconciling.
REFUSED = {FaultKind.TOKEN_REVOKED, FaultKind.RATE_LIMITED}
HOUR = 3_600
WINDOWS = METHODS[:2]
# The queries of a batch: its records at the plan, its records before the submit (not for batches
# by id, because the plan looked up each id), and the records that are left at the end.
AT_PLAN, AT_SUBMIT, AT_END = 0, 1, 2
# Each fault with one method in turn: every method has calls with, without and refused effects.
SUBMITS = [
    *zip(TRANSIENT, cycle(METHODS), strict=False),
    (FaultKind.RATE_LIMITED, "conversation_archive"),
]


@pytest.mark.parametrize(("kind", "method"), SUBMITS)
def test_submit_with_a_transient_fault_is_recovered(
    scene: SharedApplication, kind: FaultKind, method: str
) -> None:
    app, group = scene.app, scene.group()
    app.simulator.faults.add(Fault(kind, Operation.SUBMIT))

    run = app.run(group.first_batch(method))

    took_effect = kind.endswith("_after")
    assert (run["outcome"], statuses(run)) == ("completed", ["completed"])
    # Without a job id Genesys reports no count; data_deletion counts its window before and after.
    uncounted = took_effect and method != "data_deletion"
    counts = {"unreported": 5} if uncounted else {"deleted": 5}
    assert counts_in(run) == {"targeted": 5, "skipped": {}, "verified": 5} | counts
    assert action_counts(app, run)["batch_reconciled"] == (kind not in REFUSED)
    assert action_counts(app, run)["batch_submitted"] == (not took_effect)
    assert_honest(app, run, group.ids[:5])


@pytest.mark.parametrize("method", METHODS)
def test_unanswered_submit_does_not_affect_the_other_batch(
    scene: SharedApplication, method: str
) -> None:
    app, group = scene.app, scene.group()
    app.simulator.faults.add(Fault(FaultKind.TIMEOUT_AFTER, Operation.SUBMIT))

    run = app.run(group.request(method))

    assert (run["outcome"], statuses(run)) == ("completed", ["completed", "completed"])
    assert sum("jobId" in batch for batch in run["batches"]) == 1
    assert (
        action_counts(app, run)["batch_submitted"],
        action_counts(app, run)["batch_reconciled"],
    ) == (1, 1)
    assert_honest(app, run, group.ids)


@pytest.mark.parametrize("method", METHODS)
def test_polls_survive_every_transient_fault_in_a_row(
    scene: SharedApplication, method: str
) -> None:
    app, group = scene.app, scene.group()
    app.simulator.faults.add(*(Fault(kind, Operation.POLL) for kind in TRANSIENT))

    run = app.run(group.first_batch(method))

    assert app.simulator.faults.waiting() == []
    assert run["outcome"] == "completed"
    assert run["totals"]["deleted"] == 5
    assert action_counts(app, run)["batch_submitted"] == 1
    assert_honest(app, run, group.ids[:5])


@pytest.mark.parametrize(
    ("method", "after"),
    [
        *((method, query) for method in METHODS[:2] for query in (AT_PLAN, AT_SUBMIT, AT_END)),
        *((METHODS[2], query) for query in (AT_PLAN, AT_END - 1)),
    ],
)
def test_queries_survive_every_transient_fault_in_a_row(
    scene: SharedApplication, method: str, after: int
) -> None:
    app, group = scene.app, scene.group()
    app.simulator.faults.add(*(Fault(kind, Operation.QUERY, after=after) for kind in TRANSIENT))

    run = app.run(group.first_batch(method))

    assert app.simulator.faults.waiting() == []
    assert run["outcome"] == "completed"
    assert run["totals"]["verified"] == 5
    assert_honest(app, run, group.ids[:5])


def test_login_survives_every_transient_fault_in_a_row(scene: SharedApplication) -> None:
    app, group = scene.app, scene.group()
    app.clock.wait(HOUR)
    app.simulator.faults.add(*(Fault(kind, Operation.TOKEN) for kind in TRANSIENT))

    run = app.run(group.first_batch("data_deletion"))

    assert app.simulator.faults.waiting() == []
    assert run["outcome"] == "completed"
    assert_honest(app, run, group.ids[:5])


@pytest.mark.parametrize("method", WINDOWS)
def test_unanswered_submit_of_an_empty_window_is_not_repeated(
    scene: SharedApplication, method: str
) -> None:
    app, group = scene.app, scene.group()
    app.run(group.first_batch("conversation_archive"))
    since = len(app.simulator.requests)
    app.simulator.faults.add(Fault(FaultKind.TIMEOUT_AFTER, Operation.SUBMIT, times=2))

    run = app.run(group.request(method))

    assert len(sent(app, since)) == 2
    assert (run["outcome"], run["totals"]["verified"]) == ("completed", 5)
