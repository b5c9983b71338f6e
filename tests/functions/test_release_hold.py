"""A hold is released or narrowed by two persons, over the real tables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from genesys_purge.errors import LostRace
from genesys_purge.model.holds import Hold, HoldDocument
from genesys_purge.store.ledger import Ledger
from genesys_purge.wiring import adapters, holding

from tests.application import http_event
from tests.functions.conftest import Invoke
from tests.functions.hold_calls import (
    ID,
    OTHER,
    RANGE,
    Answer,
    change,
    get,
    hold,
    place,
    post,
    records,
    set_by_hand,
    stored,
)
from tests.functions.planned_runs import errors
from tests.mocked_aws import client

pytestmark = pytest.mark.usefixtures("deployed")

CHIEF = {"userArn": "arn:aws:iam::123456789012:user/chief", "callerId": "AIDACHIEF"}
INNER = {"start": "2024-05-10T00:00:00Z", "end": "2024-05-20T00:00:00Z"}


def decide(invoke: Invoke, asked: Mapping[str, Any], decision: str = "approve") -> Answer:
    """The answer to the decision of another person about what was asked."""
    body = {"decision": decision, "subjectHash": asked["subjectHash"]}
    route, path = "POST /approvals/{approvalId}/decisions", asked["approvalId"]
    return post(invoke, "DecideApproval", route, body, CHIEF, approvalId=path)


def ask(invoke: Invoke, **fields: Any) -> Mapping[str, Any]:
    """The accepted request to release the hold."""
    status, answer = change(invoke, "release-requests", **fields)
    assert status == 200
    found: Mapping[str, Any] = answer
    return found


def narrow(invoke: Invoke, **fields: Any) -> Mapping[str, Any]:
    status, answer = change(invoke, "narrow", **fields)
    assert status == 200
    found: Mapping[str, Any] = answer
    return found


def in_days(days: float) -> Any:
    """Moves the clock of the application; the holds are read again."""
    at: datetime = adapters.now() + timedelta(days=days)
    for cached in (adapters.holds, holding.read_holds, holding.review_holds, holding.change_hold):
        cached.cache_clear()
    return patch.object(adapters, "now", lambda: at)


def active(days: float = 0) -> list[Hold]:
    """The holds in force so many days from now."""
    with in_days(days):
        found = list(adapters.holds().active(None))
    adapters.holds.cache_clear()
    return found


def state(invoke: Invoke, days: float = 0) -> str:
    with in_days(days):
        shown: dict[str, Any] = get(invoke, "GET /holds/{holdId}", "case-17")[1]
    return str(shown["state"])


def actions(invoke: Invoke) -> list[str]:
    return [each["action"] for each in records(invoke)]


def approval(invoke: Invoke, asked: Mapping[str, Any]) -> dict[str, Any]:
    route, path = "GET /approvals/{approvalId}", {"approvalId": asked["approvalId"]}
    answer = invoke("ReadApprovals", http_event(route, path=path))
    found: dict[str, Any] = json.loads(answer["body"])
    return found


def test_request_alone_releases_nothing(invoke: Invoke) -> None:
    place(invoke)
    ask(invoke)
    assert state(invoke) == "release_requested"
    assert len(active()) == len(active(days=400)) == 1


def test_approval_shows_hold_scope_reason_and_cool_down(invoke: Invoke) -> None:
    place(invoke)
    shown = approval(invoke, ask(invoke, coolDownDays=7))
    assert (shown["kind"], shown["subject"]) == ("hold_release", "hold:case-17")
    summary = shown["summary"]
    assert (summary["reason"], summary["coolDownDays"]) == ("Another call was named", 7)
    assert summary["hold"]["owner"] == "legal@example.com"
    assert summary["hold"]["scope"]["conversations"] == 1


def test_approved_release_is_in_force_after_the_cool_down(invoke: Invoke) -> None:
    place(invoke)
    assert decide(invoke, ask(invoke, coolDownDays=7))[0] == 201
    assert (state(invoke), state(invoke, 6.9), state(invoke, 7.1)) == (
        "releasing",
        "releasing",
        "released",
    )
    assert (len(active(6.9)), len(active(7.1))) == (1, 0)


def test_cool_down_is_thirty_days_by_default(invoke: Invoke) -> None:
    place(invoke)
    decide(invoke, ask(invoke))
    assert (len(active(29.9)), len(active(30.1))) == (1, 0)


def test_release_is_audited_from_the_request_to_its_end_once(invoke: Invoke) -> None:
    place(invoke)
    decide(invoke, ask(invoke))
    for days in (29, 31, 32):
        with in_days(days):
            invoke("ReviewHolds", {"scheduledTime": ""})
    assert actions(invoke) == [
        "hold_placed",
        "hold_release_requested",
        "approval_given",
        "hold_released",
    ]
    given = records(invoke)[2]
    assert given["personId"] == "user:AIDACHIEF"
    assert "releasedAt" in given["hold"]


def test_requester_does_not_approve_the_own_request(invoke: Invoke) -> None:
    place(invoke)
    asked = ask(invoke)
    body = {"decision": "approve", "subjectHash": asked["subjectHash"]}
    route = "POST /approvals/{approvalId}/decisions"
    refused = post(invoke, "DecideApproval", route, body, approvalId=asked["approvalId"])
    assert (refused[0], state(invoke)) == (403, "release_requested")


@pytest.mark.parametrize("decision", ["reject", "expire"])
def test_rejected_or_expired_request_leaves_the_hold_active(invoke: Invoke, decision: str) -> None:
    place(invoke)
    asked = ask(invoke)
    if decision == "reject":
        decide(invoke, asked, "reject")
    days = 8 if decision == "expire" else 0
    assert (state(invoke, days), len(active(400))) == ("active", 1)


def test_release_may_be_asked_for_again_after_a_rejection(invoke: Invoke) -> None:
    place(invoke)
    decide(invoke, ask(invoke), "reject")
    decide(invoke, ask(invoke))
    assert state(invoke) == "releasing"


def test_second_request_is_refused_while_one_waits(invoke: Invoke) -> None:
    place(invoke)
    asked = ask(invoke)
    status, answer = change(invoke, "narrow", conversationIds=[ID])
    assert status == 409
    assert asked["approvalId"] in answer["errors"][0]["message"]


@pytest.mark.parametrize("by", ["widening", "hand"])
def test_approval_of_a_hold_that_was_widened_changes_nothing(invoke: Invoke, by: str) -> None:
    place(invoke, dateRange=RANGE)
    asked = ask(invoke)
    if by == "widening":
        change(invoke, "widen", conversationIds=[OTHER])
    else:
        set_range_by_hand()
    before = stored()
    assert decide(invoke, asked)[0] == 409
    assert (stored(), state(invoke)) == (before, "active")
    assert approval(invoke, asked)["state"] == "pending"


def set_range_by_hand() -> None:
    """Extend the date range as an operator does with `put-item`."""
    (item,) = stored()
    wider = {"start": {"S": "2024-01-01T00:00:00Z"}, "end": {"S": "2024-12-01T00:00:00Z"}}
    client("dynamodb").put_item(TableName="HoldsTable", Item={**item, "dateRange": {"M": wider}})


@pytest.mark.parametrize("is_approved", [False, True])
def test_one_person_keeps_a_hold_before_it_is_released(
    invoke: Invoke, *, is_approved: bool
) -> None:
    place(invoke)
    asked = ask(invoke)
    if is_approved:
        decide(invoke, asked)
    assert change(invoke, "keep")[1] == {"holdId": "case-17", "state": "active"}
    assert (state(invoke), len(active(400))) == ("active", 1)
    assert approval(invoke, asked)["state"] == ("consumed" if is_approved else "withdrawn")
    assert actions(invoke)[-1] == "hold_kept"
    assert decide(invoke, asked)[0] == (201 if is_approved else 409)
    assert len(active(400)) == 1


def test_keeping_an_active_hold_stores_nothing(invoke: Invoke) -> None:
    place(invoke)
    assert change(invoke, "keep")[0] == 200
    assert actions(invoke) == ["hold_placed"]


def test_released_hold_is_not_kept(invoke: Invoke) -> None:
    place(invoke)
    set_by_hand(releasedAt="2020-01-01T00:00:00Z")
    assert change(invoke, "keep")[0] == 409


def test_hold_released_by_hand_in_the_future_can_be_kept(invoke: Invoke) -> None:
    place(invoke)
    set_by_hand(releasedAt="2100-01-01T00:00:00Z")
    assert state(invoke) == "releasing"
    change(invoke, "keep")
    assert state(invoke) == "active"


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("widen", {"conversationIds": [OTHER]}),
        ("release-requests", {}),
        ("narrow", {"conversationIds": [ID]}),
        ("review", {"reviewBy": "2100-01-01T00:00:00Z"}),
    ],
)
def test_hold_in_its_cool_down_is_kept_first(
    invoke: Invoke, name: str, fields: dict[str, Any]
) -> None:
    place(invoke)
    decide(invoke, ask(invoke))
    fields = fields | ({"reviewBy": soon()} if name == "review" else {})
    status, answer = change(invoke, name, **fields)
    assert status == 409
    assert "keep it" in answer["errors"][0]["message"]


def soon() -> str:
    now: datetime = adapters.now()
    return (now + timedelta(days=9)).isoformat()


def test_narrower_scope_is_in_force_after_the_cool_down(invoke: Invoke) -> None:
    place(invoke, conversationIds=[ID, OTHER], dateRange=RANGE)
    decide(invoke, narrow(invoke, conversationIds=[ID], dateRange=INNER, coolDownDays=2))
    assert (state(invoke), state(invoke, 2.1)) == ("narrowing", "active")
    (before,), (after,) = active(1.9), active(2.1)
    assert before.conversation_ids == frozenset({ID, OTHER})
    assert after.conversation_ids == frozenset({ID})
    assert before.date_range != after.date_range
    with in_days(2.1):
        shown = get(invoke, "GET /holds/{holdId}", "case-17")[1]
    assert shown["conversationIds"] == [ID]


def test_ids_are_taken_off_a_hold(invoke: Invoke) -> None:
    place(invoke, conversationIds=[ID, OTHER], dateRange=RANGE)
    asked = narrow(invoke, withoutConversationIds=[OTHER])
    assert approval(invoke, asked)["summary"]["letGoConversationIds"] == [OTHER]
    decide(invoke, asked)
    (after,) = active(31)
    assert after.conversation_ids == frozenset({ID})
    assert after.date_range is not None


def ids_of(number: int) -> list[str]:
    """So many ids of the longest kind."""
    return [f"{each:05}" + "x" * 59 for each in range(number)]


def place_many(invoke: Invoke, ids: list[str]) -> None:
    body = hold(conversationIds=None, csv="\n".join(ids))
    assert post(invoke, "ImportHold", "POST /holds/import", body)[0] == 201


def test_approver_sees_every_conversation_that_is_let_go(invoke: Invoke) -> None:
    ids = ids_of(5_001)
    place_many(invoke, ids)
    asked = narrow(invoke, conversationIds=ids[:1])
    summary = approval(invoke, asked)["summary"]
    assert (summary["letGo"], summary["letGoConversationIds"]) == (5_000, ids[1:])
    assert decide(invoke, asked)[0] == 201
    assert active(31)[0].conversation_ids == frozenset(ids[:1])


def test_narrowing_by_organisations_lets_no_conversation_go(invoke: Invoke) -> None:
    place(invoke)
    asked = narrow(invoke, organisations=["default"])
    assert approval(invoke, asked)["summary"]["letGoConversationIds"] == []


def test_more_than_an_approval_shows_is_not_let_go(invoke: Invoke) -> None:
    ids = ids_of(5_002)
    place_many(invoke, ids)
    before = stored()
    answer = change(invoke, "narrow", conversationIds=ids[:1])
    assert (answer[0], stored(), actions(invoke)) == (400, before, ["hold_placed"])
    message = errors(answer)["conversationIds"]
    assert "let go of 5,001 conversations, and an approval shows at most 5,000" in message
    assert "place a hold on what stays and release this one" in message


EDITS: list[dict[str, Any]] = [
    {"coolDownDays": {"N": "1"}},
    {"dateRange": {"M": {name: {"S": at} for name, at in INNER.items()}}},
    {"organisations": {"L": [{"S": "default"}]}},
    {"kind": {"S": "release"}},
    {"approvalId": {"S": "another"}},
]


@pytest.mark.parametrize("edit", EDITS)
def test_request_edited_by_hand_is_not_executed_as_approved(
    invoke: Invoke, edit: dict[str, Any]
) -> None:
    place(invoke, conversationIds=[ID, OTHER], dateRange=RANGE)
    asked = narrow(invoke, conversationIds=[ID], dateRange=RANGE, coolDownDays=7)
    edit_change(edit)
    refuses(invoke, asked)


def test_release_edited_by_hand_is_not_executed_as_approved(invoke: Invoke) -> None:
    place(invoke)
    asked = ask(invoke, coolDownDays=7)
    edit_change({"coolDownDays": {"N": "1"}})
    refuses(invoke, asked)


def test_hold_and_request_edited_by_hand_are_not_executed_as_approved(invoke: Invoke) -> None:
    place(invoke, dateRange=RANGE)
    asked = ask(invoke)
    set_range_by_hand()
    edited = adapters.holds().get("case-17")
    assert isinstance(edited, HoldDocument)
    edit_change({"ofScope": {"S": edited.scope.digest}})
    refuses(invoke, asked)


def edit_change(edit: Mapping[str, Any]) -> None:
    """Edit the request in the item of the hold, as an administrator could."""
    (item,) = stored()
    edited: Any = {**item, "change": {"M": item["change"]["M"] | edit}}
    client("dynamodb").put_item(TableName="HoldsTable", Item=edited)


def refuses(invoke: Invoke, asked: Mapping[str, Any]) -> None:
    """Asserts that the approval is refused, and that nothing changes."""
    before = stored()
    status, answer = decide(invoke, asked)
    assert (status, stored(), approval(invoke, asked)["state"]) == (409, before, "pending")
    assert "ask again" in answer["errors"][0]["message"]


def test_end_of_a_narrowing_is_recorded_once(invoke: Invoke) -> None:
    place(invoke, conversationIds=[ID, OTHER])
    decide(invoke, narrow(invoke, conversationIds=[ID]))
    for days in (29, 31, 32):
        with in_days(days):
            invoke("ReviewHolds", {"scheduledTime": ""})
    assert actions(invoke)[1:] == ["hold_narrowing_requested", "approval_given", "hold_narrowed"]
    assert records(invoke)[-1]["hold"]["conversations"] == 1
    assert len(active()[0].conversation_ids or ()) == 1


def test_hold_changed_by_hand_in_a_cool_down_is_not_narrowed(invoke: Invoke) -> None:
    place(invoke, conversationIds=[ID, OTHER], dateRange=RANGE)
    decide(invoke, narrow(invoke, conversationIds=[ID]))
    set_range_by_hand()
    (after,) = active(31)
    assert after.conversation_ids == frozenset({ID, OTHER})


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, "conversationIds"),
        ({"conversationIds": [ID, OTHER, "c-1"]}, "conversationIds"),
        ({"conversationIds": [ID, OTHER], "dateRange": RANGE}, "conversationIds"),
        ({"dateRange": {"start": "2024-04-30T00:00:00Z", "end": RANGE["end"]}}, "dateRange"),
        ({"withoutConversationIds": ["c-1"]}, "conversationIds"),
        ({"withoutConversationIds": [ID], "dateRange": INNER}, "withoutConversationIds"),
        ({"conversationIds": [ID], "coolDownDays": 0}, "coolDownDays"),
        ({"conversationIds": [ID], "reason": "short"}, "reason"),
    ],
)
def test_scope_that_is_not_narrower_is_refused(
    invoke: Invoke, fields: dict[str, Any], wrong: str
) -> None:
    place(invoke, conversationIds=[ID, OTHER], dateRange=RANGE)
    before = stored()
    answer = change(invoke, "narrow", **fields)
    assert (answer[0], set(errors(answer)), stored()) == (400, {wrong}, before)


def test_taking_the_last_id_off_never_makes_a_hold_on_everything(invoke: Invoke) -> None:
    place(invoke)
    answer = change(invoke, "narrow", withoutConversationIds=[ID])
    message = "nothing would be held; ask for a release instead"
    assert errors(answer) == {"conversationIds": message}


@pytest.mark.parametrize("days", [0, 366, 1.5])
def test_cool_down_is_between_one_day_and_a_year(invoke: Invoke, days: float) -> None:
    place(invoke)
    answer = change(invoke, "release-requests", coolDownDays=days)
    assert (answer[0], set(errors(answer))) == (400, {"coolDownDays"})


@pytest.mark.parametrize("name", ["release-requests", "narrow", "keep"])
def test_changes_of_an_unknown_hold_are_404(invoke: Invoke, name: str) -> None:
    fields = {"conversationIds": [ID]} if name == "narrow" else {}
    assert change(invoke, name, "none", **fields)[0] == 404


def test_request_of_a_federated_user_needs_two_persons(invoke: Invoke) -> None:
    place(invoke)
    caller = {"userArn": "arn:aws:sts::123456789012:federated-user/x", "callerId": "123456789012:x"}
    route, body = "POST /holds/{holdId}/release-requests", {"reason": "The claim is settled"}
    _, asked = post(invoke, "ChangeHold", route, body, caller, holdId="case-17")
    assert decide(invoke, asked)[1]["missing"] == 1


def test_change_that_always_loses_a_race_stores_nothing(invoke: Invoke) -> None:
    place(invoke, conversationIds=[ID])
    before = stored()
    with lost_races():
        assert change(invoke, "release-requests")[0] == 409
    assert stored() == before
    decide(invoke, ask(invoke))
    releasing = stored()
    with lost_races():
        assert change(invoke, "keep")[0] == 409
    assert stored() == releasing


def lost_races() -> Any:
    return patch.object(Ledger, "commit", side_effect=LostRace("another person was faster"))
