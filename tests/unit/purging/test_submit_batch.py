"""SubmitBatch: the intent first, the call once, and a state for every way it can end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from genesys_purge.calling.permit import Permit
from genesys_purge.errors import (
    AuthenticationFailed,
    FieldError,
    GenesysUnavailable,
    InvalidRequest,
    JobLost,
    LimitExceeded,
    OnLegalHold,
    OutcomeUnknown,
    PermissionMissing,
    PurgeError,
    PurgingSwitchedOff,
    RateLimited,
    RefusedByGenesys,
    StorageExhausted,
    TryLater,
)
from genesys_purge.methods.documented.conversation_archive import SUBMIT
from genesys_purge.methods.documented.data_deletion import COUNT
from genesys_purge.methods.documented.data_deletion import SUBMIT as SUBMIT_WINDOW
from genesys_purge.model.batch import BatchState
from genesys_purge.model.messages import Failure, Next

from tests import builders
from tests.clock import NOON
from tests.unit.methods.scene import hold
from tests.unit.workbench import Workbench

ACCEPTED = {"jobId": "job-1"}


def test_batch_is_submitted_whole_and_polled_by_its_size(bench: Workbench) -> None:
    step = bench.planned(builders.batch(planned=1_000))
    bench.genesys.on(SUBMIT, ACCEPTED)
    after = bench.submit_batch(step)
    assert (after.next, after.wait_seconds) == (Next.POLL, 30)
    assert bench.genesys.deletions == [
        {"conversationIds": builders.conversation_ids(1_000), "permanentDelete": True}
    ]
    batch = bench.batch
    assert (batch.state, batch.job_id, batch.submitted_at) == (BatchState.SUBMITTED, "job-1", NOON)
    assert (batch.attempt.number, batch.before, batch.version) == (1, 1_000, 2)
    assert bench.last_fact == {
        "runId": "run-1",
        "sequence": 3,
        "at": "2026-11-21T12:00:00Z",
        "actor": "tests",
        "action": "batch_submitted",
        "batch": 0,
        "jobId": "job-1",
        "unit": "records",
        "deletedUnit": "records",
        "targeted": 1_000,
    }


def test_intent_is_stored_before_the_submit(bench: Workbench) -> None:
    step = bench.planned(builders.batch(submitted_at=NOON - timedelta(hours=1)))
    seen = []

    def look(_: Any) -> dict[str, Any]:
        seen.append(bench.batch)
        return ACCEPTED

    bench.genesys.on(SUBMIT, look)
    bench.submit_batch(step)
    (batch,) = seen
    assert (batch.state, batch.attempt.number, batch.attempt.at) == (BatchState.SUBMITTING, 1, NOON)
    assert batch.submitted_at is None
    assert bench.genesys.calls[0].permit == Permit("run-1", 0, 1, NOON)


def test_window_is_counted_right_before_its_submit(bench: Workbench) -> None:
    batch = builders.batch(planned=9, window=builders.window())
    step = bench.planned(batch, request=builders.data_deletion())
    bench.genesys.on(COUNT, {"results": [{"count": 7}]})
    bench.genesys.on(SUBMIT_WINDOW, {"id": "job-1"})
    after = bench.submit_batch(step)
    assert (after.next, after.wait_seconds, bench.batch.before) == (Next.POLL, 15, 7)
    assert bench.last_fact["targeted"] == 7
    assert [call.operation for call in bench.genesys.calls] == [COUNT, SUBMIT_WINDOW]


def test_window_that_cannot_be_counted_is_submitted_later(bench: Workbench) -> None:
    step = bench.planned(builders.batch(window=builders.window()), request=builders.data_deletion())
    bench.genesys.on(COUNT, RateLimited("429", retry_after=20))
    later = bench.submit_batch(step)
    assert (later.next, later.attempt) == (Next.SUBMIT, 1)
    assert (bench.batch.state, bench.batch.attempt.number) == (BatchState.PLANNED, 0)
    assert 20 <= later.wait_seconds <= 30
    assert bench.genesys.deletions == []


def test_window_that_has_grown_is_not_submitted(bench: Workbench) -> None:
    batch = builders.batch(planned=9, window=builders.window())
    step = bench.planned(batch, request=builders.data_deletion())
    bench.genesys.on(COUNT, {"results": [{"count": 10}]})
    with pytest.raises(LimitExceeded):
        bench.submit_batch(step)
    assert (bench.batch.state, bench.genesys.deletions) == (BatchState.PLANNED, [])


@pytest.mark.parametrize("state", [BatchState.SUBMITTED, BatchState.COMPLETED, BatchState.FAILED])
def test_batch_in_a_later_state_is_passed_on_without_a_call(
    bench: Workbench, state: BatchState
) -> None:
    step = bench.planned(builders.batch(state=state, job_id="job-1"))
    expected = {"submitted": Next.POLL, "completed": Next.VERIFY, "failed": Next.DONE}
    assert bench.submit_batch(step).next is expected[state]
    assert (bench.genesys.calls, bench.facts) == ([], [])


def test_batch_of_protected_records_completes_without_a_call(bench: Workbench) -> None:
    step = bench.planned(builders.batch(planned=2, protected=frozenset({0, 1})))
    assert bench.submit_batch(step).next is Next.VERIFY
    assert (bench.batch.state, bench.genesys.calls) == (BatchState.COMPLETED, [])


@pytest.mark.parametrize(
    ("error", "least", "most"),
    [
        (RateLimited("429", retry_after=20), 20, 30),
        (RateLimited("429", retry_after=0), 1, 10),
        (RateLimited("429"), 1, 10),
        (GenesysUnavailable("not sent"), 1, 10),
    ],
)
def test_submit_that_was_not_executed_is_repeated_later(
    bench: Workbench, error: PurgeError, least: int, most: int
) -> None:
    step = bench.planned()
    bench.genesys.on(SUBMIT, error, ACCEPTED)
    later = bench.submit_batch(step)
    assert (later.next, later.attempt) == (Next.SUBMIT, 1)
    assert least <= later.wait_seconds <= most
    assert (bench.batch.state, bench.batch.attempt.is_open) == (BatchState.PLANNED, False)
    assert bench.batch.attempt.reason == str(error)
    assert bench.submit_batch(later).next is Next.POLL
    assert [call.permit for call in bench.genesys.calls] == [
        Permit("run-1", 0, 1, NOON),
        Permit("run-1", 0, 2, NOON),
    ]


@pytest.mark.parametrize(
    "error",
    [
        AuthenticationFailed("401"),
        PermissionMissing("403", permission="p"),
        StorageExhausted("507"),
        JobLost("404"),
        RefusedByGenesys("400", status=400),
        RefusedByGenesys("422", status=422),
    ],
)
def test_refused_submit_withdraws_its_intent_and_ends_the_batch(
    bench: Workbench, error: PurgeError
) -> None:
    step = bench.planned()
    bench.genesys.on(SUBMIT, error)
    with pytest.raises(type(error)):
        bench.submit_batch(step)
    assert (bench.batch.state, bench.batch.attempt.is_open) == (BatchState.PLANNED, False)
    assert bench.batch.attempt.reason == str(error)
    assert bench.facts == []


def test_conflict_over_a_window_ends_the_batch(bench: Workbench) -> None:
    batch = builders.batch(window=builders.window())
    step = bench.planned(batch, request=builders.data_deletion())
    bench.genesys.on(COUNT, {"results": [{"count": 1}]})
    bench.genesys.on(SUBMIT_WINDOW, RefusedByGenesys("409", status=409))
    with pytest.raises(RefusedByGenesys):
        bench.submit_batch(step)
    assert bench.batch.state is BatchState.PLANNED


def test_submit_with_an_unknown_outcome_is_reconciled(bench: Workbench) -> None:
    step = bench.planned()
    bench.genesys.on(SUBMIT, OutcomeUnknown("timed out"))
    after = bench.submit_batch(step)
    assert (after.next, after.wait_seconds, after.attempt) == (Next.SUBMIT, 15, 0)
    batch = bench.batch
    assert (batch.state, batch.attempt.is_uncertain) == (BatchState.SUBMITTING, True)
    assert (batch.attempt.unanswered, batch.attempt.reason) == (1, "timed out")


def test_batch_of_a_dry_run_is_refused(bench: Workbench) -> None:
    step = bench.planned(request=builders.conversation_archive(dryRun=True))
    with pytest.raises(InvalidRequest) as refused:
        bench.submit_batch(step)
    assert list(refused.value.fields) == [FieldError("runId", "run-1 is a dry run, not running")]
    assert (bench.batch.state, bench.genesys.calls) == (BatchState.PLANNED, [])


def test_batch_of_an_ended_run_fails_without_a_call(bench: Workbench) -> None:
    step = bench.planned()
    bench.fail_purge(Failure(run_id="run-1", error="States.Timeout", cause="stopped"))
    assert bench.submit_batch(step).next is Next.DONE
    assert (bench.batch.state, bench.genesys.calls) == (BatchState.FAILED, [])
    assert bench.last_fact["detail"] == "the run ended before this batch was submitted"


def test_purging_switch_stops_a_batch_before_its_call(bench: Workbench) -> None:
    step = bench.planned()
    bench.policies.switch = "off"
    with pytest.raises(PurgingSwitchedOff):
        bench.submit_batch(step)
    assert (bench.batch.state, bench.batch.attempt.is_open) == (BatchState.PLANNED, False)
    assert bench.genesys.calls == []


def test_records_on_a_new_hold_are_protected_and_the_rest_submitted(bench: Workbench) -> None:
    step = bench.planned(builders.batch(planned=3))
    bench.holds.placed.append(hold(conversation_ids=frozenset({"conversation-000001"})))
    bench.genesys.on(SUBMIT, ACCEPTED)
    assert bench.submit_batch(step).next is Next.POLL
    assert bench.batch.protected == {1}
    assert bench.fact("batch_protected")["skipped"] == {"protected": 1}
    ids = ["conversation-000000", "conversation-000002"]
    assert bench.genesys.deletions == [{"conversationIds": ids, "permanentDelete": True}]
    assert bench.last_fact["targeted"] == 2


def test_hold_on_a_window_ends_its_batch(bench: Workbench) -> None:
    step = bench.planned(builders.batch(window=builders.window()), request=builders.data_deletion())
    bench.genesys.on(COUNT, {"results": [{"count": 1}]})
    bench.holds.placed.append(hold())
    with pytest.raises(OnLegalHold):
        bench.submit_batch(step)
    assert (bench.batch.state, bench.genesys.deletions) == (BatchState.PLANNED, [])


def test_batch_that_cannot_be_submitted_in_time_gives_up(bench: Workbench) -> None:
    step = bench.planned()
    bench.genesys.on(SUBMIT, TryLater("busy"))
    bench.submit_batch(step)
    for waited, state in ((14_400, BatchState.PLANNED), (1, BatchState.GAVE_UP)):
        bench.clock.wait(waited)
        after = bench.submit_batch(step)
        assert bench.batch.state is state
    assert after.next is Next.DONE
    assert bench.last_fact["action"] == "batch_gave_up"
    assert bench.batch.detail == "could not be submitted within 14400 seconds"
