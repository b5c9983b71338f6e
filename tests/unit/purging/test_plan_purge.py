"""PlanPurge: a plan is made once, within its limit, and submits nothing."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import pytest
from genesys_purge.errors import InvalidRequest, LimitExceeded, OnLegalHold
from genesys_purge.methods.documented.conversation_archive import LOOK_UP
from genesys_purge.methods.documented.data_deletion import COUNT
from genesys_purge.model.batch import BatchState
from genesys_purge.model.messages import PlanSummary, RunRef
from genesys_purge.model.run import RunStatus
from genesys_purge.model.skipped import SkippedRecord
from genesys_purge.model.slices import Slice
from genesys_purge.purging import plan_purge, skipped_chunks

from tests import builders
from tests.plan_fakes import index_of
from tests.unit.methods.scene import hold
from tests.unit.workbench import Workbench

OLD = builders.days_ago(400)


def small(**settings: Any) -> Workbench:
    """Four ids make a batch; every conversation is old enough, except number 3."""
    bench = Workbench(batch_size=4, concurrent_jobs=7, **settings)
    bench.genesys.on(LOOK_UP, found)
    return bench


def found(body: Any) -> dict[str, Any]:
    ids = body["query"].partition("(")[2].rstrip(")").replace('"', "").split(",")
    return {
        "data": [
            {"conversationId": each, "conversationEnd": OLD.isoformat()}
            for each in ids
            if not each.endswith("3")
        ]
    }


def plan(bench: Workbench, **request: Any) -> PlanSummary:
    bench.stored(builders.conversation_archive(**request))
    return bench.plan_purge(RunRef(run_id="run-1"))


def test_plan_has_batches_manifests_counts_and_a_hash() -> None:
    bench = small()
    assert plan(bench).to_json() == {
        "runId": "run-1",
        "planned": True,
        "waitSeconds": 0,
        "batches": 3,
        "first": 0,
        "concurrency": 7,
        "proceed": True,
        "awaitsApproval": False,
    }
    run, ids = bench.run, builders.conversation_ids(10)
    expected = [ids[0], ids[1], ids[2], *ids[4:]]
    manifests = [bench.runs.manifest(bench.runs.batch("run-1", number)) for number in range(3)]
    assert [e.conversation_id for entries in manifests for e in entries] == expected
    assert [len(entries) for entries in manifests] == [4, 4, 1]
    assert run.status is RunStatus.RUNNING
    assert run.plan is not None
    assert (run.plan.batches, run.plan.targeted, run.plan.skipped) == (3, 9, {"not_found": 1})
    assert run.plan.policy is not None
    assert run.plan.policy.minimum_days == 365
    assert not run.plan.upper_bound
    assert bench.genesys.deletions == []


def test_planned_batch_starts_whole_and_untouched() -> None:
    bench = small()
    plan(bench)
    for batch, size in zip(bench.runs.batches(bench.run), [4, 4, 1], strict=True):
        assert (batch.state, batch.planned, batch.targeted) == (BatchState.PLANNED, size, size)
        assert batch.pending == (Slice(start=0, stop=size),)
        assert (batch.job_id, batch.deleted, batch.verified, batch.attempt.number) == (
            None,
            None,
            None,
            0,
        )


def test_plan_is_audited_with_its_counts_and_hash() -> None:
    bench = small()
    bench.stored(builders.conversation_archive(), compliance_tags=("pii",))
    bench.plan_purge(RunRef(run_id="run-1"))
    assert bench.run.plan is not None
    assert bench.last_fact == {
        "runId": "run-1",
        "sequence": 2,
        "at": "2026-11-21T12:00:00Z",
        "actor": "plan_purge",
        "action": "run_planned",
        "method": "conversation_archive",
        "request": bench.run.facts.to_json(),
        "plan": {
            "batches": 3,
            "hash": bench.run.plan.hash,
            "upperBound": False,
            "lines": index_of(bench.run).to_json(),
        },
        "unit": "conversations",
        "deletedUnit": "conversations",
        "targeted": 9,
        "skipped": {"not_found": 1},
        "complianceTags": ["pii"],
        "policy": {
            "minimumDays": 365,
            "basis": "Documented least retention of the conversation archive: one year",
            "rule": "any record",
        },
    }


def test_plan_is_audited_with_the_limits_in_force() -> None:
    bench = small(max_records=50)
    bench.stored(builders.conversation_archive(maxRecords=20))
    bench.plan_purge(RunRef(run_id="run-1"))
    assert bench.last_fact["request"]["limits"] == {
        "inForce": 20,
        "request": 20,
        "deployment": 50,
    }


def test_skipped_ids_are_stored_with_their_reason() -> None:
    bench = small()
    plan(bench, dryRun=True)
    assert bench.run.skipped_chunks == 1
    expected = [SkippedRecord("not_found", "conversation-000003")]
    assert list(bench.runs.skipped("run-1", 0)) == expected


def test_skipped_ids_are_stored_while_the_plan_is_made() -> None:
    bench, order = small(), list[str]()

    def look_up(body: Any) -> dict[str, Any]:
        order.append("look up")
        return found(body)

    bench.genesys.on(LOOK_UP, look_up)
    bench.runs.before_write = order.append
    with patch.object(skipped_chunks, "LARGEST_CHUNK", 1):
        plan(bench)
    planning = order[order.index("begin_plan") + 1 : order.index("plan")]
    assert planning[:3] == ["look up", "put_skipped", "look up"]


def test_skipped_records_do_not_change_the_plan_hash() -> None:
    bench, other = small(), small()
    plan(bench)
    plan(other, conversationIds=[*builders.conversation_ids(10), "unknown-3"])
    assert bench.run.plan is not None is not other.run.plan
    assert bench.run.plan.hash == other.run.plan.hash
    assert other.run.plan.skipped == {"not_found": 2}


def test_plan_over_its_limit_reports_both_numbers_and_is_not_stored() -> None:
    bench = small()
    with pytest.raises(LimitExceeded, match="9 records, 8 are allowed; nothing was deleted"):
        plan(bench, maxRecords=8)
    assert bench.run.plan is None
    assert bench.runs.batches(bench.run) == []


def test_plan_of_exactly_its_limit_is_accepted() -> None:
    assert plan(small(), maxRecords=9).proceed


def test_configured_limit_applies_without_max_records() -> None:
    bench = Workbench(max_records=8)
    bench.genesys.on(LOOK_UP, found)
    with pytest.raises(LimitExceeded, match="8 are allowed"):
        plan(bench)


def test_dry_run_is_planned_and_does_not_proceed() -> None:
    dry, real = small(), small()
    assert not plan(dry, dryRun=True).proceed
    plan(real)
    assert dry.run.plan == real.run.plan


def test_plan_without_records_has_no_batches() -> None:
    bench = Workbench()
    bench.genesys.on(LOOK_UP, {"data": []})
    summary = plan(bench)
    assert (summary.batches, summary.proceed) == (0, False)
    assert bench.run.plan is not None
    assert bench.run.plan.skipped == {"not_found": 10}


def test_window_is_planned_as_batches_of_windows(bench: Workbench) -> None:
    bench.genesys.on(COUNT, {"results": [{"count": 6}]})
    payload = builders.data_deletion(dateRange=builders.date_range(oldest=426))
    bench.stored(payload)
    assert bench.plan_purge(RunRef(run_id="run-1")).batches == 2
    windows = [batch.window for batch in bench.runs.batches(bench.run)]
    assert windows == list(builders.window(oldest=426).split(30))
    assert bench.runs.manifest(bench.runs.batch("run-1", 0)) == ()


def test_plan_of_interactions_is_marked_as_an_upper_bound(bench: Workbench) -> None:
    bench.genesys.on(COUNT, {"results": [{"count": 6}]})
    bench.stored(builders.interaction_purge())
    summary = bench.plan_purge(RunRef(run_id="run-1"))
    assert (summary.batches, summary.proceed) == (1, True)
    assert bench.run.plan is not None
    assert bench.run.plan.upper_bound


def test_hold_that_may_cover_a_window_stops_its_plan(bench: Workbench) -> None:
    bench.holds.placed.append(hold())
    bench.stored(builders.data_deletion())
    with pytest.raises(OnLegalHold):
        bench.plan_purge(RunRef(run_id="run-1"))
    assert bench.run.plan is None


def test_hold_on_another_organisation_stops_no_plan(bench: Workbench) -> None:
    bench.holds.placed.append(hold(organisations=("emea",)))
    bench.genesys.on(COUNT, {"results": [{"count": 6}]})
    bench.stored(builders.data_deletion())
    assert bench.plan_purge(RunRef(run_id="run-1")).proceed


def test_missing_list_of_ids_is_the_callers_error(bench: Workbench) -> None:
    with pytest.raises(InvalidRequest, match="conversationIdsFrom"):
        plan(bench, conversationIdsFrom="s3://abc/k")


def test_plan_with_too_many_batches_stores_nothing() -> None:
    bench = Workbench(batch_size=1)
    bench.genesys.on(LOOK_UP, found)
    with (
        patch.object(plan_purge, "MOST_BATCHES", 8),
        pytest.raises(LimitExceeded, match="9 batches"),
    ):
        plan(bench)
    assert bench.run.plan is None
    with patch.object(plan_purge, "MOST_BATCHES", 9):
        assert bench.plan_purge(RunRef(run_id="run-1")).batches == 9
