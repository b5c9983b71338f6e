"""CancelPurge over the real tables."""

from __future__ import annotations

import json
from typing import Any

import pytest
from genesys_purge.model.audit import Action
from genesys_purge.model.run import Outcome, Totals, finished
from genesys_purge.wiring import adapters

from tests import builders
from tests.application import http_event
from tests.clock import NOON
from tests.functions.conftest import Invoke
from tests.functions.planned_runs import errors, fact
from tests.mocked_aws import client

OPERATIONS = {"userArn": "arn:aws:iam::123456789012:user/operations", "callerId": "AIDAOPS"}
REASON = "The request names the wrong queue"


@pytest.fixture(autouse=True)
def stored(deployed: None) -> None:  # noqa: ARG001  the tables come first
    run = builders.run()
    adapters.runs().create(run, fact(run, Action.RUN_SUBMITTED))


def cancel(invoke: Invoke, run_id: str = "run-1", **changes: Any) -> tuple[int, Any]:
    body = {name: value for name, value in ({"reason": REASON} | changes).items() if value}
    event = http_event("POST /purges/{runId}/cancel", path={"runId": run_id}, body=json.dumps(body))
    event["requestContext"]["authorizer"] = {"iam": OPERATIONS}
    answer = invoke("CancelPurge", event)
    return answer["statusCode"], json.loads(answer["body"])


def items() -> int:
    return int(client("dynamodb").scan(TableName="RunsTable")["Count"])


def test_cancellation_is_stored_and_audited_with_the_person(invoke: Invoke) -> None:
    status, answer = cancel(invoke)
    assert (status, answer["runId"], answer["status"]) == (202, "run-1", "submitted")
    assert answer["inFlight"] == []
    record = adapters.ledger().page("run-1", 1, 10).records[-1]
    assert (record.action, record.detail) == (Action.RUN_CANCEL_REQUESTED, REASON)
    assert record.person_id == "user:AIDAOPS"


def test_second_cancellation_has_the_answer_of_the_first(invoke: Invoke) -> None:
    first = cancel(invoke)
    assert cancel(invoke, reason="Another reason than before") == first
    assert len(adapters.ledger().page("run-1", 1, 10).records) == 2


def test_ended_run_is_not_cancelled(invoke: Invoke) -> None:
    run = builders.run()
    ended = finished(run, Outcome.FAILED, Totals(skipped={}), NOON, None)
    adapters.runs().finish(ended, fact(run, Action.RUN_FAILED))
    status, answer = cancel(invoke)
    message = "the run run-1 has ended, and deletes nothing more"
    assert (status, answer["errors"]) == (409, [{"path": "request", "message": message}])


def test_unknown_run_is_404(invoke: Invoke) -> None:
    assert cancel(invoke, "none")[0] == 404


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [({"reason": None}, {"reason"}), ({"runId": "run-2"}, {"runId"}), ({"x": "y"}, {"x"})],
)
def test_wrong_cancellation_is_refused_and_nothing_is_stored(
    invoke: Invoke, changes: dict[str, Any], wrong: set[str]
) -> None:
    before = items()
    status, answer = cancel(invoke, **changes)
    assert (status, set(errors((status, answer)))) == (400, wrong)
    assert items() == before


def test_direct_invocation_names_the_run(invoke: Invoke) -> None:
    answer = invoke("CancelPurge", {"runId": "run-1", "reason": REASON})
    assert (answer["runId"], answer["requestedBy"]) == ("run-1", "invoke")


@pytest.mark.parametrize(
    ("path", "body", "wrong"),
    [
        ({}, {}, "is missing"),
        ({"runId": "run-1"}, {"runId": "run-2"}, "must be absent, or that of the path"),
    ],
)
def test_cancellation_names_one_run(
    invoke: Invoke, path: dict[str, str], body: dict[str, str], wrong: str
) -> None:
    event = http_event(
        "POST /purges/{runId}/cancel", path=path, body=json.dumps({"reason": REASON} | body)
    )
    event["requestContext"]["authorizer"] = {"iam": OPERATIONS}
    answer = invoke("CancelPurge", event)
    assert answer["statusCode"] == 400
    assert wrong in answer["body"]
    assert items() == 1
