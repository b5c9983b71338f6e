"""ReadPurge: a run and its audit over HTTP."""

from __future__ import annotations

import json
from typing import Any

import pytest
from genesys_purge.methods.documented.conversation_archive import STATUS
from genesys_purge.model.batch import BatchState

from tests import builders
from tests.application import http_event
from tests.functions.conftest import Invoke
from tests.unit.workbench import Workbench

RUN, AUDIT = "GET /purges/{runId}", "GET /purges/{runId}/audit"


def get(
    invoke: Invoke, route: str, run_id: str = "run-1", **query: str
) -> tuple[int, dict[str, Any]]:
    event = http_event(route, path={"runId": run_id}, query=query or None)
    answer = invoke("ReadPurge", event)
    assert answer["headers"] == {"content-type": "application/json"}
    return answer["statusCode"], json.loads(answer["body"])


def test_run_is_returned_with_200(bench: Workbench, invoke: Invoke) -> None:
    bench.planned()
    status, body = get(invoke, RUN)
    assert (status, body["runId"], len(body["batches"])) == (200, "run-1", 1)


def test_run_with_an_implausible_batch_is_returned_with_both_numbers(
    bench: Workbench, invoke: Invoke
) -> None:
    step = bench.planned(builders.batch(state=BatchState.SUBMITTED, job_id="job-1"))
    bench.genesys.on(STATUS, {"state": "completed", "recordsProcessed": 1_000})
    assert invoke("PollBatch", step.to_json())["next"] == "done"
    result = invoke("CompletePurge", {"runId": "run-1"})
    assert (result["outcome"], result["succeeded"]) == ("failed", False)
    _, run = get(invoke, RUN)
    [batch] = run["batches"]
    assert (batch["status"], "deleted" in batch) == ("implausible", False)
    assert "1000" in batch["detail"]
    assert (run["totals"]["unreported"], "deleted" in run["totals"]) == (10, False)
    [record] = [r for r in get(invoke, AUDIT)[1]["records"] if r["action"] == "batch_implausible"]
    assert (record["targeted"], record["deleted"]) == (10, 1_000)


@pytest.mark.parametrize("count", [2**53 + 1, 2**64 - 1, 1e300])
def test_run_and_audit_stay_readable_after_any_number(
    bench: Workbench, invoke: Invoke, count: float
) -> None:
    step = bench.planned(builders.batch(state=BatchState.SUBMITTED, job_id="job-1"))
    answer = {"state": "completed", "recordsProcessed": count, "storageRecoveredMB": count}
    bench.genesys.on(STATUS, answer)
    invoke("PollBatch", step.to_json())
    status, run = get(invoke, RUN)
    assert (status, run["batches"][0]["status"]) == (200, "completed")
    assert "deleted" not in run["batches"][0]
    assert get(invoke, AUDIT)[0] == 200


def test_answer_that_cannot_be_written_is_500_with_the_request_id(
    bench: Workbench, invoke: Invoke
) -> None:
    bench.planned(builders.batch(deleted=2**64))
    status, body = get(invoke, RUN)
    message = "unexpected error; see the log of request request-1"
    assert (status, body["errors"]) == (500, [{"path": "request", "message": message}])


def test_audit_is_returned_in_pages(bench: Workbench, invoke: Invoke) -> None:
    bench.planned()
    status, first = get(invoke, AUDIT, limit="1")
    assert (status, [r["action"] for r in first["records"]]) == (200, ["run_submitted"])
    status, last = get(invoke, AUDIT, limit="1", next=first["next"])
    assert (status, [r["action"] for r in last["records"]]) == (200, ["run_planned"])
    assert "next" not in last


@pytest.mark.usefixtures("bench")
@pytest.mark.parametrize("route", [RUN, AUDIT])
@pytest.mark.parametrize("run_id", ["unknown", "x" * 3_000, "a b", "%00"])
def test_unknown_run_is_404(invoke: Invoke, route: str, run_id: str) -> None:
    status, body = get(invoke, route, run_id)
    assert status == 404
    assert body["requestId"] == "request-1"
    assert [error["path"] for error in body["errors"]] == ["request"]


def test_invalid_page_limit_is_400(bench: Workbench, invoke: Invoke) -> None:
    bench.planned()
    errors = [{"path": "limit", "message": "must be a whole number, 1 or more"}]
    assert get(invoke, AUDIT, limit="all") == (400, {"errors": errors, "requestId": "request-1"})


@pytest.mark.usefixtures("bench")
@pytest.mark.parametrize("event", [None, {}, {"requestContext": {"http": {}}}])
def test_event_that_is_no_api_call_is_500_without_a_reason(invoke: Invoke, event: object) -> None:
    answer = invoke("ReadPurge", event)
    message = "unexpected error; see the log of request request-1"
    assert answer["statusCode"] == 500
    assert json.loads(answer["body"])["errors"] == [{"path": "request", "message": message}]
