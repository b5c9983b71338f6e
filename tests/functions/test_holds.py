"""PlaceHold and ReadHolds over the real tables."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from genesys_purge.methods.documented.conversation_archive import LOOK_UP
from genesys_purge.model.dates import zulu
from genesys_purge.wiring import adapters, calls

from tests.clock import NOON
from tests.functions.conftest import Invoke
from tests.functions.hold_calls import (
    ID,
    LEGAL,
    MATTER,
    OTHER,
    RANGE,
    get,
    place,
    set_by_hand,
    stored,
)
from tests.functions.planned_runs import errors
from tests.mocked_aws import client
from tests.scripted_genesys import ScriptedGenesys
from tests.unit.methods.scene import held_times

pytestmark = pytest.mark.usefixtures("deployed")


def test_placed_hold_is_in_force_at_once(invoke: Invoke) -> None:
    status, answer = place(invoke)
    assert (status, answer["holdId"]) == (201, "case-17")
    (active,) = adapters.holds().active(None)
    assert active.conversation_ids == frozenset({ID})
    assert active.label == "legal hold case-17 (matter 17/2026, owner legal@example.com)"


def test_placing_is_audited_with_the_person(invoke: Invoke) -> None:
    place(invoke)
    status, page = get(invoke, "GET /holds/{holdId}/audit", "case-17")
    (record,) = page["records"]
    assert (status, record["runId"], record["action"]) == (200, "hold:case-17", "hold_placed")
    assert (record["actor"], record["personId"]) == (LEGAL["userArn"], "user:AIDALEGAL")
    assert record["hold"]["conversations"] == 1
    assert record["hold"]["matter"] == MATTER
    assert ID not in json.dumps(record)


def test_hold_is_in_force_although_genesys_cannot_be_asked(invoke: Invoke) -> None:
    status, answer = place(invoke)
    assert (status, answer["matched"].keys(), len(stored())) == (201, {"asOf", "reason"}, 1)
    assert answer["matched"]["reason"].startswith("Genesys did not answer: ")


def test_placing_answers_how_many_conversations_genesys_knows(invoke: Invoke) -> None:
    genesys = ScriptedGenesys()
    genesys.on(LOOK_UP, {"data": [{"conversationId": ID}]})
    with patch.object(calls, "genesys", lambda _: genesys):
        _, answer = place(invoke, conversationIds=[ID, OTHER])
    assert (answer["matched"]["count"], "reason" in answer["matched"]) == (1, False)


def test_hold_is_shown_with_what_the_look_up_matched(invoke: Invoke) -> None:
    place(invoke, conversationIds=[ID, OTHER])
    assert "matched" not in get(invoke, "GET /holds/{holdId}", "case-17")[1]
    times = held_times([ID, OTHER], NOON, hold_id="case-17", unknown={"not_found": 1})
    adapters.holds().put_times(times)
    shown = get(invoke, "GET /holds/{holdId}", "case-17")[1]
    assert shown["matched"] == {"count": 1, "asOf": zulu(NOON)}


def test_same_request_places_one_hold(invoke: Invoke) -> None:
    (status, first), (again, second) = place(invoke), place(invoke)
    assert (again, second["effectiveFrom"]) == (status, first["effectiveFrom"])
    _, page = get(invoke, "GET /holds/{holdId}/audit", "case-17")
    assert (len(stored()), len(page["records"])) == (1, 1)


@pytest.mark.parametrize(
    "changes", [{"reason": "Another reason than before"}, {"dateRange": RANGE}]
)
def test_other_hold_under_the_same_id_is_refused(invoke: Invoke, changes: dict[str, Any]) -> None:
    place(invoke)
    status, answer = place(invoke, **changes)
    message = "the hold case-17 exists; choose another holdId"
    assert (status, answer["errors"]) == (409, [{"path": "request", "message": message}])
    assert len(stored()) == 1


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"matter": None}, {"matter"}),
        ({"matter": MATTER | {"kind": "whim"}}, {"matter.kind"}),
        ({"owner": None, "reason": "short"}, {"owner", "reason"}),
        ({"reviewBy": NOON.isoformat()}, {"reviewBy"}),
        ({"reviewBy": (NOON + timedelta(days=400)).isoformat()}, {"reviewBy"}),
        ({"conversationIds": None}, {"conversationIds"}),
        ({"conversationIds": []}, {"conversationIds"}),
        ({"conversationIds": ["your-conversation-1"]}, {"conversationIds.0"}),
        ({"everything": True}, {"everything"}),
        ({"holdId": "a b"}, {"holdId"}),
        ({"queues": ["q"]}, {"queues"}),
    ],
)
def test_wrong_hold_is_refused_and_nothing_is_stored(
    invoke: Invoke, changes: dict[str, Any], wrong: set[str]
) -> None:
    status, answer = place(invoke, **changes)
    assert (status, set(errors((status, answer)))) == (400, wrong)
    assert stored() == []


def test_hold_on_everything_is_explicit(invoke: Invoke) -> None:
    assert place(invoke, conversationIds=None, everything=True)[0] == 201
    (active,) = adapters.holds().active(None)
    assert active.covers_everything
    assert get(invoke, "GET /holds/{holdId}", "case-17")[1]["everything"] is True


def test_list_has_holds_of_every_state(invoke: Invoke) -> None:
    place(invoke)
    place(invoke, holdId="case-18", conversationIds=None, dateRange=RANGE)
    old = {"holdId": "a", "reason": "r", "placedBy": "p", "placedAt": "2024-01-01T00:00:00Z"}
    for item in (old | {"releasedAt": "2025-01-01T00:00:00Z"}, {"holdId": "b", "reason": "r"}):
        given = {name: {"S": value} for name, value in item.items()}
        client("dynamodb").put_item(TableName="HoldsTable", Item=given)
    _, page = get(invoke, "GET /holds")
    states = {each["holdId"]: each["state"] for each in page["holds"]}
    assert states == {"a": "released", "b": "unreadable", "case-17": "active", "case-18": "active"}
    assert page["holds"][2]["conversations"] == 1
    _, active = get(invoke, "GET /holds", state="active", matterId="17/2026")
    assert [each["holdId"] for each in active["holds"]] == ["case-17", "case-18"]


def test_list_goes_on_with_its_token(invoke: Invoke) -> None:
    for number in range(3):
        place(invoke, holdId=f"case-{number}")
    _, first = get(invoke, "GET /holds", limit="2")
    _, second = get(invoke, "GET /holds", limit="2", next=first["next"])
    found = [each["holdId"] for page in (first, second) for each in page["holds"]]
    assert (found, "next" in second) == (["case-0", "case-1", "case-2"], False)


def test_hold_whose_review_has_passed_is_due_and_active(invoke: Invoke) -> None:
    place(invoke)
    set_by_hand(reviewBy="2024-01-01T00:00:00Z")
    _, shown = get(invoke, "GET /holds/{holdId}", "case-17")
    assert (shown["state"], shown["isReviewDue"]) == ("active", True)
    assert len(adapters.holds().active(None)) == 1


def test_coverage_names_the_hold_and_whether_it_is_certain(invoke: Invoke) -> None:
    place(invoke)
    place(invoke, holdId="case-18", conversationIds=None, dateRange=RANGE)
    route = "GET /holds/coverage"
    _, found = get(invoke, route, conversationId=ID.upper())
    assert (found["held"], found["mayBeHeld"]) == (True, True)
    certain = {each["holdId"]: each["certain"] for each in found["holds"]}
    assert certain == {"case-17": True, "case-18": False}
    assert found["holds"][0]["owner"] == "legal@example.com"
    _, other = get(invoke, route, conversationId=OTHER)
    assert (other["held"], [each["holdId"] for each in other["holds"]]) == (False, ["case-18"])


def test_coverage_of_an_unreadable_hold_is_uncertain(invoke: Invoke) -> None:
    item = {"holdId": {"S": "b"}, "dateRange": {"S": "May"}}
    client("dynamodb").put_item(TableName="HoldsTable", Item=item)
    _, found = get(invoke, "GET /holds/coverage", conversationId=ID)
    assert (found["held"], found["mayBeHeld"]) == (False, True)
    assert "legal hold b is not valid" in found["holds"][0]["why"]


@pytest.mark.parametrize("query", [{}, {"conversationId": "a b"}, {"id": ID}])
def test_coverage_needs_one_conversation_id(invoke: Invoke, query: dict[str, str]) -> None:
    assert get(invoke, "GET /holds/coverage", **query)[0] == 400


@pytest.mark.parametrize("route", ["GET /holds/{holdId}", "GET /holds/{holdId}/audit"])
def test_unknown_hold_is_404(invoke: Invoke, route: str) -> None:
    assert get(invoke, route, "none")[0] == 404
