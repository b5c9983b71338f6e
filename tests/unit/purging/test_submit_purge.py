"""SubmitPurge: a request is checked first, then stored and started once."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from genesys_purge.errors import InvalidRequest
from genesys_purge.model.run import Outcome, RunStatus, finished, totals_of
from genesys_purge.model.submission import Submission, SubmittedRun

from tests import builders
from tests.clock import NOON
from tests.unit.workbench import Workbench

RELATIVE = {"olderThanDays": 400, "lookbackDays": 30}
REQUEST = builders.conversation_archive()


def submit(bench: Workbench, payload: Any, moment: Any = None) -> SubmittedRun:
    return bench.submit_purge(Submission(payload, "schedule:nightly", moment))


def test_request_becomes_a_stored_audited_and_started_run(bench: Workbench) -> None:
    answer = submit(bench, REQUEST | {"requestId": "q3", "requestedBy": "dpo"})
    assert answer.to_json() == {"runId": "q3", "status": "submitted"}
    run = bench.runs.get("q3")
    assert run.request == REQUEST | {"requestId": "q3", "requestedBy": "dpo"}
    assert (run.reference_time, run.submitted_at, run.submitted_by) == (
        NOON,
        NOON,
        "schedule:nightly",
    )
    assert bench.executions.started == ["q3"]
    (record,) = bench.audit.of("q3")
    assert record.to_json() == {
        "runId": "q3",
        "sequence": 1,
        "at": "2026-11-21T12:00:00Z",
        "actor": "schedule:nightly",
        "action": "run_submitted",
        "method": "conversation_archive",
        "request": {
            "submittedBy": "schedule:nightly",
            "requestedBy": "dpo",
            "reason": "retention of one year is over",
            "dryRun": False,
            "idsGiven": 10,
            "options": {"permanentDelete": True},
            "classification": "internal",
            "limits": {"inForce": 100_000, "deployment": 100_000},
        },
        "policy": {
            "minimumDays": 365,
            "basis": "Documented least retention of the conversation archive: one year",
            "rule": "any record",
        },
        "complianceTags": ["internal"],
    }


def test_submitter_is_the_caller_without_requested_by(bench: Workbench) -> None:
    run = bench.runs.get(submit(bench, REQUEST).run_id)
    assert run.submitted_by == "schedule:nightly"


@pytest.mark.parametrize("changes", [{"reason": "short"}, {"conversationIds": []}, {"x": 1}])
def test_refused_request_stores_and_starts_nothing(
    bench: Workbench, changes: dict[str, Any]
) -> None:
    with pytest.raises(InvalidRequest):
        submit(bench, REQUEST | changes | {"requestId": "q3"})
    assert bench.executions.started == []
    assert bench.audit.of("q3") == ()


@pytest.mark.parametrize("changes", [{}, {"requestId": "q3"}])
def test_same_request_is_the_same_run_at_any_time(
    bench: Workbench, changes: dict[str, Any]
) -> None:
    first = submit(bench, REQUEST | changes)
    bench.clock.wait(86_400)
    assert submit(bench, dict(reversed((REQUEST | changes).items()))) == first
    assert bench.executions.started == [first.run_id]
    assert len(bench.audit.of(first.run_id)) == 1


def test_run_id_is_made_of_method_and_content(bench: Workbench) -> None:
    run_id = submit(bench, REQUEST).run_id
    assert re.fullmatch("conversation_archive-[0-9a-f]{32}", run_id)
    assert submit(bench, REQUEST | {"reason": "another good reason"}).run_id != run_id


def test_request_id_of_another_request_is_refused(bench: Workbench) -> None:
    submit(bench, REQUEST | {"requestId": "q3"})
    with pytest.raises(InvalidRequest) as refused:
        submit(bench, REQUEST | {"requestId": "q3", "reason": "another good reason"})
    assert {each.path: each.message for each in refused.value.errors()} == {
        "requestId": "q3 is the id of another request's run"
    }
    assert bench.runs.get("q3").request["reason"] == REQUEST["reason"]
    assert len(bench.audit.of("q3")) == 1


def test_schedule_makes_one_run_for_each_scheduled_time(
    bench: Workbench,
) -> None:
    payload = builders.data_deletion(dateRange=RELATIVE)
    yesterday = NOON - timedelta(days=1)
    runs = [submit(bench, payload, moment).run_id for moment in (yesterday, NOON, yesterday)]
    assert runs[0] == runs[2] != runs[1]
    assert bench.runs.get(runs[0]).reference_time == yesterday
    assert bench.executions.started == runs[:2]


def test_scheduled_window_is_resolved_by_the_scheduled_time(
    bench: Workbench,
) -> None:
    payload = builders.data_deletion(dateRange={"olderThanDays": 365, "lookbackDays": 1})
    submit(bench, payload, NOON - timedelta(hours=5))
    with pytest.raises(InvalidRequest, match="dateRange"):
        submit(bench, payload, NOON + timedelta(hours=5))


def test_relative_window_without_a_schedule_changes_each_hour(
    bench: Workbench,
) -> None:
    payload = builders.data_deletion(dateRange=RELATIVE)
    first = submit(bench, payload)
    bench.clock.wait(3_599)
    assert submit(bench, payload) == first
    bench.clock.wait(1)
    assert submit(bench, payload).run_id != first.run_id


def test_request_id_keeps_a_relative_window_at_its_first_time(bench: Workbench) -> None:
    payload = builders.data_deletion(dateRange=RELATIVE, requestId="q3")
    submit(bench, payload)
    bench.clock.wait(86_400)
    assert submit(bench, payload).run_id == "q3"
    assert bench.runs.get("q3").reference_time == NOON


def test_stored_run_is_started_by_the_next_submit(
    bench: Workbench,
) -> None:
    def crash() -> None:
        raise RuntimeError("the process died")

    bench.executions.before_start = crash
    with pytest.raises(RuntimeError):
        submit(bench, REQUEST | {"requestId": "q3"})
    bench.executions.before_start = lambda: None
    assert submit(bench, REQUEST | {"requestId": "q3"}).status is RunStatus.SUBMITTED
    assert bench.executions.started == ["q3"]
    assert len(bench.audit.of("q3")) == 1


def test_ended_run_is_returned_and_not_started_again(bench: Workbench) -> None:
    run_id = submit(bench, REQUEST).run_id
    run = bench.runs.get(run_id)
    ended = finished(run, Outcome.COMPLETED, totals_of(None, []), NOON, None)
    bench.runs.finish(ended, bench.audit.of(run_id)[0])
    bench.executions.started.clear()
    assert submit(bench, REQUEST).to_json() == {"runId": run_id, "status": "finished"}
    assert bench.executions.started == []


DEFAULTS = {"dryRun": False, "permanentDelete": True, "requestedBy": None}
PADDED = {"reason": f"  {REQUEST['reason']}\n"}


@pytest.mark.parametrize("changes", [DEFAULTS, PADDED])
@pytest.mark.parametrize("identified", [{}, {"requestId": "q3"}])
def test_requests_of_equal_content_are_the_same_run(
    bench: Workbench, changes: dict[str, Any], identified: dict[str, Any]
) -> None:
    first = submit(bench, REQUEST | identified)
    assert submit(bench, REQUEST | identified | changes) == first
    assert bench.runs.get(first.run_id).request == REQUEST | identified
    assert bench.executions.started == [first.run_id]


def test_equal_times_in_other_zones_are_the_same_run(bench: Workbench) -> None:
    runs = {
        submit(bench, builders.data_deletion(dateRange={"start": start, "end": end})).run_id
        for start, end in (
            ("2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z"),
            ("2024-01-01T01:00:00+01:00", "2024-01-31T23:00:00.000-01:00"),
        )
    }
    assert len(runs) == 1


@pytest.mark.parametrize("changes", [{"dryRun": True}, {"requestedBy": "dpo"}, {"maxRecords": 7}])
def test_request_of_other_content_is_another_run(bench: Workbench, changes: dict[str, Any]) -> None:
    assert submit(bench, REQUEST | changes).run_id != submit(bench, REQUEST).run_id


def test_run_id_of_a_request_is_the_same_in_every_release(bench: Workbench) -> None:
    assert submit(bench, REQUEST).run_id == "conversation_archive-26d1692fdf84803e560561a3fbd57aab"
