"""Which conversations of an archive are eligible, and why the others are skipped."""

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
from tests.unit.methods.scene import answering, hold, plan, sources

SECOND = timedelta(seconds=1)
YEAR_AGO = NOON - timedelta(days=365)
OLD = NOON - timedelta(days=400)
A1 = builders.conversation_archive(conversationIds=["a1"])


def judged(record: Any, *holds: Hold, **request: Any) -> tuple[list[Entry], dict[str, int]]:
    """The planned entries and the skipped records for the conversation `a1`."""
    genesys = answering({"data": [] if record is None else [record]}, LOOK_UP)
    batches, skipped = plan(ConversationArchive(), A1 | request, sources(genesys, *holds))
    return [entry for batch in batches for entry in batch.entries], skipped


def record(end: object = OLD.isoformat(), **fields: Any) -> dict[str, Any]:
    return {
        "conversationId": "a1",
        "conversationEnd": end,
        "conversationStatus": "completed",
    } | fields


YOUNG_OR_UNKNOWN_ENDS: list[object] = [
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
]
UNREADABLE_ATTRIBUTES: list[object] = [[], "legal_hold", False]
UNREADABLE_CLASSIFICATIONS: list[object] = [["hipaa"], 7, False, "x" * 41]
UNREADABLE_ROWS: list[object] = [None, {"id": "a1"}, {"conversationId": None}, "a1"]
HELD_AT_GENESYS: list[object] = [True, "false", "no", 1, {}]
SPELLINGS = ["legalHold", "Legal_Hold", "LEGAL_HOLD", "legal-hold", "legal_hold ", "legal hold"]


def with_attributes(attributes: object) -> dict[str, Any]:
    return record(customAttributes=attributes)


def test_old_conversation_is_eligible_with_its_end_and_classification() -> None:
    entries, skipped = judged(with_attributes({"classification": "pii"}))
    assert (entries, skipped) == ([Entry("a1", OLD, "pii")], {})


@pytest.mark.parametrize(
    ("records", "reason"),
    [
        ([None, record(conversationId="a2")], "not_found"),
        (
            [record(conversationStatus="deleted"), record(conversationStatus="PURGED")],
            "already_deleted",
        ),
        (
            [with_attributes({"legal_hold": each}) for each in HELD_AT_GENESYS],
            "legal_hold",
        ),
        ([with_attributes(each) for each in UNREADABLE_ATTRIBUTES], "legal_hold"),
        ([with_attributes({name: True}) for name in SPELLINGS], "legal_hold"),
        (
            [with_attributes({"classification": each}) for each in UNREADABLE_CLASSIFICATIONS],
            "too_young",
        ),
        ([record(end) for end in YOUNG_OR_UNKNOWN_ENDS], "too_young"),
    ],
    ids=[
        "unknown",
        "deleted",
        "held at Genesys",
        "unreadable attributes",
        "spelling of the hold",
        "unreadable classification",
        "young or unreadable end",
    ],
)
def test_conversation_is_skipped_with_a_reason(records: list[Any], reason: str) -> None:
    assert [judged(each) for each in records] == [([], {reason: 1})] * len(records)


def test_only_null_and_false_mean_that_nothing_is_held_at_genesys() -> None:
    attributes: list[Any] = [None, {}, {"legal_hold": False}, {"legal_hold": None}]
    attributes += [{name: False} for name in SPELLINGS]
    assert [judged(with_attributes(each))[1] for each in attributes] == [{}] * len(attributes)


def test_end_is_read_in_any_time_zone() -> None:
    ends = ["2025-11-21T12:00:00Z", "2025-11-21T12:00:00.000Z", "2025-11-21T13:00:00+01:00"]
    assert [judged(record(end))[0][0].end for end in ends] == [YEAR_AGO] * 3


