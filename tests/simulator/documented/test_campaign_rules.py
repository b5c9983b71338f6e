"""Outbound campaign rules."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from simulator import Operation, Simulator, SimulatorServer
from tests.simulator.caller import Caller, http_client, start_simulator
from tests.simulator.documented.campaign_calls import (
    OTHER_RULES,
    RULES,
    create,
    created,
    query_events,
    rule,
    update,
)

UNKNOWN = "/api/v2/outbound/campaigns/campaign-9/rules"
REQUIRED = ["name", "version", "priority", "executionOrder"]
CONDITION: dict[str, Any] = rule()["conditions"][0]


def stored(simulator: Simulator, campaign_id: str = "campaign-1") -> list[dict[str, object]]:
    return list(simulator.campaigns()[campaign_id].rules)


def paths(answer: httpx.Response) -> list[str]:
    return [each["path"] for each in answer.json()["details"]]


def refused(answer: httpx.Response, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (409, code)


def test_created_rule_is_returned_with_id_and_path() -> None:
    caller = start_simulator()
    answer = create(caller, version=7)
    assert answer.status_code == 201
    rule_id = answer.json()["id"]
    expected = rule(version=7) | {"id": rule_id, "selfUri": f"{RULES}/{rule_id}"}
    assert answer.json() == expected
    assert stored(caller.simulator) == [expected]
    assert caller.http.get(expected["selfUri"]).json() == expected


def test_rule_with_only_required_fields_is_stored_as_sent() -> None:
    caller = start_simulator()
    bare = {name: rule()[name] for name in REQUIRED}
    answer = caller.http.post(RULES, json=bare)
    assert answer.status_code == 201
    assert answer.json().keys() == {*REQUIRED, "id", "selfUri"}


def test_rule_without_a_required_field_is_400() -> None:
    caller = start_simulator()
    for name in REQUIRED:
        body = rule()
        del body[name]
        answer = caller.http.post(RULES, json=body)
        assert (answer.status_code, paths(answer)) == (400, [name])
    assert stored(caller.simulator) == []


def test_wrong_field_is_400_with_its_path() -> None:
    caller = start_simulator()
    cases: list[tuple[dict[str, Any], str]] = [
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"version": 0}, "version"),
        ({"version": "1"}, "version"),
        ({"version": 2**31}, "version"),
        ({"priority": 0}, "priority"),
        ({"executionOrder": 0}, "executionOrder"),
        ({"priority": 1001}, "priority"),
        ({"priority": True}, "priority"),
        ({"executionOrder": -1}, "executionOrder"),
        ({"executionOrder": 1.5}, "executionOrder"),
        ({"executionOrder": 2**64}, "executionOrder"),
        ({"enabled": "yes"}, "enabled"),
        ({"conditions": [CONDITION, {**CONDITION, "operator": "like"}]}, "conditions.1.operator"),
        ({"conditions": [{**CONDITION, "type": "text"}]}, "conditions.0.type"),
        ({"conditions": [{**CONDITION, "attribute": ""}]}, "conditions.0.attribute"),
        *(
            ({"conditions": [{**CONDITION, "value": value}]}, "conditions.0.value")
            for value in (1000.5, 5, True, None, ["eu"], {"number": 5})
        ),
        ({"conditions": [{**CONDITION, "unit": "EUR"}]}, "conditions.0.unit"),
        ({"actions": [{"listId": "list-1"}]}, "actions.0.type"),
        ({"actions": [{"type": "setList", "listId": 1}]}, "actions.0.listId"),
        ({"owner": "me"}, "owner"),
    ]
    for changes, path in cases:
        answer = create(caller, **changes)
        assert (answer.status_code, paths(answer)) == (400, [path])
    assert stored(caller.simulator) == []


def test_number_that_json_cannot_return_unchanged_is_400() -> None:
    caller = start_simulator()
    for number in ("NaN", "-Infinity", "1e400", "18446744073709551616"):
        body = json.dumps(rule()).replace('"vip"', number)
        answer = caller.http.post(RULES, content=body)
        assert (answer.status_code, paths(answer)) == (400, ["actions.0.value"])


def test_priorities_at_both_limits_are_accepted() -> None:
    caller = start_simulator()
    assert [create(caller, each, priority=each).status_code for each in (1, 1000)] == [201, 201]


def test_all_wrong_fields_are_reported_together() -> None:
    answer = start_simulator().http.post(RULES, json={"priority": 0})
    assert sorted(paths(answer)) == sorted(REQUIRED)
    assert all(name in answer.json()["message"] for name in REQUIRED)


def test_used_execution_order_is_409() -> None:
    caller = start_simulator()
    created(caller, 1)
    refused(create(caller, 2, executionOrder=1), "duplicate.execution.order")
    assert create(caller, 2).status_code == 201


def test_used_name_is_409() -> None:
    caller = start_simulator()
    created(caller, 1)
    refused(create(caller, 2, name="rule 1"), "duplicate.name")
    assert [each["name"] for each in stored(caller.simulator)] == ["rule 1"]


def test_rules_of_two_campaigns_are_independent() -> None:
    caller = start_simulator()
    here, there = created(caller), created(caller, path=OTHER_RULES)
    assert caller.http.get(f"{OTHER_RULES}/{here}").status_code == 404
    assert caller.http.put(f"{OTHER_RULES}/{here}", json=rule(version=2)).status_code == 404
    assert caller.http.delete(f"{OTHER_RULES}/{here}").status_code == 404
    assert caller.http.get(RULES).json()["total"] == 1
    caller.http.delete(f"{RULES}/{here}").raise_for_status()
    assert [each["id"] for each in stored(caller.simulator, "campaign-2")] == [there]


def test_unknown_campaign_is_404() -> None:
    caller = start_simulator()
    answers = [
        create(caller, path=UNKNOWN),
        caller.http.get(UNKNOWN),
        caller.http.get(f"{UNKNOWN}/x"),
        caller.http.put(f"{UNKNOWN}/x", json=rule()),
        caller.http.delete(f"{UNKNOWN}/x"),
    ]
    assert {each.status_code for each in answers} == {404}


def test_campaign_ids_are_settings_and_quoted_in_paths() -> None:
    caller = start_simulator(campaigns=("north & south",))
    path = f"/api/v2/outbound/campaigns/{quote('north & south')}/rules"
    rule_id = created(caller, 1, path)
    created(caller, 2, path)
    uri = caller.http.get(path, params={"pageSize": 1}).json()["nextUri"]
    assert [each["name"] for each in caller.http.get(uri).json()["entities"]] == ["rule 2"]
    assert caller.http.get(f"{path}/{rule_id}").json()["selfUri"] == f"{path}/{rule_id}"
    assert create(caller).status_code == 404


def test_pages_list_rules_in_order_of_creation() -> None:
    caller = start_simulator()
    for number in (3, 1, 2, 5, 4):
        created(caller, number)
    seen: list[dict[str, Any]] = []
    uri = f"{RULES}?pageSize=2"
    while uri:
        page = caller.http.get(uri).json()
        seen.append(page)
        uri = page.get("nextUri")
    names = [[each["name"][-1] for each in page["entities"]] for page in seen]
    assert names == [["3", "1"], ["2", "5"], ["4"]]
    assert [(each["pageSize"], each["pageNumber"], each["total"]) for each in seen] == [
        (2, number, 5) for number in (1, 2, 3)
    ]
    assert seen[0]["nextUri"] == f"{RULES}?pageSize=2&pageNumber=2"


def test_full_last_page_has_no_next_page() -> None:
    caller = start_simulator()
    created(caller, 1)
    created(caller, 2)
    assert "nextUri" not in caller.http.get(RULES, params={"pageSize": 2}).json()


def test_page_has_25_rules_by_default() -> None:
    caller = start_simulator()
    for number in range(1, 27):
        created(caller, number)
    page = caller.http.get(RULES).json()
    assert (len(page["entities"]), page["pageSize"], page["pageNumber"]) == (25, 25, 1)
    assert len(caller.http.get(RULES, params={"pageSize": 100}).json()["entities"]) == 26


def test_page_after_the_last_is_empty() -> None:
    page = start_simulator().http.get(RULES, params={"pageNumber": 999_999}).json()
    assert page == {"entities": [], "pageSize": 25, "pageNumber": 999_999, "total": 0}


def test_wrong_page_parameters_are_400() -> None:
    caller = start_simulator()
    cases = {
        "pageSize": ("0", "101", "-1", "ten", "2.0"),
        "pageNumber": ("0", "x", "9" * 5000),
    }
    for name, values in cases.items():
        for value in values:
            answer = caller.http.get(RULES, params={name: value})
            assert answer.status_code == 400, value
            assert name in answer.json()["message"]


def test_update_replaces_the_rule_at_its_position() -> None:
    caller = start_simulator()
    first, second = created(caller, 1), created(caller, 2)
    answer = update(caller, first, 3, enabled=False)
    expected = rule(3, version=2, enabled=False) | {"id": first, "selfUri": f"{RULES}/{first}"}
    assert (answer.status_code, answer.json()) == (200, expected)
    assert [each["id"] for each in stored(caller.simulator)] == [first, second]
    assert stored(caller.simulator)[0] == expected


def test_update_needs_the_next_version() -> None:
    caller = start_simulator()
    rule_id = created(caller, version=5)
    before = stored(caller.simulator)
    for version in (1, 4, 5, 7):
        refused(update(caller, rule_id, version=version), "version.mismatch")
    assert stored(caller.simulator) == before
    assert update(caller, rule_id, version=6).status_code == 200


def test_update_to_a_used_execution_order_is_409() -> None:
    caller = start_simulator()
    created(caller, 1)
    rule_id = created(caller, 2)
    refused(update(caller, rule_id, 2, executionOrder=1), "duplicate.execution.order")
    assert stored(caller.simulator)[1]["executionOrder"] == 2


def test_update_to_a_used_name_is_409() -> None:
    caller = start_simulator()
    created(caller, 1)
    rule_id = created(caller, 2)
    before = stored(caller.simulator)
    refused(update(caller, rule_id, 2, name="rule 1"), "duplicate.name")
    assert stored(caller.simulator) == before


def test_update_is_checked_like_a_new_rule() -> None:
    caller = start_simulator()
    answer = update(caller, created(caller), version=None, priority=0)
    assert (answer.status_code, paths(answer)) == (400, ["version", "priority"])


def test_rule_can_be_sent_back_as_read_with_the_next_version() -> None:
    caller = start_simulator()
    rule_id = created(caller)
    read = caller.http.get(f"{RULES}/{rule_id}").json()
    answer = caller.http.put(f"{RULES}/{rule_id}", json=read | {"version": 2, "id": "another"})
    assert answer.json() == read | {"version": 2}


def test_deleted_rule_frees_its_name_and_order() -> None:
    caller = start_simulator()
    rule_id = created(caller)
    answer = caller.http.delete(f"{RULES}/{rule_id}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert caller.http.get(f"{RULES}/{rule_id}").status_code == 404
    assert update(caller, rule_id).status_code == 404
    assert caller.http.delete(f"{RULES}/{rule_id}").status_code == 404
    assert created(caller) != rule_id


def test_204_has_no_length_and_keeps_the_connection() -> None:
    caller = start_simulator()
    path = f"{RULES}/{created(caller)}"
    bearer = {"Authorization": caller.http.headers["Authorization"]}
    limits = httpx.Limits(max_connections=1)
    with (
        SimulatorServer(caller.simulator) as url,
        http_client(url, headers=bearer, limits=limits) as http,
    ):
        answers = [http.delete(path), http.get(RULES)]
    assert [each.status_code for each in answers] == [204, 200]
    assert "Content-Length" not in answers[0].headers
    streams = [each.extensions["network_stream"] for each in answers]
    assert streams[0] is streams[1]


def scoped(*scopes: str) -> Caller:
    return start_simulator(scopes=scopes)


@pytest.mark.parametrize("scope", ["outbound:campaign:write", "outbound:rule:write"])
def test_either_write_scope_writes_and_does_not_read(scope: str) -> None:
    caller = scoped(scope)
    rule_id = created(caller)
    assert update(caller, rule_id).status_code == 200
    assert caller.http.get(RULES).status_code == 403
    assert caller.http.get(f"{RULES}/{rule_id}").status_code == 403
    assert caller.http.delete(f"{RULES}/{rule_id}").status_code == 204


def test_read_scope_reads_and_does_not_write() -> None:
    caller = scoped("outbound:campaign:read")
    assert caller.http.get(RULES).status_code == 200
    assert caller.http.get(f"{RULES}/x").status_code == 404
    answers = [create(caller), update(caller, "x"), caller.http.delete(f"{RULES}/x")]
    assert [each.status_code for each in answers] == [403] * 3
    assert answers[0].json()["details"] == [{"missingScope": "outbound:campaign:write"}]
    assert stored(caller.simulator) == []


def test_event_query_needs_its_own_scope() -> None:
    assert query_events(scoped("analytics:events:read")).status_code == 200
    answer = query_events(scoped("outbound:campaign:read", "analytics:query"))
    assert (answer.status_code, answer.json()["details"]) == (
        403,
        [{"missingScope": "analytics:events:read"}],
    )


def test_campaign_calls_without_token_are_401() -> None:
    caller = start_simulator()
    del caller.http.headers["Authorization"]
    answers = [create(caller), caller.http.get(RULES), query_events(caller)]
    assert [each.status_code for each in answers] == [401] * 3


def test_campaign_calls_are_logged_without_a_method() -> None:
    caller = start_simulator()
    created(caller)
    logged = caller.simulator.requests[-1]
    assert (logged.operation, logged.method) == (Operation.CREATE_CAMPAIGN_RULE, None)
    assert (logged.verb, logged.path, logged.status) == ("POST", RULES, 201)


def test_campaigns_page_shows_rules_and_events() -> None:
    caller = start_simulator()
    rule_id = created(caller)
    event = {
        "timestamp": "2026-03-01T12:00:00.000Z",
        "eventName": "outbound.rule.created",
        "entityId": rule_id,
    }
    answer = caller.http.get("/_simulator/campaigns", headers={"Authorization": ""})
    assert answer.json()["campaigns"] == [
        {"campaignId": "campaign-1", "rules": stored(caller.simulator), "events": [event]},
        {"campaignId": "campaign-2", "rules": [], "events": []},
    ]
