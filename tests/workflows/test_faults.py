"""Whatever goes wrong on the way to Genesys once: the run completes and nothing is sent twice."""

from __future__ import annotations

import pytest

from simulator import Fault, FaultKind, Operation
from tests.workflows.moments import TRANSIENT
from tests.workflows.proof import assert_honest, facts, sent, statuses
from tests.workflows.slots import METHODS, Shared

# The call was surely not carried out: the batch is submitted again without looking first.
REFUSED = {FaultKind.TOKEN_REVOKED, FaultKind.RATE_LIMITED}
HOUR = 3_600
WINDOWS = METHODS[:2]
# The questions a batch asks: how many records there are, at the plan and before it is submitted
# (not by id: the plan has asked for each), and how many are left.
AT_PLAN, AT_SUBMIT, AT_END = 0, 1, 2


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", TRANSIENT)
def test_a_submit_that_goes_wrong_is_made_good(scene: Shared, kind: FaultKind, method: str) -> None:
    app, slot = scene.app, scene.slot()
    app.simulator.faults.add(Fault(kind, Operation.SUBMIT))

    run = app.run(slot.first_batch(method))

    took_effect = kind.endswith("_after")
    assert (run["outcome"], statuses(run)) == ("completed", ["completed"])
    # Of a job whose id never came nobody reports how much it deleted; what a window lost is seen.
    uncounted = took_effect and method != "data_deletion"
    counts = {"unreported": 5} if uncounted else {"deleted": 5}
    assert run["totals"] == {"targeted": 5, "skipped": {}, "verified": 5} | counts
    assert facts(app, run)["batch_reconciled"] == (kind not in REFUSED)
    assert facts(app, run)["batch_submitted"] == (not took_effect)
    assert_honest(app, run, slot.ids[:5])


@pytest.mark.parametrize("method", METHODS)
def test_the_other_batch_is_not_touched_by_it(scene: Shared, method: str) -> None:
    app, slot = scene.app, scene.slot()
    app.simulator.faults.add(Fault(FaultKind.TIMEOUT_AFTER, Operation.SUBMIT))

    run = app.run(slot.request(method))

    assert (run["outcome"], statuses(run)) == ("completed", ["completed", "completed"])
    assert sum("jobId" in batch for batch in run["batches"]) == 1
    assert (facts(app, run)["batch_submitted"], facts(app, run)["batch_reconciled"]) == (1, 1)
    assert_honest(app, run, slot.ids)


@pytest.mark.parametrize("method", METHODS)
def test_looks_at_a_job_may_go_wrong_in_every_way_one_after_the_other(
    scene: Shared, method: str
) -> None:
    app, slot = scene.app, scene.slot()
    app.simulator.faults.add(*(Fault(kind, Operation.POLL) for kind in TRANSIENT))

    run = app.run(slot.first_batch(method))

    assert app.simulator.faults.waiting() == []
    assert run["outcome"] == "completed"
    assert run["totals"]["deleted"] == 5
    assert facts(app, run)["batch_submitted"] == 1
    assert_honest(app, run, slot.ids[:5])


@pytest.mark.parametrize(
    ("method", "after"),
    [
        *(
            (method, question)
            for method in METHODS[:2]
            for question in (AT_PLAN, AT_SUBMIT, AT_END)
        ),
        *((METHODS[2], question) for question in (AT_PLAN, AT_END - 1)),
    ],
)
def test_questions_to_genesys_may_go_wrong_in_every_way_one_after_the_other(
    scene: Shared, method: str, after: int
) -> None:
    app, slot = scene.app, scene.slot()
    app.simulator.faults.add(*(Fault(kind, Operation.QUERY, after=after) for kind in TRANSIENT))

    run = app.run(slot.first_batch(method))

    assert app.simulator.faults.waiting() == []
    assert run["outcome"] == "completed"
    assert run["totals"]["verified"] == 5
    assert_honest(app, run, slot.ids[:5])


@pytest.mark.parametrize("method", METHODS)
def test_the_login_service_may_go_wrong_in_every_way_one_after_the_other(
    scene: Shared, method: str
) -> None:
    app, slot = scene.app, scene.slot()
    app.clock.wait(HOUR)
    app.simulator.faults.add(*(Fault(kind, Operation.TOKEN) for kind in TRANSIENT))

    run = app.run(slot.first_batch(method))

    assert app.simulator.faults.waiting() == []
    assert run["outcome"] == "completed"
    assert_honest(app, run, slot.ids[:5])


@pytest.mark.parametrize("method", WINDOWS)
def test_a_window_that_was_empty_before_is_not_submitted_again_to_find_out(
    scene: Shared, method: str
) -> None:
    app, slot = scene.app, scene.slot()
    app.run(slot.first_batch("conversation_archive"))
    since = len(app.simulator.requests)
    app.simulator.faults.add(Fault(FaultKind.TIMEOUT_AFTER, Operation.SUBMIT, times=2))

    run = app.run(slot.request(method))

    assert len(sent(app, since)) == 2
    assert (run["outcome"], run["totals"]["verified"]) == ("completed", 5)
