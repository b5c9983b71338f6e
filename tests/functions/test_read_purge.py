"""ReadPurge: a run and its audit over HTTP."""

from __future__ import annotations

import json
from typing import Any

import pytest

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
