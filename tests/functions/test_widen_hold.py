"""ChangeHold: a hold is widened over the real tables."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from genesys_purge.errors import LostRace
from genesys_purge.model.dates import zulu
from genesys_purge.store.ledger import Ledger
from genesys_purge.wiring import adapters

from tests.clock import NOON
from tests.functions.conftest import Invoke
from tests.functions.hold_calls import (
    ID,
    OTHER,
    RANGE,
    change,
    place,
    records,
    set_by_hand,
    stored,
)
from tests.functions.planned_runs import errors
from tests.unit.methods.scene import held_times

pytestmark = pytest.mark.usefixtures("deployed")

WIDER = {"start": "2024-04-01T00:00:00Z", "end": "2024-06-01T00:00:00Z"}
NARROWER = {"start": "2024-05-02T00:00:00Z", "end": "2024-06-01T00:00:00Z"}


def test_added_ids_are_held_at_once(invoke: Invoke) -> None:
    place(invoke)
    status, answer = change(invoke, "widen", conversationIds=[OTHER])
    assert (status, answer["inFlight"]) == (200, [])
    assert "effectiveFrom" in answer
    (active,) = adapters.holds().active(None)
    assert active.conversation_ids == frozenset({ID, OTHER})


def test_widening_is_audited_with_person_reason_and_facts(invoke: Invoke) -> None:
    place(invoke)
    change(invoke, "widen", conversationIds=[OTHER])
    _, record = records(invoke)
    assert (record["action"], record["personId"]) == ("hold_widened", "user:AIDALEGAL")
    assert (record["detail"], record["hold"]["conversations"]) == ("Another call was named", 2)


def test_same_widening_again_stores_nothing(invoke: Invoke) -> None:
    place(invoke)
    change(invoke, "widen", conversationIds=[OTHER])
    status, answer = change(invoke, "widen", conversationIds=[OTHER, ID])
    assert (status, answer) == (200, {"holdId": "case-17", "inFlight": []})
    assert len(records(invoke)) == 2


def test_date_range_is_extended(invoke: Invoke) -> None:
    place(invoke, dateRange=RANGE)
    assert change(invoke, "widen", dateRange=WIDER)[0] == 200
    (active,) = adapters.holds().active(None)
    assert active.date_range is not None
    assert active.date_range.start.isoformat() == "2024-04-01T00:00:00+00:00"
    assert active.conversation_ids == frozenset({ID})


def test_date_range_that_drops_a_day_is_refused(invoke: Invoke) -> None:
    place(invoke, dateRange=RANGE)
    before = stored()
    status, answer = change(invoke, "widen", dateRange=NARROWER)
    assert (status, set(errors((status, answer)))) == (400, {"dateRange"})
    assert stored() == before


def test_hold_is_widened_to_everything(invoke: Invoke) -> None:
    place(invoke, dateRange=RANGE)
    assert change(invoke, "widen", everything=True)[0] == 200
    (active,) = adapters.holds().active(None)
    assert active.covers_everything


def test_hold_on_everything_stays_one(invoke: Invoke) -> None:
    place(invoke, conversationIds=None, everything=True)
    assert "effectiveFrom" not in change(invoke, "widen", conversationIds=[ID])[1]
    assert adapters.holds().active(None)[0].covers_everything


def test_times_of_the_ids_before_are_unknown_after_widening(invoke: Invoke) -> None:
    place(invoke)
    holds = adapters.holds()
    holds.put_times(held_times([ID], NOON, hold_id="case-17"))
    assert holds.active(None)[0].gap is None
    change(invoke, "widen", conversationIds=[OTHER])
    assert holds.active(None)[0].gap


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"reason": "short"}, {"reason"}),
        ({}, {"conversationIds"}),
        ({"everything": True, "dateRange": WIDER}, {"everything"}),
        ({"conversationIds": [f"c-{n}" for n in range(5_001)]}, {"conversationIds"}),
        ({"holdId": "other"}, {"holdId"}),
    ],
)
def test_wrong_widening_is_refused_and_nothing_is_stored(
    invoke: Invoke, fields: dict[str, Any], wrong: set[str]
) -> None:
    place(invoke)
    before = stored()
    status, answer = change(invoke, "widen", **fields)
    assert (status, set(errors((status, answer)))) == (400, wrong)
    assert stored() == before


@pytest.mark.parametrize(
    ("released", "advice"),
    [(-1, "place a new one"), (1, "keep it, then repeat this")],
)
def test_released_hold_is_not_widened(invoke: Invoke, released: int, advice: str) -> None:
    place(invoke)
    moment: datetime = adapters.now() + timedelta(days=released)
    set_by_hand(releasedAt=zulu(moment))
    status, answer = change(invoke, "widen", conversationIds=[OTHER])
    assert status == 409
    assert advice in answer["errors"][0]["message"]


def test_unreadable_hold_is_not_widened(invoke: Invoke) -> None:
    place(invoke)
    set_by_hand(remark="unknown field")
    status, answer = change(invoke, "widen", conversationIds=[OTHER])
    assert status == 409
    assert "remark" in answer["errors"][0]["message"]


def test_unknown_hold_cannot_be_widened(invoke: Invoke) -> None:
    assert change(invoke, "widen", "none", conversationIds=[ID])[0] == 404


def test_change_by_hand_at_the_same_time_is_not_lost(invoke: Invoke) -> None:
    place(invoke)
    commit = Ledger.commit
    calls: list[Any] = []

    def slow(self: Ledger, *given: Any) -> None:
        if not calls:
            set_by_hand(owner="another@example.com")
        calls.append(given)
        commit(self, *given)

    with patch.object(Ledger, "commit", slow):
        assert change(invoke, "widen", conversationIds=[OTHER])[0] == 200
    (active,) = adapters.holds().active(None)
    assert (active.owner, len(active.conversation_ids or ())) == ("another@example.com", 2)
    assert len(calls) == 2


def test_hold_that_is_changed_all_the_time_answers_409(invoke: Invoke) -> None:
    place(invoke)
    with patch.object(Ledger, "commit", side_effect=LostRace("another worker")):
        assert change(invoke, "widen", conversationIds=[OTHER])[0] == 409
