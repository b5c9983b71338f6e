"""Runs, batches and manifests: the contract of the store and its in-memory twin."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from genesys_purge.errors import LostRace, NotFound
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.batch import Batch, BatchState, Entry
from genesys_purge.model.retention import Policy
from genesys_purge.model.run import Outcome, Plan, Run, RunStatus, finished, totals_of
from genesys_purge.model.skipped import SkippedRecord
from genesys_purge.model.slices import Slice

from tests import builders
from tests.builders import PLANNER
from tests.clock import NOON
from tests.unit.store.conftest import Tables
from tests.unit.workbench import entries_of


def record(action: Action = Action.RUN_SUBMITTED, run_id: str = "run-1") -> AuditRecord:
    return AuditRecord(run_id=run_id, at=NOON, actor="tests", action=action)


def actions(tables: Tables, run_id: str = "run-1") -> list[str]:
    return [each.action for each in tables.audit.page(run_id, 1, 100).records]


def stored(tables: Tables, **changes: Any) -> Run:
    return tables.runs.create(builders.run(**changes), record())


def planned(tables: Tables, *batches: Batch, count: int | None = None) -> Run:
    run = stored(tables)
    for batch in batches:
        tables.runs.put_batch(batch, entries_of(batch.planned), PLANNER)
    running = with_plan(run, len(batches) if count is None else count)
    tables.runs.plan(running, record(Action.RUN_PLANNED))
    return running


def with_plan(run: Run, batches: int) -> Run:
    policy = Policy(minimum_days=365, basis="law")
    plan = Plan(
        batches=batches,
        targeted=10,
        skipped={"a": 1},
        hash="f" * 64,
        policy=policy,
        unit="records",
        deleted_unit="records",
    )
    return run.model_copy(update={"plan": plan, "status": RunStatus.RUNNING})


def manifest(tables: Tables) -> list[Entry]:
    """The entries of the first batch."""
    return list(tables.runs.manifest(tables.runs.batch("run-1", 0)))


def test_run_is_read_as_it_was_created(tables: Tables) -> None:
    request = builders.interaction_purge(filters={"attributes": {"a": None, "ü": [1.5, True]}})
    run = stored(tables, request=request)
    assert tables.runs.get("run-1") == run == builders.run(request=request)
    assert actions(tables) == ["run_submitted"]


def test_second_run_of_an_id_is_answered_with_the_first(tables: Tables) -> None:
    first = stored(tables)
    other = builders.run(fingerprint="1" * 32, submitted_by="another caller")
    assert tables.runs.create(other, record()) == first
    assert tables.runs.get("run-1") == first
    assert actions(tables) == ["run_submitted"]


def test_runs_of_different_ids_are_independent(tables: Tables) -> None:
    stored(tables)
    tables.runs.create(builders.run(run_id="run-2"), record(run_id="run-2"))
    tables.runs.put_batch(builders.batch(run_id="run-2"), entries_of(10), PLANNER)
    assert tables.runs.batches(with_plan(builders.run(), 5)) == []
    assert list(tables.runs.manifest(builders.batch())) == []
    assert (actions(tables), actions(tables, "run-2")) == (["run_submitted"], ["run_submitted"])


def test_unknown_run_and_batch_are_not_found(tables: Tables) -> None:
    with pytest.raises(NotFound, match="run-1"):
        tables.runs.get("run-1")
    with pytest.raises(NotFound, match="batch 0"):
        tables.runs.batch("run-1", 0)


ENTRIES = [
    Entry("e5", NOON, None, record_id="message-1"),
    Entry("a1", datetime(2020, 2, 29, 23, 59, 59, 999_999, UTC), None),
    Entry("b2", datetime(1969, 12, 31, tzinfo=UTC), "hipaa"),
    Entry("b3", datetime(1, 1, 1, 0, 0, 0, 1, UTC), None),
    Entry("b4", datetime(9999, 12, 31, 23, 59, 59, 999_999, UTC), None),
    Entry("c3", datetime(2025, 10, 26, 1, 30, tzinfo=UTC), "ü"),
    Entry("d4", datetime(2025, 1, 2, tzinfo=UTC), None, datetime(2025, 1, 1, 0, 0, 0, 1, UTC)),
    Entry("e5", NOON, None, NOON, frozenset({"voice", "message"})),
    Entry("f6", NOON, None, None, frozenset({"chat"})),
]


def test_manifest_is_read_in_order_and_to_the_microsecond(tables: Tables) -> None:
    stored(tables)
    tables.runs.put_batch(builders.batch(planned=3), ENTRIES, PLANNER)
    assert manifest(tables) == ENTRIES


def test_batch_is_read_as_it_was_stored(tables: Tables) -> None:
    stored(tables)
    batch = builders.batch(
        number=7,
        state=BatchState.SUBMITTING,
        window=builders.window(),
        pending=(Slice(start=0, stop=4), Slice(start=4, stop=10)),
        protected=frozenset({1, 9}),
        attempt=builders.unanswered(at=NOON + timedelta(microseconds=1)),
        deleted=0,
        detail="ü",
    )
    tables.runs.put_batch(batch, [], PLANNER)
    assert tables.runs.batch("run-1", 7) == batch
    assert len(tables.runs.manifest(batch)) == 0


def test_batches_are_read_in_order_without_those_outside_the_plan(tables: Tables) -> None:
    run = planned(tables, *(builders.batch(number=n) for n in (11, 2, 0, 10, 1, 12)), count=12)
    assert [batch.number for batch in tables.runs.batches(run)] == [0, 1, 2, 10, 11]
    assert tables.runs.batches(builders.run()) == []


@pytest.mark.parametrize("limit", [1, 2, 4, 5, 100])
def test_batch_pages_form_the_plan_in_order(tables: Tables, limit: int) -> None:
    run = planned(tables, *(builders.batch(number=n) for n in range(6)), count=5)
    found: list[int] = []
    start: int | None = 0
    while start is not None:
        page = tables.runs.batch_page(run, start, limit)
        assert 1 <= len(page.batches) <= limit
        found += [each.number for each in page.batches]
        start = page.following
    assert found == [0, 1, 2, 3, 4]
    assert tables.runs.batch_page(run, 5, limit) == ([], None)
    assert tables.runs.batch_page(builders.run(), 0, limit) == ([], None)


def test_batch_may_be_overwritten_until_the_run_is_planned(tables: Tables) -> None:
    stored(tables)
    tables.runs.put_batch(builders.batch(), entries_of(10), PLANNER)
    tables.runs.put_batch(builders.batch(planned=3), ENTRIES, PLANNER)
    assert tables.runs.batch("run-1", 0).planned == 3
    assert manifest(tables) == ENTRIES


def test_batch_of_a_planned_run_is_not_overwritten(tables: Tables) -> None:
    planned(tables, builders.batch())
    with pytest.raises(LostRace):
        tables.runs.put_batch(builders.batch(planned=3), ENTRIES, PLANNER)
    with pytest.raises(LostRace):
        tables.runs.put_skipped("run-1", 0, [SkippedRecord("too_young", "a")], PLANNER)
    assert tables.runs.batch("run-1", 0).planned == builders.batch().planned
    assert manifest(tables) == entries_of(10)
    assert len(tables.runs.skipped("run-1", 0)) == 0


def test_only_the_latest_planner_writes_batches_and_the_plan(tables: Tables) -> None:
    run = stored(tables)
    tables.runs.begin_plan(run.model_copy(update={"planner": "planner-2"}))
    with pytest.raises(LostRace):
        tables.runs.put_batch(builders.batch(), entries_of(10), PLANNER)
    with pytest.raises(LostRace):
        tables.runs.put_skipped("run-1", 0, [SkippedRecord("too_young", "a")], PLANNER)
    with pytest.raises(LostRace):
        tables.runs.plan(with_plan(run, 1), record(Action.RUN_PLANNED))
    tables.runs.put_batch(builders.batch(), entries_of(10), "planner-2")
    later = run.model_copy(update={"planner": "planner-2"})
    tables.runs.plan(with_plan(later, 1), record(Action.RUN_PLANNED))
    assert actions(tables) == ["run_submitted", "run_planned"]


def test_planned_run_cannot_begin_a_plan(tables: Tables) -> None:
    run = planned(tables, builders.batch())
    with pytest.raises(LostRace):
        tables.runs.begin_plan(run)


def test_intent_of_a_finished_run_is_refused(tables: Tables) -> None:
    run = planned(tables, builders.batch())
    intent = builders.batch().to(BatchState.SUBMITTING)
    ended = finished(run, Outcome.FAILED, totals_of(run.plan, []), NOON, "stopped")
    tables.runs.finish(ended, record(Action.RUN_FAILED))
    with pytest.raises(LostRace):
        tables.runs.intend(intent)
    assert tables.runs.batch("run-1", 0).state is BatchState.PLANNED


def test_intent_is_stored_once(tables: Tables) -> None:
    planned(tables, builders.batch())
    intent = builders.batch().to(BatchState.SUBMITTING)
    tables.runs.intend(intent)
    with pytest.raises(LostRace):
        tables.runs.intend(intent)
    assert tables.runs.batch("run-1", 0) == intent


def test_batch_without_a_run_is_not_stored(tables: Tables) -> None:
    with pytest.raises(LostRace):
        tables.runs.put_batch(builders.batch(), entries_of(10), PLANNER)
    with pytest.raises(NotFound):
        tables.runs.batch("run-1", 0)


def test_run_is_planned_once(tables: Tables) -> None:
    run = planned(tables, builders.batch())
    assert tables.runs.get("run-1") == run
    with pytest.raises(LostRace):
        tables.runs.plan(with_plan(run, 2), record(Action.RUN_PLANNED))
    assert tables.runs.get("run-1") == run
    assert actions(tables) == ["run_submitted", "run_planned"]


def test_run_is_finished_once_with_or_without_a_plan(tables: Tables) -> None:
    run = stored(tables)
    ended = finished(run, Outcome.REJECTED, totals_of(None, []), NOON, "fix it")
    tables.runs.finish(ended, record(Action.RUN_REJECTED))
    reported = ended.model_copy(update={"reported_in": 2})
    assert tables.runs.get("run-1") == reported
    for again in (ended, finished(run, Outcome.COMPLETED, totals_of(None, []), NOON, None)):
        with pytest.raises(LostRace):
            tables.runs.finish(again, record(Action.RUN_COMPLETED))
    with pytest.raises(LostRace):
        tables.runs.plan(with_plan(run, 1), record(Action.RUN_PLANNED))
    assert tables.runs.get("run-1") == reported
    assert actions(tables) == ["run_submitted", "run_rejected"]


def ended_run(tables: Tables) -> Run:
    run = stored(tables)
    ended = finished(run, Outcome.FAILED, totals_of(None, []), NOON, "stopped")
    tables.runs.finish(ended, record(Action.RUN_FAILED))
    return tables.runs.get("run-1")


def revised(run: Run, **changes: Any) -> Run:
    return run.model_copy(update={"revision": run.revision + 1} | changes)


def test_revised_run_names_the_record_that_reports_its_totals(tables: Tables) -> None:
    run = ended_run(tables)
    tables.runs.revise(revised(run, detail="a"), record(Action.RUN_CORRECTED))
    after = tables.runs.get("run-1")
    assert (run.reported_in, after.reported_in, after.detail) == (2, 3, "a")
    assert actions(tables)[-2:] == ["run_failed", "run_corrected"]


def test_revision_without_a_record_keeps_the_last_one(tables: Tables) -> None:
    run = ended_run(tables)
    tables.runs.revise(revised(run, is_settled=True))
    after = tables.runs.get("run-1")
    assert (after.reported_in, after.revision, after.is_settled) == (2, 1, True)
    assert actions(tables)[-1] == "run_failed"


@pytest.mark.parametrize("fact", [record(Action.RUN_CORRECTED), None])
def test_second_of_two_concurrent_revisions_is_lost(
    tables: Tables, fact: AuditRecord | None
) -> None:
    run = ended_run(tables)
    tables.runs.revise(revised(run, detail="first"))
    with pytest.raises(LostRace):
        tables.runs.revise(revised(run, detail="second"), fact)
    assert tables.runs.get("run-1").detail == "first"
    assert actions(tables)[-1] == "run_failed"


def test_running_run_is_not_revised(tables: Tables) -> None:
    run = planned(tables, builders.batch())
    with pytest.raises(LostRace):
        tables.runs.revise(revised(run))


@pytest.mark.parametrize("change", ["plan", "finish"])
def test_unknown_run_is_neither_planned_nor_finished(tables: Tables, change: str) -> None:
    with pytest.raises(LostRace):
        getattr(tables.runs, change)(with_plan(builders.run(), 1), record())
    assert actions(tables) == []


def test_batch_advances_one_version_at_a_time(tables: Tables) -> None:
    planned(tables, builders.batch())
    first = builders.batch().to(BatchState.SUBMITTING, attempt=builders.intended())
    tables.runs.advance(first)
    second = first.to(BatchState.SUBMITTED, job_id="job-1")
    tables.runs.advance(second, record(Action.BATCH_SUBMITTED))
    assert tables.runs.batch("run-1", 0) == second
    assert actions(tables)[-1] == "batch_submitted"


def test_batch_that_another_worker_changed_is_not_overwritten(tables: Tables) -> None:
    planned(tables, builders.batch())
    won = builders.batch().to(BatchState.SUBMITTING)
    tables.runs.advance(won)
    for lost in (
        builders.batch().to(BatchState.FAILED),
        won.to(BatchState.SUBMITTED).to(BatchState.FAILED),
    ):
        with pytest.raises(LostRace):
            tables.runs.advance(lost, record(Action.BATCH_FAILED))
    assert tables.runs.batch("run-1", 0) == won
    assert actions(tables) == ["run_submitted", "run_planned"]


def test_unknown_batch_does_not_advance(tables: Tables) -> None:
    planned(tables)
    with pytest.raises(LostRace):
        tables.runs.advance(builders.batch().to(BatchState.FAILED), record())
    assert actions(tables) == ["run_submitted", "run_planned"]


def test_manifest_of_a_thousand_long_ids_is_stored(tables: Tables) -> None:
    stored(tables)
    entries = [Entry(f"{n:0>64}", NOON, "confidential") for n in range(1_000)]
    tables.runs.put_batch(builders.batch(planned=1_000), entries, PLANNER)
    assert manifest(tables) == entries
