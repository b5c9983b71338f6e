"""Requests near and beyond what can be stored: a run that begins can always end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from genesys_purge.store.executions import StepFunctionsExecutions

from tests import builders, template, wiring_caches
from tests.application import http_event
from tests.functions.conftest import Invoke
from tests.mocked_aws import client, mocked_aws


@pytest.fixture(autouse=True)
def deployed() -> Iterator[None]:
    """The tables and parameters of the template; no execution starts."""
    with (
        mocked_aws("RunsTable", "AuditTable"),
        patch.dict("os.environ", template.environment()),
        patch.object(StepFunctionsExecutions, "start"),
    ):
        for name, value in template.operators_parameters().items():
            client("ssm").put_parameter(Name=name, Value=value, Type="String")
        wiring_caches.forget()
        yield
        wiring_caches.forget()


def post(invoke: Invoke, blanks: int) -> dict[str, Any]:
    reason = "retention of one year is over" + " " * blanks
    body = builders.conversation_archive(requestId="q3", reason=reason)
    answer = invoke("SubmitPurge", http_event("POST /purges", body=json.dumps(body)))
    return {**answer, "body": json.loads(answer["body"])}


def items(table: str) -> list[dict[str, Any]]:
    return list(client("dynamodb").scan(TableName=table)["Items"])


def test_request_too_large_for_its_outcome_is_413_and_stores_nothing(invoke: Invoke) -> None:
    answer = post(invoke, blanks=403_900)
    assert answer["statusCode"] == 413
    assert "bytes in storage; send at most 393,216" in answer["body"]["errors"][0]["message"]
    assert items("RunsTable") == items("AuditTable") == []


def test_large_request_that_fails_ends_with_its_reason(invoke: Invoke) -> None:
    assert post(invoke, blanks=390_000)["statusCode"] == 202
    cause = json.dumps({"errorMessage": json.dumps({"message": "€" * 2_000})})
    failure = {"runId": "q3", "error": "Misconfigured", "cause": cause}
    assert invoke("FailPurge", failure) == {"runId": "q3", "outcome": "failed", "succeeded": False}
    [run] = items("RunsTable")
    body = json.loads(run["body"]["S"])
    assert (run["status"]["S"], body["outcome"]) == ("finished", "failed")
    assert body["detail"].startswith("Misconfigured: €€€")
    actions = [each["action"]["S"] for each in items("AuditTable")]
    assert sorted(actions) == ["run_failed", "run_submitted"]
