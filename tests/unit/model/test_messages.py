"""The messages between the states of a run."""

from __future__ import annotations

import pytest
from genesys_purge.model.messages import BatchStep, Failure, Next, PlanSummary, RunRef, RunResult
from genesys_purge.model.run import Outcome
from genesys_purge.model.wire import Wire
from pydantic import ValidationError

STEP = BatchStep(
    run_id="run-1", batch=2, next=Next.POLL, wait_seconds=5, attempt=3, waited_seconds=20
)


def test_repeated_batch_step_counts_on_and_rounds_its_wait_up() -> None:
    again = STEP.again(7.2)
    assert again.to_json() == {
        "runId": "run-1",
        "batch": 2,
        "next": "poll",
        "waitSeconds": 8,
        "attempt": 4,
        "waitedSeconds": 28,
    }


def test_batch_step_of_another_phase_restarts_its_counts() -> None:
    assert STEP.then(Next.VERIFY, 2.5).to_json() == {
        "runId": "run-1",
        "batch": 2,
        "next": "verify",
        "waitSeconds": 3,
        "attempt": 0,
        "waitedSeconds": 3,
    }
    assert STEP.then(Next.DONE).wait_seconds == 0


def test_batch_step_from_the_map_starts_with_submit() -> None:
    step = BatchStep.parse({"runId": "run-1", "batch": 0})
    assert (step.next, step.attempt, step.wait_seconds) == (Next.SUBMIT, 0, 0)


@pytest.mark.parametrize("outcome", Outcome)
def test_run_result_succeeds_unless_the_run_failed(outcome: Outcome) -> None:
    result = RunResult.of("run-1", outcome)
    assert result.to_json() == {
        "runId": "run-1",
        "outcome": outcome.value,
        "succeeded": outcome.value in ("completed", "nothing_to_purge", "dry_run", "cancelled"),
    }


@pytest.mark.parametrize(
    ("message", "payload"),
    [
        (RunRef, {"runId": ""}),
        (RunRef, {"runId": "x" * 81}),
        (RunRef, {"runId": "r", "more": 1}),
        (RunRef, {"run_id": "r"}),
        (BatchStep, {"runId": "r", "batch": -1}),
        (BatchStep, {"runId": "r", "batch": "0"}),
        (BatchStep, {"runId": "r", "batch": 0, "next": "delete"}),
        (PlanSummary, {"runId": "r", "batches": 1, "concurrency": 1, "proceed": "yes"}),
        (Failure, {"runId": "r", "error": "E"}),
    ],
)
def test_malformed_message_is_refused(message: type[Wire], payload: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        message.parse(payload)


def test_message_is_immutable() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        STEP.attempt = 0
