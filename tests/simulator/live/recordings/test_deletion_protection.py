"""The deletion protection: query, apply and revoke."""

from __future__ import annotations

import httpx

from simulator import MediaType
from tests.simulator.caller import Caller
from tests.simulator.live.calls import (
    ONE,
    OTHER,
    PROTECTION,
    conversation,
    finished_job,
    many,
    start_live,
    states,
)


def asked(caller: Caller, *ids: str) -> httpx.Response:
    return caller.http.post(PROTECTION, json={"conversationIds": ids})


def change(caller: Caller, *ids: str, protect: bool | None = None) -> httpx.Response:
    params = {} if protect is None else {"protect": str(protect).lower()}
    return caller.http.put(PROTECTION, params=params, json={"conversationIds": ids})


def protected(caller: Caller) -> list[str]:
    corpus = caller.simulator.corpus
    return [each.conversation_id for each in corpus if each.legal_hold]


def test_query_returns_the_protected_conversations() -> None:
    caller = start_live([conversation(legal_hold=True), conversation(OTHER, litigation=True)])
    answer = asked(caller, OTHER, ONE, ONE)
    assert answer.status_code == 200
    assert answer.json() == [{"id": ONE, "selfUri": f"/api/v2/conversations/{ONE}"}]


def test_id_that_is_not_a_uuid_is_400() -> None:
    caller = start_live([conversation()])
    for bad in ("", "a", ONE[:-1], ONE.replace("-", ""), f"{{{ONE}}}"):
        answer = asked(caller, ONE, bad)
        assert answer.status_code == 400
        assert answer.json()["code"] == "recording.conversation.id.not.uuid"


def test_unknown_conversation_is_404_and_named() -> None:
    answer = asked(start_live([conversation()]), ONE, OTHER)
    body = answer.json()
    assert (answer.status_code, body["code"]) == (404, "recording.conversation.not.found")
    assert body["entityId"] == OTHER


def test_query_takes_one_to_a_hundred_ids() -> None:
    caller = start_live(many(101))
    ids = caller.simulator.corpus.ids()
    counts = [0, 1, 100, 101]
    assert [asked(caller, *ids[:count]).status_code for count in counts] == [400, 200, 200, 400]
    assert change(caller, *ids).status_code == 400


def test_protection_is_applied_by_default_or_revoked() -> None:
    caller = start_live([conversation(), conversation(OTHER)])
    assert change(caller, ONE).status_code == 204
    assert change(caller, OTHER, protect=True).status_code == 204
    assert protected(caller) == [ONE, OTHER]
    assert change(caller, ONE, protect=False).status_code == 204
    assert protected(caller) == [OTHER]


def test_state_counts_the_protected_conversations() -> None:
    caller = start_live([conversation(), conversation(OTHER)])
    change(caller, ONE)
    assert caller.http.get("/_simulator/state").json()["protectedConversations"] == 1


def test_job_does_not_delete_protected_conversations() -> None:
    caller = start_live([conversation(), conversation(OTHER)])
    change(caller, ONE)
    finished_job(caller, includeRecordingsWithSensitiveData=True)
    assert "DELETED" not in states(caller, ONE)
    assert states(caller, OTHER) == {"DELETED"}


def test_ids_over_the_protection_limit_are_named() -> None:
    caller = start_live(many(3), max_protected=2)
    first, second, third = caller.simulator.corpus.ids()
    answer = change(caller, first, second, third)
    assert answer.status_code == 200
    [failure] = answer.json()["failedUpdates"]
    assert failure["conversation"]["id"] == third
    assert failure["errorCode"] == "recording.deletion.protection.limit.exceeded"
    assert protected(caller) == [first, second]
    assert change(caller, first).status_code == 204


def test_conversation_without_recordings_cannot_be_protected() -> None:
    chats = many(20, media_type=MediaType.CHAT)
    caller = start_live(chats)
    recorded = {each.conversation_id for each in caller.simulator.recordings}
    [without, *_] = [each for each in caller.simulator.corpus.ids() if each not in recorded]
    [failure] = change(caller, without).json()["failedUpdates"]
    assert failure["conversation"] == {
        "id": without,
        "selfUri": f"/api/v2/conversations/{without}",
    }
    assert protected(caller) == []


def test_wrong_protect_flag_is_400() -> None:
    caller = start_live([conversation()])
    body = {"conversationIds": [ONE]}
    assert caller.http.put(PROTECTION, params={"protect": "no"}, json=body).status_code == 400
    assert protected(caller) == []
