"""Deletion protection of the live platform: what is asked, what is sent, what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.errors import OutcomeUnknown
from genesys_purge.holds.mirroring.live import LIFT, PROTECT, REFUSED, LiveProtector
from genesys_purge.holds.mirroring.ports import Known
from genesys_purge.methods.recording_job.conversations import READ
from genesys_purge.methods.recording_job.protection import ASK
from genesys_purge.model.dates import zulu

from tests import builders
from tests.clock import NOON
from tests.scripted_genesys import ScriptedGenesys

A, B, C = builders.uuids(3)


def failing(conversation: Any, code: Any = "full") -> dict[str, Any]:
    return {"failedUpdates": [{"conversation": conversation, "errorCode": code}]}


def protect(answer: dict[str, Any]) -> dict[str, str]:
    genesys = ScriptedGenesys()
    genesys.on(PROTECT, answer)
    return dict(LiveProtector(genesys).protect([A, B]))


def test_only_known_and_own_conversations_are_asked_for() -> None:
    genesys = ScriptedGenesys()
    times = {"conversationStart": zulu(NOON), "conversationEnd": zulu(NOON)}
    genesys.on(READ, {"conversations": [{"conversationId": A, **times}]})
    genesys.on(ASK, {"entities": [{"id": C.upper()}]})
    found = LiveProtector(genesys).known([A, B], {C})
    assert found == Known(frozenset({A}), frozenset({C}))
    assert genesys.calls[-1].body == {"conversationIds": sorted([A, C])}


@pytest.mark.parametrize("operation", [PROTECT, LIFT])
def test_ids_are_sent_in_one_changing_call(operation: Any) -> None:
    genesys = ScriptedGenesys()
    genesys.on(operation, {})
    protector = LiveProtector(genesys)
    change = protector.protect if operation is PROTECT else protector.lift
    assert change([A, B]) == {}
    (call,) = genesys.calls
    assert (call.operation, call.body) == (operation, {"conversationIds": [A, B]})


@pytest.mark.parametrize(
    ("code", "reason"), [("full", "full"), (None, REFUSED), ("", REFUSED), ("a\nb", REFUSED)]
)
def test_refused_conversation_has_the_code_of_genesys(code: Any, reason: str) -> None:
    assert protect(failing({"id": B.upper()}, code)) == {B: reason}


@pytest.mark.parametrize(
    "answer",
    [{"failedUpdates": "all"}, failing(None), failing({"id": 1}), failing({"id": C})],
)
def test_unreadable_answer_leaves_the_outcome_unknown(answer: dict[str, Any]) -> None:
    with pytest.raises(OutcomeUnknown):
        protect(answer)
