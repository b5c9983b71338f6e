"""What the states of a run say to each other."""

from __future__ import annotations

import pytest
from genesys_purge.model.messages import BatchStep, Failure, Next, PlanSummary, RunRef, RunResult
from genesys_purge.model.run import Outcome
from genesys_purge.model.wire import Wire
from pydantic import ValidationError

STEP = BatchStep(
    run_id="run-1", batch=2, next=Next.POLL, wait_seconds=5, attempt=3, waited_seconds=20
)


def test_the_same_phase_again_counts_on_and_waits_at_least_as_long_as_asked() -> None:
    again = STEP.again(7.2)
    assert again.to_json() == {
        "runId": "run-1",
        "batch": 2,
        "next": "poll",
        "waitSeconds": 8,
        "attempt": 4,
        "waitedSeconds": 28,
    }


def test_another_phase_begins_its_count_anew() -> None:
    assert STEP.then(Next.VERIFY, 2.5).to_json() == {
        "runId": "run-1",
        "batch": 2,
        "next": "verify",
        "waitSeconds": 3,
        "attempt": 0,
        "waitedSeconds": 3,
    }
    assert STEP.then(Next.DONE).wait_seconds == 0


def test_the_map_begins_a_batch_with_its_number_alone() -> None:
    step = BatchStep.parse({"runId": "run-1", "batch": 0})
    assert (step.next, step.attempt, step.wait_seconds) == (Next.SUBMIT, 0, 0)


@pytest.mark.parametrize("outcome", Outcome)
def test_a_result_says_whether_those_who_watch_executions_may_rest(outcome: Outcome) -> None:
    result = RunResult.of("run-1", outcome)
    assert result.to_json() == {
        "runId": "run-1",
        "outcome": outcome.value,
        "succeeded": outcome.value in ("completed", "nothing_to_purge", "dry_run"),
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
def test_a_message_that_is_not_of_its_form_is_refused(
    message: type[Wire], payload: dict[str, object]
) -> None:
    with pytest.raises(ValidationError):
        message.parse(payload)


def test_a_message_cannot_be_changed_on_its_way() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        STEP.attempt = 0
