"""Totals and outcomes: a run claims only reported and verified deletions."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.model.answers import LARGEST_COUNT
from genesys_purge.model.batch import Batch, BatchState
from genesys_purge.model.ending import outcome_of
from genesys_purge.model.run import Outcome, Plan, Run, RunStatus, finished, run_metric, totals_of
from hypothesis import given
from hypothesis import strategies as st

from tests import builders
from tests.clock import NOON


def plan(batches: int, targeted: int = 0, **skipped: int) -> Plan:
    return Plan(
        batches=batches,
        targeted=targeted,
        skipped=skipped,
        hash="0" * 64,
        unit="records",
        deleted_unit="recordings",
    )


def run(batches: int | None, **request: Any) -> Run:
    return builders.run(
        plan=None if batches is None else plan(batches),
        request=builders.conversation_archive(**request),
    )


def batch(state: BatchState = BatchState.COMPLETED, **changes: Any) -> Batch:
    return builders.batch(state=state, **{"is_verified": True} | changes)


VERIFIED, UNVERIFIED = batch(), batch(is_verified=False)
FAILED, GAVE_UP = batch(BatchState.FAILED), batch(BatchState.GAVE_UP)


@pytest.mark.parametrize(
    ("batches", "outcome"),
    [
        ([VERIFIED], Outcome.COMPLETED),
        ([VERIFIED, VERIFIED], Outcome.COMPLETED),
        ([UNVERIFIED], Outcome.COMPLETED_WITH_FAILURES),
        ([VERIFIED, UNVERIFIED], Outcome.COMPLETED_WITH_FAILURES),
        ([VERIFIED, FAILED], Outcome.COMPLETED_WITH_FAILURES),
        ([VERIFIED, GAVE_UP], Outcome.COMPLETED_WITH_FAILURES),
        ([VERIFIED, batch(BatchState.PLANNED)], Outcome.COMPLETED_WITH_FAILURES),
        ([VERIFIED, batch(BatchState.SUBMITTING)], Outcome.COMPLETED_WITH_FAILURES),
        ([VERIFIED, batch(BatchState.SUBMITTED)], Outcome.COMPLETED_WITH_FAILURES),
        ([FAILED], Outcome.FAILED),
        ([GAVE_UP], Outcome.FAILED),
        ([FAILED, GAVE_UP], Outcome.FAILED),
        ([batch(BatchState.SUBMITTED)], Outcome.FAILED),
        ([], Outcome.NOTHING_TO_PURGE),
    ],
)
def test_run_completes_only_if_all_batches_are_completed_and_verified(
    batches: list[Batch], outcome: Outcome
) -> None:
    assert outcome_of(run(len(batches)), batches) is outcome


@given(st.lists(st.tuples(st.sampled_from(BatchState), st.booleans()), min_size=1, max_size=6))
def test_no_other_mix_of_batches_completes_a_run(states: list[tuple[BatchState, bool]]) -> None:
    batches = [batch(state, is_verified=verified) for state, verified in states]
    complete = all(state is BatchState.COMPLETED and verified for state, verified in states)
    assert (outcome_of(run(len(batches)), batches) is Outcome.COMPLETED) is complete


def test_run_with_a_missing_batch_is_not_completed() -> None:
    assert outcome_of(run(2), [VERIFIED]) is Outcome.COMPLETED_WITH_FAILURES
    assert outcome_of(run(1), []) is Outcome.FAILED


def test_run_without_a_plan_is_failed() -> None:
    assert outcome_of(run(None), []) is Outcome.FAILED
    assert outcome_of(run(None, dryRun=True), []) is Outcome.FAILED


def test_dry_run_ends_as_dry_run_with_any_plan() -> None:
    assert outcome_of(run(3, dryRun=True), []) is Outcome.DRY_RUN
    assert outcome_of(run(0, dryRun=True), []) is Outcome.DRY_RUN


def test_totals_sum_planned_reported_and_verified_records() -> None:
    batches = [batch(planned=10, deleted=8, verified=7), batch(planned=5, deleted=5, verified=5)]
    totals = totals_of(plan(2, targeted=15, too_young=3), batches)
    assert totals.to_json() == {
        "unit": "records",
        "deletedUnit": "recordings",
        "targeted": 15,
        "skipped": {"too_young": 3},
        "deleted": 13,
        "verified": 12,
    }


def test_totals_count_protected_records_as_skipped() -> None:
    batches = [batch(planned=10, protected=frozenset({1, 2})), batch(protected=frozenset({0}))]
    totals = totals_of(plan(2, targeted=20, too_young=1), batches)
    assert totals.targeted == 17
    assert totals.skipped == {"too_young": 1, "protected": 3}


def test_totals_omit_a_count_that_no_batch_reported() -> None:
    assert totals_of(plan(1, targeted=10), [batch()]).deleted is None
    assert totals_of(plan(2, targeted=20), [batch(), batch(deleted=0)]).deleted == 0


def test_totals_of_10000_batches_never_exceed_the_largest_count() -> None:
    huge = [batch(deleted=LARGEST_COUNT, verified=1)] * 10_000
    totals = totals_of(plan(10_000, targeted=20_000), huge)
    assert (totals.deleted, totals.unreported, totals.verified) == (None, 20_000, 10_000)
    assert totals_of(plan(1, targeted=1), huge[:1]).deleted == LARGEST_COUNT


def test_totals_without_a_plan_are_empty() -> None:
    assert totals_of(None, []).to_json() == {"skipped": {}}


def test_finished_run_has_its_end_outcome_totals_and_detail() -> None:
    totals = totals_of(None, [])
    ended = finished(builders.run(), Outcome.FAILED, totals, NOON, "no room")
    assert ended.status is RunStatus.FINISHED
    assert (ended.outcome, ended.totals, ended.finished_at) == (Outcome.FAILED, totals, NOON)
    assert ended.detail == "no room"


def test_run_metric_has_a_fixed_name_for_each_outcome() -> None:
    assert [run_metric(outcome) for outcome in Outcome] == [
        "RunsCompleted",
        "RunsCompletedWithFailures",
        "RunsFailed",
        "RunsRejected",
        "RunsNothingToPurge",
        "RunsDryRun",
        "RunsCancelled",
    ]


def test_stored_run_keeps_the_nulls_of_its_request() -> None:
    request = builders.interaction_purge(filters={"attributes": {"region": None}}, query=None)
    run = builders.run(request=request, facts=builders.facts(builders.interaction_purge()))
    stored = run.model_dump_json(by_alias=True, exclude_none=True)
    assert Run.model_validate_json(stored).request == request
