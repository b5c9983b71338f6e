"""Which conversations of an archive may be deleted, and why the others are skipped."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from genesys_purge.errors import UnreadableAnswer
from genesys_purge.methods.documented.conversation_archive import LOOK_UP, ConversationArchive
from genesys_purge.model.batch import Entry
from genesys_purge.model.dates import Window
from genesys_purge.model.holds import Hold
from genesys_purge.model.retention import RetentionMatrix

from tests import builders
from tests.clock import NOON
from tests.scripted_genesys import ScriptedGenesys
from tests.unit.methods.scene import hold, plan, sources

SECOND = timedelta(seconds=1)
YEAR_AGO = NOON - timedelta(days=365)
OLD = NOON - timedelta(days=400)


def judged(record: Any, *holds: Hold, **request: Any) -> tuple[list[Entry], dict[str, int]]:
    """The entries planned and the records skipped of the one conversation `a1`."""
    genesys = ScriptedGenesys()
    genesys.on(LOOK_UP, {"data": [] if record is None else [record]})
    payload = builders.conversation_archive(conversationIds=["a1"], **request)
    batches, skipped = plan(ConversationArchive(), payload, sources(genesys, *holds))
    return [entry for batch in batches for entry in batch.entries], skipped


def record(end: object = OLD.isoformat(), **fields: Any) -> dict[str, Any]:
    return {
        "conversationId": "a1",
        "conversationEnd": end,
        "conversationStatus": "completed",
    } | fields


def test_an_old_conversation_is_eligible_with_all_that_the_guard_will_ask() -> None:
    entries, skipped = judged(record(customAttributes={"classification": "pii"}))
    assert (entries, skipped) == ([Entry("a1", OLD, "pii")], {})


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (None, "not_found"),
        (record(conversationId="a2"), "not_found"),
        (record(conversationStatus="deleted"), "already_deleted"),
        (record(conversationStatus="PURGED"), "already_deleted"),
        (record(customAttributes={"legal_hold": True}), "legal_hold"),
        (record(customAttributes={"legal_hold": "false"}), "legal_hold"),
        (record(customAttributes={"legal_hold": "no"}), "legal_hold"),
        (record(customAttributes={"legal_hold": 1}), "legal_hold"),
        (record(customAttributes={"legal_hold": {}}), "legal_hold"),
        (record(customAttributes=[]), "legal_hold"),
        (record(customAttributes="legal_hold"), "legal_hold"),
        (record(customAttributes=False), "legal_hold"),
        (record(customAttributes={"classification": ["hipaa"]}), "too_young"),
        (record(customAttributes={"classification": 7}), "too_young"),
        (record(customAttributes={"classification": False}), "too_young"),
    ],
)
def test_a_conversation_is_skipped_for_its_reason(given: Any, reason: str) -> None:
    assert judged(given) == ([], {reason: 1})


@pytest.mark.parametrize("attributes", [None, {}, {"legal_hold": False}, {"legal_hold": None}])
def test_a_clear_no_is_no_hold(attributes: object) -> None:
    entries, _ = judged(record(customAttributes=attributes))
    assert len(entries) == 1


@pytest.mark.parametrize(
    "end",
    [
        None,
        "",
        "unknown",
        1_600_000_000,
        "1600000000",
        "2020-01-01",
        "2020-01-01T00:00:00",
        "2020-13-01T00:00:00Z",
        "0001-01-01T00:00:00+23:00",
        "9999-12-31T23:59:59-23:00",
        "9999-12-31T23:59:59Z",
        ["2020-01-01T00:00:00Z"],
        {"at": "2020-01-01T00:00:00Z"},
    ],
)
def test_an_end_that_cannot_be_read_counts_as_too_young(end: object) -> None:
    assert judged(record(end)) == ([], {"too_young": 1})


@pytest.mark.parametrize(
    "end", ["2025-11-21T12:00:00Z", "2025-11-21T12:00:00.000Z", "2025-11-21T13:00:00+01:00"]
)
def test_an_end_is_read_in_any_zone(end: str) -> None:
    entries, _ = judged(record(end))
    assert [entry.end for entry in entries] == [YEAR_AGO]


@pytest.mark.parametrize(
    ("classification", "days"),
    [
        (None, 365),
        ("public", 365),
        ("hipaa", 2_555),
        ("HIPAA", 2_555),
        (" Hipaa\n", 2_555),
        ("unheard of", 365),
    ],
)
def test_a_conversation_is_old_enough_to_the_second_by_its_own_classification(
    classification: str | None, days: int
) -> None:
    attributes = {"classification": classification}
    latest = NOON - timedelta(days=days)
    old = record(latest.isoformat(), customAttributes=attributes)
    young = record((latest + SECOND).isoformat(), customAttributes=attributes)
    assert len(judged(old)[0]) == 1
    assert judged(young) == ([], {"too_young": 1})


def test_the_requests_classification_counts_beside_the_records_own() -> None:
    ordinary = record(customAttributes={"classification": "public"})
    assert len(judged(ordinary)[0]) == 1
    assert judged(ordinary, classification="hipaa") == ([], {"too_young": 1})


def test_a_conversation_that_no_rule_covers_is_kept() -> None:
    genesys = ScriptedGenesys()
    genesys.on(LOOK_UP, {"data": [record()]})
    rule = {"name": "m", "match": {"method": "m"}, "minimumDays": 30, "basis": "law"}
    given = sources(genesys, matrix=RetentionMatrix.parse({"rules": [rule]}))
    payload = builders.conversation_archive(conversationIds=["a1"])
    assert plan(ConversationArchive(), payload, given) == ([], {"too_young": 1})


@pytest.mark.parametrize(
    ("held", "eligible"),
    [
        (hold(conversation_ids=frozenset({"a1"})), False),
        (hold(conversation_ids=frozenset({"a2"})), True),
        (hold(date_range=Window(start=OLD, end=NOON)), False),
        (hold(date_range=Window(start=OLD - SECOND, end=OLD)), True),
        (hold(), False),
    ],
)
def test_a_hold_of_our_own_keeps_what_it_covers(held: Hold, *, eligible: bool) -> None:
    entries, skipped = judged(record(), held)
    assert bool(entries) is eligible
    assert skipped == ({} if eligible else {"legal_hold": 1})


def test_of_several_reasons_the_first_that_holds_for_good_is_told() -> None:
    young = (NOON - SECOND).isoformat()
    attributes = {"legal_hold": True}
    gone = record(young, conversationStatus="purged", customAttributes=attributes)
    assert judged(gone) == ([], {"already_deleted": 1})
    assert judged(record(young, customAttributes=attributes)) == ([], {"legal_hold": 1})


@pytest.mark.parametrize("answer", [{}, {"data": None}, {"data": {}}, {"conversations": []}])
def test_an_answer_without_data_does_not_mean_that_nothing_is_there(answer: Any) -> None:
    genesys = ScriptedGenesys()
    genesys.on(LOOK_UP, answer)
    with pytest.raises(UnreadableAnswer):
        plan(ConversationArchive(), builders.conversation_archive(), sources(genesys))


def test_years_of_leap_days_and_clock_changes_are_counted_in_days() -> None:
    moment = datetime.fromisoformat("2024-02-29T00:30:00+01:00")
    assert NOON - moment > timedelta(days=365)
    assert len(judged(record(moment.isoformat()))[0]) == 1


@pytest.mark.parametrize("row", [None, {"id": "a1"}, {"conversationId": None}, "a1"])
def test_a_row_without_an_id_proves_nothing_about_any_conversation(row: Any) -> None:
    genesys = ScriptedGenesys()
    genesys.on(LOOK_UP, {"data": [row]})
    with pytest.raises(UnreadableAnswer, match="without an id"):
        plan(
            ConversationArchive(),
            builders.conversation_archive(conversationIds=["a1"]),
            sources(genesys),
        )


def test_a_row_in_other_letters_is_the_same_conversation() -> None:
    entries, skipped = judged(record(conversationId="A1"))
    assert ([entry.conversation_id for entry in entries], skipped) == (["a1"], {})


@pytest.mark.parametrize(
    "name", ["legalHold", "Legal_Hold", "LEGAL_HOLD", "legal-hold", "legal_hold ", "legal hold"]
)
def test_a_legal_hold_holds_however_it_is_spelled(name: str) -> None:
    assert judged(record(customAttributes={name: True})) == ([], {"legal_hold": 1})
    assert judged(record(customAttributes={name: False}))[1] == {}


def test_a_classification_longer_than_any_is_no_leave_to_delete() -> None:
    assert judged(record(customAttributes={"classification": "x" * 41})) == ([], {"too_young": 1})
