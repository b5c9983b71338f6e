"""StopDeletion and ReadStops over the real tables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from unittest.mock import patch

import pytest
from genesys_purge.model.stops import MOST_FURTHER, Stoppable
from genesys_purge.store.stops import DynamoStopStore
from genesys_purge.wiring import adapters, standing

from tests.application import http_event
from tests.functions.conftest import Invoke
from tests.functions.planned_runs import errors
from tests.mocked_aws import client
from tests.policy_builders import stored as stored_policy

pytestmark = pytest.mark.usefixtures("deployed")

OPERATIONS = {"userArn": "arn:aws:iam::123456789012:user/operations", "callerId": "AIDAOPS"}
REASON = "A schedule deletes the wrong queue"
AUDIT = "GET /stops/{stopId}/audit"


def stop(invoke: Invoke, person: str = "AIDAOPS", **changes: Any) -> tuple[int, Any]:
    given = {"scope": "all", "reason": REASON} | changes
    body = {name: value for name, value in given.items() if value is not None}
    event = http_event("POST /stop", body=json.dumps(body))
    event["requestContext"]["authorizer"] = {"iam": OPERATIONS | {"callerId": person}}
    answer = invoke("StopDeletion", event)
    return answer["statusCode"], json.loads(answer["body"])


def get(invoke: Invoke, route: str, stop_id: str | None = None, **query: str) -> tuple[int, Any]:
    path = {"stopId": stop_id} if stop_id else None
    answer = invoke("ReadStops", http_event(route, path=path, query=query or None))
    return answer["statusCode"], json.loads(answer["body"])


def stored() -> list[Mapping[str, Any]]:
    items: list[Mapping[str, Any]] = client("dynamodb").scan(TableName="StopsTable")["Items"]
    return items


def put(**fields: str) -> None:
    item = {name: {"S": value} for name, value in fields.items()}
    client("dynamodb").put_item(TableName="StopsTable", Item=item)


def test_stop_is_in_force_at_once(invoke: Invoke) -> None:
    status, answer = stop(invoke)
    assert (status, answer["stopId"], answer["inFlight"]) == (201, "all", [])
    (found,) = adapters.stops().covering(Stoppable("emea", "nightly", "run-1"))
    assert found.why.endswith(REASON)


def test_stop_is_audited_with_the_person_and_the_reason(invoke: Invoke) -> None:
    stop(invoke, scope="organisation", name="default")
    status, page = get(invoke, AUDIT, "organisation:default")
    (record,) = page["records"]
    assert (status, record["runId"]) == (200, "stop:organisation:default")
    assert (record["action"], record["personId"]) == ("deletion_stopped", "user:AIDAOPS")
    assert record["stop"] == {"scope": "organisation", "name": "default", "reason": REASON}


def test_same_stop_again_changes_nothing(invoke: Invoke) -> None:
    first = stop(invoke)
    assert stop(invoke) == first
    assert (len(stored()), len(get(invoke, AUDIT, "all")[1]["records"])) == (1, 1)


def test_further_reason_is_kept_with_its_person(invoke: Invoke) -> None:
    _, first = stop(invoke)
    _, both = stop(invoke, person="EVE", reason="Another incident")
    assert both == first | {"reasons": [REASON, "Another incident"]}
    (shown,) = get(invoke, "GET /stops")[1]["stops"]
    assert shown["further"][0]["stoppedByPerson"] == "user:EVE"
    records = get(invoke, AUDIT, "all")[1]["records"]
    assert [each["stop"]["reason"] for each in records] == [REASON, "Another incident"]


def test_same_words_of_another_person_are_a_further_reason(invoke: Invoke) -> None:
    stop(invoke)
    status, both = stop(invoke, person="EVE")
    assert (status, both["reasons"]) == (201, [REASON, REASON])
    assert stop(invoke, person="EVE")[1] == both
    records = get(invoke, AUDIT, "all")[1]["records"]
    assert [each["personId"] for each in records] == ["user:AIDAOPS", "user:EVE"]


def test_stop_keeps_its_last_further_reasons(invoke: Invoke) -> None:
    for number in range(MOST_FURTHER + 2):
        _, answer = stop(invoke, reason=f"Incident {number}")
    numbers = [0, *range(2, MOST_FURTHER + 2)]
    assert answer["reasons"] == [f"Incident {number}" for number in numbers]


def test_machine_may_stop(invoke: Invoke) -> None:
    assert invoke("StopDeletion", {"scope": "all", "reason": REASON})["stopId"] == "all"
    assert "stoppedByPerson" not in stored()[0]


def test_list_has_the_stops_in_force(invoke: Invoke) -> None:
    stored_policy(standing.purge_policies(), name="nightly")
    stop(invoke, scope="policy", name="nightly")
    stop(invoke)
    put(
        stopId="run:old",
        scope="run",
        name="old",
        reason=REASON,
        stoppedAt="2024-01-01T00:00:00Z",
        stoppedBy="operator",
        resumedAt="2025-01-01T00:00:00Z",
    )
    put(stopId="run:broken")
    status, answer = get(invoke, "GET /stops")
    ids = [each["stopId"] for each in answer["stops"]]
    assert (status, ids) == (200, ["all", "policy:nightly", "run:broken"])
    assert answer["stops"][0]["stoppedByPerson"] == "user:AIDAOPS"
    assert "is required" in answer["stops"][2]["wrong"]


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"reason": None}, {"reason"}),
        ({"reason": "oh"}, {"reason"}),
        ({"scope": None}, {"scope"}),
        ({"scope": "campaign", "name": "a"}, {"scope"}),
        ({"name": "emea"}, {"name"}),
        ({"scope": "organisation"}, {"name"}),
        ({"scope": "organisation", "name": "emea"}, {"name"}),
        ({"scope": "run", "name": "run-1"}, {"name"}),
        ({"scope": "policy", "name": "a b"}, {"name"}),
        ({"scope": "policy", "name": "nightly"}, {"name"}),
        ({"scope": "policy", "name": "Nightly-Voice"}, {"name"}),
        ({"until": "tomorrow"}, {"until"}),
    ],
)
def test_wrong_stop_is_refused_and_nothing_is_stored(
    invoke: Invoke, changes: dict[str, Any], wrong: set[str]
) -> None:
    stored_policy(standing.purge_policies(), name="nightly-voice")
    status, answer = stop(invoke, **changes)
    assert (status, set(errors((status, answer)))) == (400, wrong)
    assert stored() == []


def test_stop_over_an_unreadable_one_is_refused_and_counts(invoke: Invoke) -> None:
    put(stopId="all")
    status, answer = stop(invoke)
    assert (status, "so it counts" in answer["errors"][0]["message"]) == (409, True)
    assert adapters.stops().covering(Stoppable())


def test_unknown_stop_is_404(invoke: Invoke) -> None:
    assert get(invoke, AUDIT, "all")[0] == 404


def test_list_takes_no_parameter(invoke: Invoke) -> None:
    assert get(invoke, "GET /stops", limit="1")[0] == 400


def test_stop_that_changes_at_the_same_time_is_not_answered_as_stored(invoke: Invoke) -> None:
    stop(invoke)
    with patch.object(DynamoStopStore, "get", return_value=None):
        status, answer = stop(invoke, reason="Another reason to stop")
    assert status >= 500
    assert "stopId" not in answer


@pytest.mark.parametrize(
    ("function", "route"),
    [
        ("StopDeletion", "POST /stop"),
        ("PutSetting", "PUT /settings/{name}"),
        ("PlaceHold", "POST /holds"),
    ],
)
def test_body_that_is_no_object_is_400(invoke: Invoke, function: str, route: str) -> None:
    event = http_event(route, path={"name": "retention-matrix"}, body="[]")
    event["requestContext"]["authorizer"] = {"iam": OPERATIONS}
    answer = invoke(function, event)
    assert (answer["statusCode"], "JSON object" in answer["body"]) == (400, True)
    assert stored() == []


def test_stop_of_an_unknown_run_is_400_and_not_stored(invoke: Invoke) -> None:
    status, answer = stop(invoke, scope="run", name="no-such-run")
    assert (status, stored()) == (400, [])
    assert "name" in str(answer)
