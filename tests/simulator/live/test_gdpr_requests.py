"""GDPR requests and the search for data subjects."""

from __future__ import annotations

from typing import Any

import pytest

from simulator import Corpus, GdprStatus, OAuthClient, Rejection
from tests.simulator.caller import NOW, Caller
from tests.simulator.live.calls import (
    GDPR,
    ONE,
    OTHER,
    SUBJECTS,
    conversation,
    found_ids,
    gdpr_body,
    many,
    request_gdpr,
    start_live,
    states,
)

PHASE = 30.0
EXPORT = {"requestType": "GDPR_EXPORT"}
TERM = {"type": "NAME", "existingValue": "Ann", "updatedValue": "Bea"}
UPDATE = {"requestType": "GDPR_UPDATE", "replacementTerms": [TERM]}
MINE = {"external_contact_id": "contact-1"}


def requested(caller: Caller, **changes: Any) -> str:
    answer = request_gdpr(caller, **changes).raise_for_status()
    return str(answer.json()["id"])


def read(caller: Caller, request_id: str) -> dict[str, Any]:
    found: dict[str, Any] = caller.http.get(f"{GDPR}/{request_id}").raise_for_status().json()
    return found


def completed(caller: Caller, **changes: Any) -> str:
    request_id = requested(caller, **changes)
    caller.clock.advance(10 * PHASE)
    return request_id


def test_created_request_is_202_and_returned() -> None:
    answer = request_gdpr(start_live(), name="forget me")
    assert answer.status_code == 202
    body = answer.json()
    request_id = body.pop("id")
    assert body == {
        **gdpr_body(name="forget me"),
        "createdBy": {"id": "simulator", "selfUri": "/api/v2/users/simulator"},
        "createdDate": "2026-03-01T12:00:00.000Z",
        "status": "INITIATED",
        "selfUri": f"{GDPR}/{request_id}",
    }


@pytest.mark.parametrize(
    ("changes", "phases"),
    [
        ({}, ["INITIATED", "SEARCHING", "DELETING", "FINALIZING", "COMPLETED"]),
        (UPDATE, ["INITIATED", "SEARCHING", "UPDATING", "FINALIZING", "COMPLETED"]),
        (EXPORT, ["INITIATED", "SEARCHING", "FINALIZING", "COMPLETED", "COMPLETED"]),
    ],
)
def test_request_passes_through_its_phases(changes: dict[str, Any], phases: list[str]) -> None:
    caller = start_live()
    request_id = requested(caller, **changes)
    seen = []
    for _ in phases:
        seen.append(read(caller, request_id)["status"])
        caller.clock.advance(PHASE)
    assert seen == phases


def test_completed_export_has_a_results_url() -> None:
    caller = start_live([conversation(**MINE)])
    request_id = requested(caller, **EXPORT)
    assert "resultsUrl" not in read(caller, request_id)
    caller.clock.advance(10 * PHASE)
    assert read(caller, request_id)["resultsUrl"].startswith("https://")
    assert caller.simulator.corpus.deleted_ids() == []


def test_completed_deletion_deletes_only_the_subjects_conversations() -> None:
    caller = start_live([conversation(**MINE), conversation(OTHER, external_contact_id="b")])
    request_id = requested(caller)
    caller.clock.advance(3.9 * PHASE)
    assert found_ids(caller) == [ONE, OTHER]
    caller.clock.advance(0.1 * PHASE)
    assert found_ids(caller) == [OTHER]
    assert states(caller, ONE) == {"DELETED"}
    assert "DELETED" not in states(caller, OTHER)
    assert caller.simulator.corpus.deleted_ids(request_id) == [ONE]
    assert "resultsUrl" not in read(caller, request_id)


@pytest.mark.parametrize("lock", ["legal_hold", "litigation"])
def test_deletion_keeps_protected_conversations(lock: str) -> None:
    locks: dict[str, Any] = {lock: True}
    caller = start_live([conversation(**MINE, **locks)])
    request_id = completed(caller)
    assert read(caller, request_id)["status"] == "COMPLETED"
    assert found_ids(caller) == [ONE]
    assert "DELETED" not in states(caller)


def test_update_deletes_nothing() -> None:
    caller = start_live([conversation(**MINE)])
    completed(caller, **UPDATE)
    assert found_ids(caller) == [ONE]


def test_subject_without_contact_id_has_no_conversations() -> None:
    caller = start_live(many(3))
    completed(caller, subject={"name": "Ann"})
    assert caller.simulator.corpus.deleted_ids() == []


