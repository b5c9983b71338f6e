"""RequestResume over the real tables, and the decision that lets deletion go on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from genesys_purge.model.stops import Stoppable
from genesys_purge.wiring import adapters

from tests import wiring_caches
from tests.application import http_event
from tests.clock import NOON
from tests.functions.conftest import Invoke
from tests.functions.test_stops import AUDIT, REASON, get, put, stop, stored

pytestmark = pytest.mark.usefixtures("deployed")

RESUME = {"scope": "all", "reason": "The schedule is corrected"}


def signed(event: dict[str, Any], person: str) -> dict[str, Any]:
    arn = f"arn:aws:iam::123456789012:user/{person.lower()}"
    event["requestContext"]["authorizer"] = {"iam": {"userArn": arn, "callerId": person}}
    return event


def ask(invoke: Invoke, person: str = "ANN", **changes: Any) -> tuple[int, Any]:
    event = http_event("POST /resume", body=json.dumps(RESUME | changes))
    answer = invoke("RequestResume", signed(event, person))
    return answer["statusCode"], json.loads(answer["body"])


def decide(
    invoke: Invoke, approval_id: str, person: str = "BOB", decision: str = "approve"
) -> tuple[int, Any]:
    approval = adapters.approvals().get(approval_id)
    body = json.dumps({"decision": decision, "subjectHash": approval.subject_hash})
    route, path = "POST /approvals/{approvalId}/decisions", {"approvalId": approval_id}
    answer = invoke("DecideApproval", signed(http_event(route, body=body, path=path), person))
    return answer["statusCode"], json.loads(answer["body"])


def is_stopped() -> bool:
    return bool(adapters.stops().covering(Stoppable()))


def actions(invoke: Invoke) -> list[str]:
    return [each["action"] for each in get(invoke, AUDIT, "all")[1]["records"]]


def test_deletion_stays_stopped_until_another_person_approves(invoke: Invoke) -> None:
    stop(invoke)
    status, asked = ask(invoke)
    assert (status, asked["state"], asked["missing"], is_stopped()) == (202, "pending", 1, True)
    status, decided = decide(invoke, asked["approvalId"])
    assert (status, decided["state"], is_stopped()) == (201, "consumed", False)
    assert get(invoke, "GET /stops")[1]["stops"] == []
    assert stored()[0]["resumedByPerson"] == {"S": "user:BOB"}


def test_audit_of_the_stop_has_the_request_and_the_decision(invoke: Invoke) -> None:
    stop(invoke)
    decide(invoke, ask(invoke)[1]["approvalId"])
    assert actions(invoke) == ["deletion_stopped", "approval_requested", "approval_given"]
    last = get(invoke, AUDIT, "all")[1]["records"][-1]
    assert (last["personId"], last["approval"]["state"]) == ("user:BOB", "consumed")
    assert last["stop"] == {"scope": "all", "reason": REASON}


def test_requester_cannot_approve(invoke: Invoke) -> None:
    stop(invoke)
    approval_id = ask(invoke)[1]["approvalId"]
    assert (decide(invoke, approval_id, "ANN")[0], is_stopped()) == (403, True)


def test_approver_is_shown_every_reason(invoke: Invoke) -> None:
    stop(invoke)
    stop(invoke, reason="Another incident")
    summary = adapters.approvals().get(ask(invoke)[1]["approvalId"]).summary
    assert summary["stoppedBecause"] == [REASON, "Another incident"]
    assert summary["resumeBecause"] == RESUME["reason"]


def test_second_request_has_the_answer_of_the_pending_one(invoke: Invoke) -> None:
    stop(invoke)
    first = ask(invoke)
    assert ask(invoke, "EVE", reason="Another reason") == first
    assert len(actions(invoke)) == 2


def test_rejected_request_may_be_asked_again(invoke: Invoke) -> None:
    stop(invoke)
    first = ask(invoke)[1]["approvalId"]
    decide(invoke, first, decision="reject")
    second = ask(invoke)[1]["approvalId"]
    assert (first == second, is_stopped()) == (False, True)
    assert decide(invoke, second)[1]["state"] == "consumed"


@pytest.mark.parametrize(
    ("person", "reason"),
    [("AIDAOPS", "Another incident"), ("EVE", REASON), ("AIDAOPS", REASON)],
    ids=["another reason", "another person", "the same stop"],
)
def test_stop_after_the_request_makes_the_approval_useless(
    invoke: Invoke, person: str, reason: str
) -> None:
    stop(invoke)
    approval_id = ask(invoke)[1]["approvalId"]
    stop(invoke, person, reason=reason)
    assert actions(invoke)[-1] == "deletion_stopped"
    status, answer = decide(invoke, approval_id)
    assert (status, is_stopped()) == (409, True)
    assert "ask again" in answer["errors"][0]["message"]


def test_machine_needs_two_persons(invoke: Invoke) -> None:
    stop(invoke)
    asked = invoke("RequestResume", RESUME)
    assert asked["missing"] == 2
    assert (decide(invoke, asked["approvalId"])[1]["missing"], is_stopped()) == (1, True)
    assert (decide(invoke, asked["approvalId"], "EVE")[1]["missing"], is_stopped()) == (0, False)


def test_unreadable_stop_is_replaced_by_a_readable_one(invoke: Invoke) -> None:
    put(stopId="all")
    approval_id = ask(invoke)[1]["approvalId"]
    assert is_stopped()
    decide(invoke, approval_id)
    assert not is_stopped()


def test_resumed_scope_may_be_stopped_again(invoke: Invoke) -> None:
    stop(invoke)
    decide(invoke, ask(invoke)[1]["approvalId"])
    stop(invoke)
    assert is_stopped()


@contextmanager
def later(hours: int) -> Iterator[None]:
    """So many hours after noon."""
    with patch.object(adapters, "now", lambda: NOON + timedelta(hours=hours)):
        wiring_caches.forget()
        yield
    wiring_caches.forget()


def stop_for(invoke: Invoke, begin: int, end: int) -> None:
    """Stop and resume so many hours after noon."""
    with later(begin):
        stop(invoke)
    with later(end):
        decide(invoke, ask(invoke)[1]["approvalId"])


@pytest.mark.parametrize(("hours", "end"), [(24, None), (25, NOON + timedelta(hours=25))])
def test_end_of_a_stop_of_more_than_a_day_outlives_the_next_stops(
    invoke: Invoke, hours: int, end: datetime | None
) -> None:
    stop_for(invoke, 0, hours)
    assert adapters.stops().last_long_end(Stoppable()) == end
    stop_for(invoke, 26, 27)
    stop_for(invoke, 28, 29)
    assert adapters.stops().last_long_end(Stoppable()) == end


def test_unreadable_stop_counts_as_a_long_one(invoke: Invoke) -> None:
    put(stopId="all")
    stop_for(invoke, 0, 1)
    assert adapters.stops().last_long_end(Stoppable()) == NOON + timedelta(hours=1)


@pytest.mark.parametrize(
    ("changes", "status"),
    [({}, 409), ({"scope": "organisation"}, 400), ({"reason": ""}, 400)],
)
def test_request_that_resumes_nothing_is_refused(
    invoke: Invoke, changes: dict[str, str], status: int
) -> None:
    assert ask(invoke, **changes)[0] == status
    assert stored() == []
