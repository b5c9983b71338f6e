"""Recordings of the last five years: which conversations a plan selects, skips and batches."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from genesys_purge.errors import NotAtGenesys, UnreadableAnswer
from genesys_purge.methods.contract import Planned
from genesys_purge.methods.recording_job.checks import FIVE_YEARS
from genesys_purge.methods.recording_job.conversations import QUERY, READ
from genesys_purge.methods.recording_job.protection import ASK
from genesys_purge.model.batch import Entry
from genesys_purge.model.dates import zulu
from genesys_purge.model.retention import RetentionMatrix
from hypothesis import given
from hypothesis import strategies as st

from tests import builders
from tests.clock import NOON
from tests.scripted_genesys import ScriptedGenesys
from tests.unit.methods import scene
from tests.unit.methods.recording_job.recorded import (
    HOUR,
    IDS,
    METHOD,
    call,
    numbers_in,
    protect,
    request,
)
from tests.unit.methods.scene import hold, sources

ENDS_TOO_YOUNG = [None, "yesterday", *(zulu(builders.days_ago(days)) for days in (29, 390))]


def row(number: int, days: float = 380, **fields: Any) -> dict[str, Any]:
    """A conversation that ended so many days ago, after an hour."""
    return call(number, builders.days_ago(days) - HOUR, **fields)


def on_media(*media: str) -> dict[str, Any]:
    """The first conversation, with a session of each medium."""
    return row(0, participants=[{"sessions": [{"mediaType": each} for each in media]}])


def knowing(*rows: Mapping[str, Any], protected: Any = ()) -> ScriptedGenesys:
    """A Genesys that answers every query with these conversations."""
    genesys = ScriptedGenesys()
    genesys.on(QUERY, {"conversations": list(rows)}, {"conversations": []})
    genesys.on(READ, {"conversations": list(rows)}, {"conversations": []})
    protect(genesys, protected)
    return genesys


def plan(genesys: ScriptedGenesys, **fields: Any) -> tuple[list[Planned], dict[str, int]]:
    changes = {name: fields.pop(name) for name in ("matrix", "batch_size") if name in fields}
    holds = fields.pop("holds", ())
    return scene.plan(METHOD, builders.recording_job(**fields), sources(genesys, *holds, **changes))


def matrix(days: int, interaction_type: str) -> RetentionMatrix:
    """30 days for everything, and more for one interaction type."""
    rule: dict[str, Any] = {"name": "n", "basis": "b", "minimumDays": 30}
    longer = rule | {"match": {"interactionType": interaction_type}, "minimumDays": days}
    return RetentionMatrix.parse({"rules": [rule, longer]})


def test_plan_has_conversations_with_their_times_and_media() -> None:
    (batch,), skipped = plan(knowing(on_media("voice", "message"), row(1)))
    assert (batch.targeted, batch.window, skipped) == (2, None, {})
    end = builders.days_ago(380)
    media = frozenset({"voice", "message"})
    assert batch.entries[0] == Entry(IDS[0], end, None, end - HOUR, media)


@pytest.mark.parametrize("end", ENDS_TOO_YOUNG)
def test_conversation_that_ended_too_late_is_skipped(end: str | None) -> None:
    assert plan(knowing(row(0, conversationEnd=end), row(1)))[1] == {"too_young": 1}


def test_conversation_is_old_enough_to_the_second() -> None:
    latest = NOON - timedelta(days=365)
    old = row(0, conversationEnd=zulu(latest))
    young = row(1, conversationEnd=zulu(latest + timedelta(seconds=1)))
    batches, skipped = plan(knowing(old, young))
    assert (numbers_in(batches), skipped) == ([[0]], {"too_young": 1})


def test_held_conversation_is_skipped() -> None:
    held = hold(conversation_ids=frozenset({IDS[0]}))
    batches, skipped = plan(knowing(row(0), row(1)), holds=[held])
    assert (numbers_in(batches), skipped) == ([[1]], {"legal_hold": 1})


def test_conversation_that_genesys_protects_is_skipped() -> None:
    batches, skipped = plan(knowing(row(0), row(1), protected=(IDS[0],)))
    assert (numbers_in(batches), skipped) == ([[1]], {"protected": 1})


def test_protection_is_asked_for_100_conversations_at_a_time() -> None:
    genesys = knowing(*(row(number) for number in range(250)))
    plan(genesys)
    asked = [len(c.body["conversationIds"]) for c in genesys.calls if c.operation == ASK]
    assert asked == [100, 100, 50]


def test_conversation_without_recordings_does_not_hide_the_others() -> None:
    genesys = knowing(*(row(number) for number in range(5)))

    def protection(body: Mapping[str, Any]) -> Mapping[str, Any]:
        if IDS[3] in body["conversationIds"]:
            raise NotAtGenesys("recording.conversation.not.found")
        return {"entities": [{"id": IDS[0].upper()}] if IDS[0] in body["conversationIds"] else []}

    genesys.on(ASK, protection)
    batches, skipped = plan(genesys)
    assert (numbers_in(batches), skipped) == ([[1, 2, 4]], {"protected": 1, "not_found": 1})


@pytest.mark.parametrize(
    "entities", [None, [{}], [None], 1, [{"id": IDS[1]}], [{"id": f"{{{IDS[0]}}}"}]]
)
def test_unreadable_protection_stops_the_plan(entities: object) -> None:
    genesys = knowing(row(0))
    genesys.on(ASK, {"entities": entities})
    with pytest.raises(UnreadableAnswer):
        plan(genesys)


def test_batch_has_at_most_the_configured_number_of_conversations() -> None:
    genesys = knowing(*(row(number) for number in range(7)))
    batches, _ = plan(genesys, conversationIds=IDS[:7], batch_size=3)
    assert [batch.targeted for batch in batches] == [3, 3, 1]


def test_conversations_over_30_days_apart_are_in_different_batches() -> None:
    rows = [row(2, 400), row(0, 500), row(1, 490)]
    batches, _ = plan(knowing(*rows), conversationIds=IDS[:3])
    assert numbers_in(batches) == [[0, 1], [2]]


@given(st.lists(st.integers(366, 1_500), min_size=1, max_size=20), st.integers(1, 6))
def test_every_eligible_conversation_is_in_one_batch_of_at_most_30_days(
    days: list[int], size: int
) -> None:
    rows = [row(number, each) for number, each in enumerate(days)]
    batches, skipped = plan(knowing(*rows), conversationIds=IDS[: len(days)], batch_size=size)
    entries = [entry for batch in batches for entry in batch.entries]
    assert sorted(entry.conversation_id for entry in entries) == sorted(IDS[: len(days)])
    assert skipped == {}
    for batch in batches:
        starts = [entry.start for entry in batch.entries if entry.start]
        assert len(starts) == batch.targeted <= size
        assert max(starts) - min(starts) <= timedelta(days=30)


def test_unknown_id_is_skipped() -> None:
    batches, skipped = plan(knowing(row(0)), conversationIds=IDS[:3])
    assert (numbers_in(batches), skipped) == ([[0]], {"not_found": 2})


def test_conversation_over_five_years_old_is_not_planned_by_id() -> None:
    batches, skipped = plan(knowing(row(0, 1_827), row(1)), conversationIds=IDS[:2])
    assert (numbers_in(batches), skipped) == ([[1]], {"over_five_years": 1})


def test_conversation_of_exactly_five_years_ago_is_not_planned_by_id() -> None:
    start = NOON - FIVE_YEARS
    edge, younger = call(0, start), call(1, start + timedelta(seconds=1))
    batches, skipped = plan(knowing(edge, younger), conversationIds=IDS[:2])
    assert (numbers_in(batches), skipped) == ([[1]], {"over_five_years": 1})


def test_ids_and_a_date_range_are_combined_in_the_query() -> None:
    genesys = knowing(row(0))
    plan(genesys, conversationIds=IDS[:1], dateRange=builders.date_range(), queueIds=["q1"])
    query = genesys.calls[0].body
    (by_id,) = query["conversationFilters"]
    assert [each["value"] for each in by_id["predicates"]] == IDS[:1]
    assert query["segmentFilters"][0]["predicates"][0]["dimension"] == "queueId"


def test_query_has_every_filter_of_the_request() -> None:
    genesys = knowing()
    plan(
        genesys,
        mediaTypes=["voice"],
        queueIds=["q1", "q2"],
        userIds=["u1"],
        wrapUpCodes=["w1"],
        directions=["inbound"],
        divisionIds=["d1"],
    )
    query = genesys.calls[0].body
    asked = {
        each["predicates"][0]["dimension"]: [one["value"] for one in each["predicates"]]
        for each in query["segmentFilters"] + query["conversationFilters"]
    }
    assert asked == {
        "mediaType": ["voice"],
        "queueId": ["q1", "q2"],
        "userId": ["u1"],
        "wrapUpCode": ["w1"],
        "originatingDirection": ["inbound"],
        "divisionId": ["d1"],
    }


@pytest.mark.parametrize(
    ("requested", "own", "skipped"),
    [
        (["voice"], "voice", {}),
        (["voice"], "email", {"too_young": 1}),
        (["voice", "email"], "voice", {"too_young": 1}),
        (None, "voice", {"too_young": 1}),
    ],
)
def test_longest_retention_of_requested_and_own_media_applies(
    requested: list[str] | None, own: str, skipped: dict[str, int]
) -> None:
    media = {"mediaTypes": requested} if requested else {}
    assert plan(knowing(on_media(own)), matrix=matrix(700, "email"), **media)[1] == skipped


@pytest.mark.parametrize("word", ["sms", "Social"])
def test_rules_for_kinds_of_messages_apply_to_messages(word: str) -> None:
    for requested in (["message"], ["voice"]):
        found = plan(knowing(on_media("message")), matrix=matrix(700, word), mediaTypes=requested)
        assert found == ([], {"too_young": 1})


def test_requested_media_select_rules_of_all_they_contain() -> None:
    kind = METHOD.kind(request(mediaTypes=["message", "voice"]))
    assert kind["interactionType"] == {"message", "sms", "social", "voice", "callback"}


@pytest.mark.parametrize("window", [{}, {"dateRange": builders.date_range()}])
def test_conversation_outside_the_requested_ids_stops_the_plan(window: dict[str, Any]) -> None:
    with pytest.raises(UnreadableAnswer, match="conversationId"):
        plan(knowing(row(0), row(1)), conversationIds=[IDS[0]], **window)


@pytest.mark.parametrize("end", [None, zulu(builders.days_ago(1))])
def test_conversation_is_skipped_if_one_of_two_answers_is_too_young(end: str | None) -> None:
    old, young = row(0), row(0, conversationEnd=end)
    for rows in ([old, young], [young, old]):
        assert plan(knowing(*rows)) == ([], {"too_young": 1})
        assert plan(knowing(*rows), conversationIds=[IDS[0]]) == ([], {"too_young": 1})