def test_deletion_without_confirmation_is_refused() -> None:
    caller = start_live([conversation(**MINE)])
    for params in ({}, {"deleteConfirmed": "false"}):
        answer = caller.http.post(GDPR, params=params, json=gdpr_body())
        assert (answer.status_code, answer.json()["code"]) == (400, "bad.request")
    assert caller.simulator.gdpr_requests == []
    assert request_gdpr(caller, confirmed=False, **EXPORT).status_code == 202


def test_refusal_of_an_unconfirmed_deletion_is_a_setting() -> None:
    caller = start_live(delete_unconfirmed=Rejection(409, "not.confirmed"))
    answer = request_gdpr(caller, confirmed=False)
    assert (answer.status_code, answer.json()["code"]) == (409, "not.confirmed")


def test_wrong_requests_are_400() -> None:
    caller = start_live()
    cases: list[dict[str, Any]] = [
        {"requestType": "GDPR_FORGET"},
        {"subject": {}},
        {"subject": {"addresses": []}},
        {"subject": {"conversationId": ONE}},
        {"subject": None},
        {"replacementTerms": [TERM]},
        {"requestType": "GDPR_UPDATE"},
        {"requestType": "GDPR_UPDATE", "replacementTerms": [TERM | {"type": "AGE"}]},
        {"unknown": 1},
    ]
    for changes in cases:
        answer = request_gdpr(caller, **changes)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad.request"), changes
    assert caller.simulator.gdpr_requests == []


def test_requests_are_listed_in_pages() -> None:
    caller = start_live()
    made = [requested(caller) for _ in range(30)]
    first = caller.http.get(GDPR).json()
    assert [each["id"] for each in first["entities"]] == made[:25]
    assert first["total"] == 30
    rest = caller.http.get(first["nextUri"]).json()
    assert [each["id"] for each in rest["entities"]] == made[25:]


def test_unknown_request_is_404() -> None:
    assert start_live().http.get(f"{GDPR}/{ONE}").status_code == 404


def test_speed_shortens_the_phases() -> None:
    caller = start_live(simulator={"speed": 10}, gdpr_phase_seconds=100)
    request_id = requested(caller)
    caller.clock.advance(10)
    assert read(caller, request_id)["status"] == "SEARCHING"


def test_record_has_status_client_and_deleted_ids() -> None:
    clients = (OAuthClient("one", "secret", ()), OAuthClient(scopes=()))
    caller = start_live([conversation(**MINE)], clients=clients)
    caller.log_in(("one", "secret"))
    request_id = completed(caller)
    [record] = caller.simulator.gdpr_requests
    assert (record.request_id, record.client_id) == (request_id, "one")
    assert (record.status, record.created_at) == (GdprStatus.COMPLETED, NOW)
    assert (record.external_contact_id, record.deleted_ids) == ("contact-1", (ONE,))


def find(caller: Caller, kind: str, value: str) -> list[dict[str, Any]]:
    params = {"searchType": kind, "searchValue": value}
    answer = caller.http.get(SUBJECTS, params=params).raise_for_status()
    found: list[dict[str, Any]] = answer.json()["entities"]
    return found


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("NAME", "contact-1"),
        ("EXTERNAL_ID", "contact-1"),
        ("EMAIL", "contact-1@example.test"),
    ],
)
def test_contact_is_found_and_can_be_deleted(kind: str, value: str) -> None:
    caller = start_live([conversation(**MINE)])
    [subject] = find(caller, kind, value)
    assert subject["externalContactId"] == "contact-1"
    completed(caller, subject=subject)
    assert found_ids(caller) == []


def test_subject_is_found_while_a_conversation_exists() -> None:
    held = conversation(OTHER, legal_hold=True, **MINE)
    for people, known in (
        ([conversation(**MINE)], []),
        ([conversation(**MINE), held], ["contact-1"]),
    ):
        caller = start_live(people)
        completed(caller)
        assert [each["externalId"] for each in find(caller, "NAME", "contact-1")] == known


def test_search_finds_no_other_subject() -> None:
    caller = start_live(Corpus.of([conversation(**MINE)]))
    assert find(caller, "NAME", "contact-2") == []
    assert find(caller, "EMAIL", "contact-1") == []
    assert find(caller, "PHONE", "contact-1") == []


def test_search_without_type_or_value_is_400() -> None:
    caller = start_live()
    cases: list[dict[str, str]] = [
        {},
        {"searchType": "NAME"},
        {"searchValue": "contact-1"},
        {"searchType": "AGE", "searchValue": "contact-1"},
    ]
    for params in cases:
        assert caller.http.get(SUBJECTS, params=params).status_code == 400, params
