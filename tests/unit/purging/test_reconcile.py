"""Reconcile: after a submit without an answer, check and wait before submitting again."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.errors import GenesysUnavailable, OutcomeUnknown, PermissionMissing
from genesys_purge.methods.documented.conversation_archive import LOOK_UP, SUBMIT
from genesys_purge.methods.documented.data_deletion import COUNT
from genesys_purge.methods.documented.data_deletion import SUBMIT as D2_SUBMIT
from genesys_purge.model.batch import Batch, BatchState
from genesys_purge.model.messages import BatchStep, Next
from genesys_purge.model.slices import Slice

from tests import builders
from tests.clock import NOON
from tests.unit.workbench import Workbench

PATIENCE = 1_800


def unsure(**changes: Any) -> Batch:
    """A batch of ten ids whose submit got no answer."""
    known: dict[str, Any] = {
        "state": BatchState.SUBMITTING,
        "before": 10,
        "attempt": builders.unanswered(),
    }
    return builders.batch(**known | changes)


def left(bench: Workbench, count: int) -> None:
    """Only the first `count` conversations still exist."""
    ids = builders.conversation_ids(count)
    bench.genesys.on(LOOK_UP, {"data": [{"conversationId": each} for each in ids]})


def at_last(bench: Workbench, step: BatchStep) -> BatchStep:
    """The same step again, when no patience is left since the intent."""
    bench.clock.wait(PATIENCE)
    return bench.submit_batch(step)


def test_unanswered_submit_is_adopted_if_all_records_are_gone(
    bench: Workbench,
) -> None:
    step = bench.planned(unsure())
    left(bench, 0)
    assert bench.submit_batch(step).next is Next.VERIFY
    batch = bench.batch
    assert (batch.state, batch.pending, batch.attempt.is_uncertain) == (
        BatchState.COMPLETED,
        (),
        False,
    )
    assert (batch.deleted, batch.verified) == (None, None)
    assert bench.last_fact["action"] == "batch_reconciled"
    assert bench.last_fact["detail"] == "nothing is left of 10 records; timed out"
    assert "deleted" not in bench.last_fact
    assert bench.genesys.deletions == []


@pytest.mark.parametrize("remaining", [10, 3])
def test_remaining_records_are_checked_again_with_growing_waits(
    bench: Workbench, remaining: int
) -> None:
    step = bench.planned(unsure())
    left(bench, remaining)
    waits = list[int]()
    while sum(waits) + 300 <= PATIENCE:
        step = bench.submit_batch(step)
        waits.append(step.wait_seconds)
        bench.clock.wait(step.wait_seconds)
    assert waits == [30, 60, 120, 240, *[300] * 4]
    assert (step.next, bench.batch) == (Next.SUBMIT, unsure())


def test_partly_gone_records_are_neither_claimed_nor_submitted_again(
    bench: Workbench,
) -> None:
    step = bench.planned(unsure())
    left(bench, 3)
    with pytest.raises(OutcomeUnknown, match="7 of 10 records are gone since a submit"):
        at_last(bench, step)
    assert (bench.batch, bench.genesys.deletions) == (unsure(), [])


def test_remaining_records_are_submitted_again_and_audited(
    bench: Workbench,
) -> None:
    step = bench.planned(unsure())
    left(bench, 10)
    bench.genesys.on(SUBMIT, {"jobId": "job-2"})
    assert at_last(bench, step).next is Next.POLL
    assert bench.fact("batch_reconciled")["detail"] == (
        "no effect seen in 1800 seconds: 10 records are still there; submitting again"
    )
    assert (bench.batch.job_id, bench.batch.attempt.number) == ("job-2", 2)
    assert not bench.batch.attempt.is_uncertain


@pytest.mark.parametrize(("waited", "following"), [(1_770, Next.SUBMIT), (1_771, Next.POLL)])
def test_reconciliation_ends_with_the_last_wait_that_fits(
    bench: Workbench, waited: int, following: Next
) -> None:
    step = bench.planned(unsure())
    left(bench, 10)
    bench.genesys.on(SUBMIT, {"jobId": "job-2"})
    bench.clock.wait(waited)
    after = bench.submit_batch(step)
    assert (after.next, len(bench.genesys.deletions)) == (following, following is Next.POLL)


def test_fifth_submit_without_an_answer_is_the_last(bench: Workbench) -> None:
    step = bench.planned(unsure(attempt=builders.unanswered(doubts=(NOON,) * 5)))
    left(bench, 10)
    with pytest.raises(OutcomeUnknown, match="5 calls went unanswered: 10 records are still there"):
        at_last(bench, step)
    assert bench.genesys.deletions == []


def test_repeated_message_shortens_no_patience(bench: Workbench) -> None:
    step = bench.planned(unsure())
    left(bench, 10)
    stale = step.model_copy(update={"attempt": 9, "waited_seconds": PATIENCE})
    assert bench.submit_batch(stale).next is Next.SUBMIT
    assert bench.genesys.deletions == []


def test_failed_check_is_never_a_reason_to_submit_again(
    bench: Workbench,
) -> None:
    step = bench.planned(unsure())
    bench.genesys.on(LOOK_UP, GenesysUnavailable("503"))
    assert bench.submit_batch(step).wait_seconds == 30
    with pytest.raises(GenesysUnavailable):
        at_last(bench, step)
    assert (bench.batch, bench.genesys.deletions) == (unsure(), [])


def test_forbidden_check_ends_the_batch_at_once(bench: Workbench) -> None:
    step = bench.planned(unsure())
    bench.genesys.on(LOOK_UP, PermissionMissing("403", permission="p"))
    with pytest.raises(PermissionMissing):
        bench.submit_batch(step)


def test_reconciliation_checks_only_the_part_that_was_submitted(
    bench: Workbench,
) -> None:
    pending = (Slice(start=0, stop=2), Slice(start=2, stop=10))
    step = bench.planned(unsure(pending=pending, before=1, protected=frozenset({0})))
    left(bench, 0)
    bench.genesys.on(SUBMIT, {"jobId": "job-2"})
    assert bench.submit_batch(step).next is Next.POLL
    assert bench.genesys.calls[0].body["query"] == 'conversationId IN ("conversation-000001")'
    assert bench.genesys.deletions[0]["conversationIds"] == builders.conversation_ids(10)[2:]
    assert (bench.batch.state, bench.batch.pending) == (BatchState.SUBMITTED, pending[1:])


@pytest.mark.parametrize(
    ("count", "state"),
    [(0, BatchState.COMPLETED), (9, BatchState.SUBMITTED)],
)
def test_window_is_reconciled_by_its_count(bench: Workbench, count: int, state: BatchState) -> None:
    step = bench.planned(
        unsure(window=builders.window(), before=9), request=builders.data_deletion()
    )
    bench.genesys.on(COUNT, {"results": [{"count": count}]})
    bench.genesys.on(D2_SUBMIT, {"id": "job-2"})
    at_last(bench, step)
    assert bench.batch.state is state


def test_empty_window_is_not_submitted_again(bench: Workbench) -> None:
    step = bench.planned(
        unsure(window=builders.window(), before=0), request=builders.data_deletion()
    )
    bench.genesys.on(COUNT, {"results": []})
    assert bench.submit_batch(step).next is Next.VERIFY


def test_intent_is_not_touched_during_its_lease(bench: Workbench) -> None:
    step = bench.planned(unsure(attempt=builders.intended()))
    bench.clock.wait(20)
    later = bench.submit_batch(step)
    assert (later.next, later.wait_seconds) == (Next.SUBMIT, 40)
    assert (bench.batch.version, bench.genesys.calls) == (0, [])


def test_intent_after_its_lease_is_uncertain(bench: Workbench) -> None:
    step = bench.planned(unsure(attempt=builders.intended()))
    bench.clock.wait(60)
    later = bench.submit_batch(step)
    assert (later.next, later.wait_seconds, later.attempt) == (Next.SUBMIT, 15, 0)
    assert (bench.batch.attempt.is_uncertain, bench.batch.attempt.unanswered) == (True, 1)
    assert bench.batch.attempt.reason == "the worker that submitted it died"
    assert bench.genesys.calls == []
