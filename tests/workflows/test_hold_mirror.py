"""Legal holds on the live platform, mirrored into the simulator's deletion protection."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from simulator import Corpus
from tests.application import Application, running
from tests.clock import NOON
from tests.workflows.recorded_calls import SETTINGS, CallGroup

NO_APP: Any = None
CALLS = CallGroup(NO_APP, 0)
HELD, OTHER = CALLS.ids[:2], CALLS.ids[2]


@pytest.fixture(scope="module")
def app() -> Iterator[Application]:
    live = {"GENESYS_PLATFORM": "live"}
    with running(Corpus.of(CALLS.conversations()), SETTINGS, environment=live) as app:
        yield app


def place(app: Application, hold_id: str, ids: list[str], **fields: Any) -> None:
    origin = {"reason": "a case in court", "placedBy": "counsel", "placedAt": NOON.isoformat()}
    app.put_hold(holdId=hold_id, conversationIds=set(ids), **origin, **fields)


def protected(app: Application) -> list[str]:
    """The protected conversations, after a sweep."""
    app.invoke("MirrorHoldsFunction", {"scheduledTime": app.clock().isoformat()})
    corpus = app.simulator.corpus
    return [each for each in CALLS.ids if (found := corpus.get(each)) and found.legal_hold]


def test_held_calls_are_protected_until_no_hold_names_them(app: Application) -> None:
    app.simulator.corpus.place_hold([OTHER])
    place(app, "case-17", [*HELD, OTHER])
    place(app, "case-18", HELD[:1])
    assert protected(app) == [*HELD, OTHER]
    place(app, "case-17", [*HELD, OTHER], releasedAt=NOON.isoformat())
    assert protected(app) == [HELD[0], OTHER]
    found = [each for each in app.hold_audit("case-17") if each["action"] == "hold_mirrored"]
    facts = [each["mirror"] for each in found]
    assert [(each["conversations"], each["protected"]) for each in facts] == [(3, 3), (2, 1)]
