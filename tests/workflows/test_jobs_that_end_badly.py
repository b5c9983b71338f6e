"""Jobs that fail, are cancelled, vanish or never end: reported as such, with no invented count."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulator import Fault, FaultKind, Operation
from tests.workflows.run_checks import action_counts, assert_honest, sent, statuses
from tests.workflows.shared_application import METHODS, SharedApplication, shared

LIMIT = 600
# Only interaction purges have a cancelled state; the other methods keep polling.
ENDS = [
    *((method, FaultKind.JOB_FAILS, "failed") for method in METHODS),
    ("data_deletion", FaultKind.JOB_CANCELLED, "gave_up"),
    ("interaction_purge", FaultKind.JOB_CANCELLED, "cancelled"),
    ("conversation_archive", FaultKind.JOB_CANCELLED, "gave_up"),
    *((method, FaultKind.JOB_VANISHES, "failed") for method in METHODS),
    *((method, FaultKind.JOB_NEVER_FINISHES, "gave_up") for method in METHODS),
]
# Each kind with one method.
ONE_OF_EACH = [ENDS[at] for at in (0, 4, 8, 9)]
WORDS = {
    FaultKind.JOB_FAILS: "the job failed",
    FaultKind.JOB_CANCELLED: "the job was cancelled at Genesys: The purge was cancelled",
    FaultKind.JOB_VANISHES: "the job is lost",
}


@pytest.fixture(scope="module")
def scene() -> Iterator[SharedApplication]:
    with shared(environment={"JOB_TIME_LIMIT_SECONDS": str(LIMIT)}) as scene:
        yield scene


@pytest.mark.parametrize(("method", "kind", "ends"), ONE_OF_EACH)
def test_failed_job_fails_its_batch_and_the_other_completes(
    scene: SharedApplication, method: str, kind: FaultKind, ends: str
) -> None:
    app, group = scene.app, scene.group()
    app.simulator.faults.add(Fault(kind, job_progress=0.5))

    run = app.run(group.request(method))

    assert run["outcome"] == "completed_with_failures"
    assert sorted(statuses(run)) == sorted(["completed", ends])
    assert all(batch["polls"] and batch["lastPolledAt"] for batch in run["batches"])
    assert action_counts(app, run)[f"batch_{ends}"] == 1
    assert action_counts(app, run)["batch_verified"] == 1
    assert run["totals"]["verified"] == 5
    assert app.execution(run["runId"]).status == "FAILED"
    assert_honest(app, run, group.ids)


@pytest.mark.parametrize(("method", "kind", "ends"), ENDS)
def test_run_without_a_completed_job_fails_with_the_reason(
    scene: SharedApplication, method: str, kind: FaultKind, ends: str
) -> None:
    app, group = scene.app, scene.group()
    app.simulator.faults.add(Fault(kind))

    run = app.run(group.first_batch(method))

    assert (run["outcome"], statuses(run)) == ("failed", [ends])
    assert "verified" not in run["totals"]
    record = app.audit(run["runId"])[-2]
    assert record["jobId"] == run["batches"][0]["jobId"]
    assert (WORDS[kind] if ends != "gave_up" else "it may still be running") in record["detail"]
    assert_honest(app, run, group.ids[:5])


@pytest.mark.parametrize("method", METHODS)
def test_job_is_given_up_at_its_time_limit_and_not_before(
    scene: SharedApplication, method: str
) -> None:
    app, group = scene.app, scene.group()
    app.simulator.faults.add(Fault(FaultKind.JOB_NEVER_FINISHES))

    run = app.run(group.first_batch(method))

    waits = app.execution(run["runId"]).waits
    assert LIMIT - 90 < sum(waits) <= LIMIT
    assert "may still be running" in run["batches"][0]["detail"]


def test_submit_that_is_always_rate_limited_is_given_up(scene: SharedApplication) -> None:
    app, group = scene.app, scene.group()
    app.simulator.faults.add(Fault(FaultKind.RATE_LIMITED, Operation.SUBMIT, times=None))
    since = len(app.simulator.requests)

    run = app.run(group.first_batch("interaction_purge"))

    assert (run["outcome"], statuses(run)) == ("failed", ["gave_up"])
    assert "could not be submitted within 600 seconds" in run["batches"][0]["detail"]
    waited = sum(app.execution(run["runId"]).waits)
    assert LIMIT < waited <= LIMIT + 121
    assert 6 <= len(sent(app, since)) <= 60
    assert_honest(app, run, group.ids[:5])


def test_batch_fails_after_five_unanswered_submits(scene: SharedApplication) -> None:
    app, group = scene.app, scene.group()
    app.simulator.faults.add(Fault(FaultKind.TIMEOUT_BEFORE, Operation.SUBMIT, times=None))
    since = len(app.simulator.requests)

    run = app.run(group.first_batch("conversation_archive"))

    assert (run["outcome"], statuses(run)) == ("failed", ["failed"])
    assert len(sent(app, since)) == 5
    assert "OutcomeUnknown: 5 calls went unanswered" in run["batches"][0]["detail"]
    assert_honest(app, run, group.ids[:5])
