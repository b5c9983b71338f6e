"""Wiring: every use case over the real adapters, built once, from the template's environment."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.batch import BatchState
from genesys_purge.model.run import Plan, RunStatus
from genesys_purge.wiring import adapters, calls, purging

from tests import builders, wiring_caches
from tests.application import http_event
from tests.builders import PLANNER
from tests.clock import NOON
from tests.functions.conftest import USE_CASES, Invoke
from tests.mocked_aws import client

pytestmark = pytest.mark.usefixtures("deployed")


@pytest.mark.parametrize("name", USE_CASES)
def test_use_case_is_built_once(name: str) -> None:
    build = getattr(wiring_caches.module_of(name), name)
    assert build() is build()


def test_adapters_are_shared() -> None:
    assert adapters.runs() is adapters.runs()
    assert calls.genesys(None) is calls.genesys(None)
    assert calls.http_client() is calls.http_client()
    calls.http_client().close()


def test_no_use_case_opens_a_boto3_session() -> None:
    with patch("boto3.session.Session", side_effect=AssertionError("a second session")):
        for name in USE_CASES:
            getattr(wiring_caches.module_of(name), name)()
        calls.genesys(None)
        assert adapters.policies().purging_is_on()


def test_http_client_follows_no_redirects_and_needs_bounds() -> None:
    with calls.http_client() as http:
        assert not http.follow_redirects
        with pytest.raises(KeyError, match="bounds"):
            http.get("https://genesys.test")


@pytest.mark.parametrize("variable", ["RUNS_TABLE", "AUDIT_TABLE", "STATE_MACHINE_ARN"])
def test_missing_variable_is_named(variable: str) -> None:
    with (
        patch.dict("os.environ", {variable: ""}),
        pytest.raises(ValueError, match=f"{variable} is not set"),
    ):
        purging.submit_purge()


def test_missing_variable_is_not_named_in_http_answers(invoke: Invoke) -> None:
    event: dict[str, Any] = {"version": "2.0", "requestContext": {"http": {}}, "body": "{}"}
    with patch.dict("os.environ", {"RUNS_TABLE": ""}):
        answer = invoke("SubmitPurge", event)
    assert answer["statusCode"] == 500
    assert "RUNS_TABLE" not in answer["body"]


def test_request_is_submitted_and_read_through_the_real_adapters(invoke: Invoke) -> None:
    machine = client("stepfunctions").create_state_machine(
        name="purge-run", definition="{}", roleArn="arn:aws:iam::123456789012:role/r"
    )
    with patch.dict("os.environ", STATE_MACHINE_ARN=machine["stateMachineArn"]):
        request = builders.conversation_archive(requestId="q3")
        assert invoke("SubmitPurge", request) == {"runId": "q3", "status": "submitted"}
        assert invoke("SubmitPurge", request) == {"runId": "q3", "status": "submitted"}
        assert invoke("ValidatePurge", {"runId": "q3"}) == {"runId": "q3"}
    assert [r.action for r in adapters.ledger().page("q3", 1, 10).records] == ["run_submitted"]


def pages_of(invoke: Invoke, route: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The size and the content of each page."""
    query: dict[str, str] = {}
    while True:
        body = invoke("ReadPurge", http_event(route, path={"runId": "run-1"}, query=query))["body"]
        page = json.loads(body)
        yield len(json.dumps(body)), page
        if "next" not in page:
            return
        query["next"] = page["next"]


def test_pages_of_a_run_stay_below_the_limit_of_lambda(invoke: Invoke) -> None:
    """Batches and audit records with the longest texts that DynamoDB stores."""
    run, runs = builders.run(), adapters.runs()
    submitted = AuditRecord(run_id="run-1", at=NOON, actor="t", action=Action.RUN_SUBMITTED)
    runs.create(run, submitted)
    detail = '"' * 140_000
    for number in range(5):
        planned = builders.batch(number=number, total=5)
        runs.put_batch(planned, [], PLANNER)
        failed = submitted.model_copy(update={"action": Action.BATCH_FAILED, "detail": detail})
        runs.advance(planned.to(BatchState.FAILED, detail=detail), failed)
    plan = Plan(batches=5, targeted=1, skipped={}, hash="", unit="records", deleted_unit="records")
    runs.plan(run.model_copy(update={"plan": plan, "status": RunStatus.RUNNING}), submitted)

    batches = list(pages_of(invoke, "GET /purges/{runId}"))
    records = list(pages_of(invoke, "GET /purges/{runId}/audit"))

    assert len(batches) > 1 < len(records)
    assert max(size for size, _ in batches + records) < 6_000_000
    found = [each["batch"] for _, page in batches for each in page["batches"]]
    assert found == list(range(5))
    sequences = [each["sequence"] for _, page in records for each in page["records"]]
    assert sequences == list(range(1, 8))


def test_clock_is_utc_and_sleep_sleeps() -> None:
    with patch("time.sleep") as sleep:
        adapters.sleep(1.5)
    sleep.assert_called_once_with(1.5)
    assert adapters.now().utcoffset() == timedelta(0)
