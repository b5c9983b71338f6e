"""Wiring: every use case over the real adapters, built once, from the template's environment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from genesys_purge.wiring import adapters, purging

from tests import builders, template, wiring_caches
from tests.functions.conftest import USE_CASES, Invoke
from tests.mocked_aws import client, mocked_aws


@pytest.fixture(autouse=True)
def deployed() -> Iterator[None]:
    """The resources of the template on mocked AWS, with no adapter built yet."""
    with (
        mocked_aws("RunsTable", "AuditTable", "HoldsTable", "CircuitTable"),
        patch.dict("os.environ", template.environment()),
    ):
        for name, value in template.operators_parameters().items():
            client("ssm").put_parameter(Name=name, Value=value, Type="String")
        wiring_caches.forget()
        yield
        wiring_caches.forget()


@pytest.mark.parametrize("name", USE_CASES)
def test_use_case_is_built_once(name: str) -> None:
    build = getattr(wiring_caches.module_of(name), name)
    assert build() is build()


def test_adapters_are_shared() -> None:
    assert adapters.runs() is adapters.runs()
    assert adapters.genesys(None) is adapters.genesys(None)
    assert adapters.http_client() is adapters.http_client()
    adapters.http_client().close()


def test_no_use_case_opens_a_boto3_session() -> None:
    with patch("boto3.session.Session", side_effect=AssertionError("a second session")):
        for name in USE_CASES:
            getattr(wiring_caches.module_of(name), name)()
        adapters.genesys(None)
        assert adapters.policies().purging_is_on()


def test_http_client_follows_no_redirects_and_has_timeouts() -> None:
    http = adapters.http_client()
    assert not http.follow_redirects
    assert None not in (http.timeout.connect, http.timeout.read, http.timeout.write)
    http.close()


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


def test_clock_is_utc_and_sleep_sleeps() -> None:
    with patch("time.sleep") as sleep:
        adapters.sleep(1.5)
    sleep.assert_called_once_with(1.5)
    assert adapters.now().utcoffset() == timedelta(0)