@pytest.mark.parametrize(
    ("classification", "days"),
    [
        (None, 365),
        ("public", 365),
        ("hipaa", 2_555),
        (" Hipaa\n", 2_555),
        ("unknown word", 2_555),
    ],
)
def test_conversation_is_old_enough_to_the_second_by_its_classification(
    classification: str | None, days: int
) -> None:
    attributes = {"classification": classification}
    latest = NOON - timedelta(days=days)
    old = record(latest.isoformat(), customAttributes=attributes)
    young = record((latest + SECOND).isoformat(), customAttributes=attributes)
    assert len(judged(old)[0]) == 1
    assert judged(young) == ([], {"too_young": 1})


@pytest.mark.parametrize(
    "attributes",
    [
        {"Classification": "hipaa"},
        {"CLASSIFICATION ": "hipaa"},
        {"classification_": "hipaa", "classification": None},
        {"classification": "public", "Classification": "public"},
        {"classification": "public", "Classification": 5},
    ],
)
def test_classification_counts_in_any_spelling_and_once(attributes: dict[str, Any]) -> None:
    assert judged(with_attributes(attributes), classification="public") == ([], {"too_young": 1})


def test_classification_of_the_request_applies_beside_the_records_own() -> None:
    public = with_attributes({"classification": "public"})
    assert len(judged(public)[0]) == 1
    assert judged(public, classification="hipaa") == ([], {"too_young": 1})


def test_conversation_without_a_matching_retention_rule_is_skipped() -> None:
    rule = {"name": "m", "match": {"method": "m"}, "minimumDays": 30, "basis": "law"}
    matrix = RetentionMatrix.parse({"rules": [rule]})
    given = sources(answering({"data": [record()]}, LOOK_UP), matrix=matrix)
    assert plan(ConversationArchive(), A1, given) == ([], {"too_young": 1})


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
def test_legal_hold_of_the_application_skips_a_conversation(held: Hold, *, eligible: bool) -> None:
    entries, skipped = judged(record(), held)
    assert bool(entries) is eligible
    assert skipped == ({} if eligible else {"legal_hold": 1})


def test_first_permanent_reason_is_reported() -> None:
    young = (NOON - SECOND).isoformat()
    attributes = {"legal_hold": True}
    gone = record(young, conversationStatus="purged", customAttributes=attributes)
    assert judged(gone) == ([], {"already_deleted": 1})
    assert judged(record(young, customAttributes=attributes)) == ([], {"legal_hold": 1})


def test_retention_is_counted_in_days_across_leap_days() -> None:
    moment = datetime.fromisoformat("2024-02-29T00:30:00+01:00")
    assert NOON - moment > timedelta(days=365)
    assert len(judged(record(moment.isoformat()))[0]) == 1


def test_answer_without_data_is_unreadable() -> None:
    answers: list[dict[str, Any]] = [{}, {"data": None}, {"data": {}}, {"conversations": []}]
    for answer in answers:
        with pytest.raises(UnreadableAnswer):
            plan(ConversationArchive(), A1, sources(answering(answer, LOOK_UP)))


def test_row_without_an_id_is_unreadable() -> None:
    for row in UNREADABLE_ROWS:
        with pytest.raises(UnreadableAnswer, match="without an id"):
            plan(ConversationArchive(), A1, sources(answering({"data": [row]}, LOOK_UP)))


@pytest.mark.parametrize(
    "other",
    [
        record(customAttributes={"legal_hold": True}),
        record(YEAR_AGO.isoformat()),
        record(conversationId="A1"),
    ],
)
def test_two_different_rows_of_a_conversation_are_unreadable(other: Any) -> None:
    """The last one would decide, although the first one may be on hold."""
    for rows in ([record(), other], [other, record()]):
        with pytest.raises(UnreadableAnswer, match="two different ways"):
            plan(ConversationArchive(), A1, sources(answering({"data": rows}, LOOK_UP)))


def test_repeated_row_of_a_conversation_counts_once() -> None:
    rows = {"data": [record(), record()]}
    (batch,), skipped = plan(ConversationArchive(), A1, sources(answering(rows, LOOK_UP)))
    assert (batch.targeted, skipped) == (1, {})


def test_ids_are_compared_without_case() -> None:
    entries, skipped = judged(record(conversationId="A1"))
    assert ([entry.conversation_id for entry in entries], skipped) == (["a1"], {})
