"""VerifyBatch: checking whether the records of a completed batch are gone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from genesys_purge.errors import GenesysUnavailable, PermissionMissing, RateLimited
from genesys_purge.methods.documented.conversation_archive import LOOK_UP
from genesys_purge.methods.documented.data_deletion import COUNT
from genesys_purge.model.batch import Batch, BatchState
from genesys_purge.model.messages import BatchStep, Next
from genesys_purge.purging.waiting import VERIFIED_WITHIN, VERIFY_WAITS

from tests import builders
from tests.clock import NOON
from tests.unit.workbench import Workbench


def completed(**changes: Any) -> Batch:
    known: dict[str, Any] = {
        "state": BatchState.COMPLETED,
        "job_id": "job-1",
        "deleted": 10,
        "before": 10,
        "pending": (),
    }
    return builders.batch(**known | changes)


def verifying(bench: Workbench, *batches: Batch, **request: Any) -> BatchStep:
    step = bench.planned(*(batches or (completed(),)), **request)
    return step.model_copy(update={"next": Next.VERIFY})


def in_window(bench: Workbench, request: dict[str, Any], **changes: Any) -> BatchStep:
    return verifying(bench, completed(window=builders.window(), **changes), request=request)


def left(bench: Workbench, count: int) -> None:
    ids = builders.conversation_ids(count)
    bench.genesys.on(LOOK_UP, {"data": [{"conversationId": each} for each in ids]})


def at_last(step: BatchStep) -> BatchStep:
    return step.model_copy(update={"attempt": len(VERIFY_WAITS)})


def test_batch_whose_records_are_gone_is_verified_at_once(bench: Workbench) -> None:
    step = verifying(bench)
    left(bench, 0)
    assert bench.verify_batch(step).next is Next.DONE
    batch = bench.batch
    assert (batch.verified, batch.is_verified, batch.deleted) == (10, True, 10)
    assert bench.last_fact == {
        "runId": "run-1",
        "sequence": 3,
        "at": "2026-11-21T12:00:00Z",
        "actor": "tests",
        "action": "batch_verified",
        "batch": 0,
        "jobId": "job-1",
        "unit": "records",
        "deletedUnit": "records",
        "targeted": 10,
        "deleted": 10,
        "verified": 10,
        "successRate": 1.0,
    }
    assert bench.meter.counts == {"RecordsDeleted": 10}


def test_lagging_analytics_are_queried_a_bounded_number_of_times(bench: Workbench) -> None:
    step = verifying(bench)
    left(bench, 1)
    waits = []
    for _ in VERIFY_WAITS:
        step = bench.verify_batch(step)
        waits.append(step.wait_seconds)
    assert tuple(waits) == VERIFY_WAITS
    assert (step.next, bench.batch.verified, bench.facts) == (Next.VERIFY, None, [])
    left(bench, 0)
    assert bench.verify_batch(step).next is Next.DONE
    assert bench.batch.is_verified


def test_first_check_of_a_running_run_is_never_the_last(bench: Workbench) -> None:
    step = verifying(bench, completed(ended_at=NOON))
    left(bench, 1)
    bench.clock.wait(10 * VERIFIED_WITHIN)
    assert bench.verify_batch(step).next is Next.VERIFY
    assert bench.batch.verified is None


def test_remaining_records_leave_the_batch_unverified(bench: Workbench) -> None:
    step = verifying(bench)
    left(bench, 3)
    assert bench.verify_batch(at_last(step)).next is Next.DONE
    batch = bench.batch
    assert (batch.state, batch.verified, batch.is_verified) == (BatchState.COMPLETED, 7, False)
    assert bench.last_fact["action"] == "batch_unverified"
    assert bench.last_fact["detail"] == "3 records still detected"


def test_verification_ignores_protected_records(bench: Workbench) -> None:
    step = verifying(bench, completed(planned=3, protected=frozenset({1}), deleted=2))
    left(bench, 0)
    bench.verify_batch(step)
    query = 'conversationId IN ("conversation-000000","conversation-000002")'
    assert bench.genesys.calls[0].body["query"] == query
    assert (bench.batch.verified, bench.batch.is_verified) == (2, True)


def test_batch_of_protected_records_needs_no_verification_call(bench: Workbench) -> None:
    step = verifying(bench, completed(planned=1, protected=frozenset({0}), deleted=None))
    assert bench.verify_batch(step).next is Next.DONE
    assert (bench.batch.verified, bench.batch.is_verified) == (0, True)
    assert bench.genesys.calls == []
    assert bench.meter.counts["NothingDeleted"] == 0


def test_deleted_is_the_difference_of_counts_if_no_job_reports_it(
    bench: Workbench,
) -> None:
    step = in_window(bench, builders.data_deletion(), deleted=None, before=8)
    bench.genesys.on(COUNT, {"results": [{"count": 0}]})
    bench.verify_batch(step)
    assert (bench.batch.deleted, bench.batch.verified, bench.batch.is_verified) == (8, 8, True)
    assert (bench.last_fact["deleted"], bench.last_fact["successRate"]) == (8, 1.0)


def test_interactions_are_verified_if_the_count_fell_as_reported(
    bench: Workbench,
) -> None:
    step = in_window(bench, builders.interaction_purge(), deleted=6, before=10)
    bench.genesys.on(COUNT, {"results": [{"count": 4}]})
    bench.verify_batch(step)
    assert (bench.batch.deleted, bench.batch.verified, bench.batch.is_verified) == (6, 6, True)
    assert "successRate" not in bench.last_fact


def test_interactions_are_unverified_if_fewer_are_gone(
    bench: Workbench,
) -> None:
    step = in_window(bench, builders.interaction_purge(), deleted=6, before=10)
    bench.genesys.on(COUNT, {"results": [{"count": 5}]})
    bench.verify_batch(at_last(step))
    assert (bench.batch.deleted, bench.batch.verified, bench.batch.is_verified) == (6, 5, False)
    assert bench.last_fact["action"] == "batch_unverified"


@pytest.mark.parametrize(("retry_after", "wait"), [(None, 5), (60, 60)])
def test_failed_verification_is_repeated_later(
    bench: Workbench, retry_after: float | None, wait: int
) -> None:
    step = verifying(bench, completed(ended_at=NOON))
    bench.genesys.on(LOOK_UP, GenesysUnavailable("503", retry_after=retry_after))
    after = bench.verify_batch(step)
    assert (after.next, after.wait_seconds, after.attempt) == (Next.VERIFY, wait, 1)


def test_rate_limit_uses_up_no_check_for_an_hour(bench: Workbench) -> None:
    step = at_last(verifying(bench, completed(ended_at=NOON)))
    bench.genesys.on(LOOK_UP, RateLimited("429", retry_after=60))
    bench.clock.wait(VERIFIED_WITHIN)
    after = bench.verify_batch(step)
    assert (after.next, after.attempt) == (Next.VERIFY, step.attempt)
    assert 60 <= after.wait_seconds <= 180
    bench.clock.wait(1)
    with pytest.raises(RateLimited):
        bench.verify_batch(after)


def test_rate_limit_uses_up_a_check_without_the_end_of_the_job(bench: Workbench) -> None:
    step = verifying(bench, completed(ended_at=None))
    bench.genesys.on(LOOK_UP, RateLimited("429"))
    assert bench.verify_batch(step).attempt == 1


@pytest.mark.parametrize(
    "error", [GenesysUnavailable("503"), PermissionMissing("p", permission="p")]
)
def test_last_failed_verification_leaves_the_batch_unverified(
    bench: Workbench, error: Exception
) -> None:
    step = verifying(bench)
    bench.genesys.on(LOOK_UP, error)
    with pytest.raises(type(error)):
        bench.verify_batch(at_last(step))
    assert (bench.batch.verified, bench.facts) == (None, [])


def test_batch_that_deleted_nothing_raises_the_alarm(bench: Workbench) -> None:
    step = verifying(bench, completed(deleted=0))
    left(bench, 10)
    bench.verify_batch(at_last(step))
    assert bench.meter.counts["NothingDeleted"] == 1
    assert bench.meter.dimensions["NothingDeleted"] == ("conversation_archive", None)
    assert bench.last_fact["successRate"] == 0.0


def test_verified_batch_is_not_verified_again(bench: Workbench) -> None:
    step = verifying(bench, completed(verified=7))
    assert bench.verify_batch(step).next is Next.DONE
    assert (bench.genesys.calls, bench.facts) == ([], [])


@pytest.mark.parametrize(
    ("state", "following"),
    [
        (BatchState.PLANNED, Next.SUBMIT),
        (BatchState.SUBMITTED, Next.POLL),
        (BatchState.GAVE_UP, Next.DONE),
    ],
)
def test_batch_in_another_state_is_passed_on_without_a_call(
    bench: Workbench, state: BatchState, following: Next
) -> None:
    assert bench.verify_batch(verifying(bench, completed(state=state))).next is following
    assert bench.genesys.calls == []


def test_verified_batch_emits_records_seconds_and_rate(bench: Workbench) -> None:
    ended = NOON + timedelta(seconds=40)
    step = verifying(bench, completed(began_at=NOON, ended_at=ended))
    left(bench, 0)
    bench.verify_batch(step)
    assert bench.meter.counts == {"RecordsDeleted": 10, "RecordsPerSecond": 0.25}
    assert bench.meter.durations == {"JobDuration": 40.0}
    assert set(bench.meter.dimensions.values()) == {("conversation_archive", None)}


def test_missing_counts_emit_no_metric(bench: Workbench) -> None:
    step = verifying(bench, completed(deleted=None, unreported=10))
    left(bench, 0)
    bench.verify_batch(step)
    assert (bench.batch.deleted, bench.batch.verified, bench.batch.unreported) == (None, 10, 10)
    assert "successRate" not in bench.last_fact
    assert (bench.meter.counts, bench.meter.durations) == ({}, {})


def test_counted_window_has_no_unreported_records(bench: Workbench) -> None:
    step = in_window(bench, builders.data_deletion(), deleted=None, unreported=8, before=8)
    bench.genesys.on(COUNT, {"results": [{"count": 0}]})
    bench.verify_batch(step)
    assert (bench.batch.deleted, bench.batch.unreported) == (8, 0)
    assert bench.last_fact["successRate"] == 1.0
