"""The live platform's conversations: how they are asked for, and which of the answers count."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from genesys_purge.errors import LimitExceeded, UnreadableAnswer
from genesys_purge.methods.recording_job import conversations
from genesys_purge.methods.recording_job.conversations import (
    QUERY,
    READ,
    Conversation,
    any_of,
    by_id,
    started_in,
)
from genesys_purge.model.dates import Window, zulu
from hypothesis import given
from hypothesis import strategies as st

from tests import builders
from tests.scripted_genesys import ScriptedGenesys

FIRST, SECOND = builders.uuids(2)
WINDOW = builders.window()
DAYS = st.lists(st.integers(0, 100), max_size=30)


def row(conversation_id: str, start: datetime, **fields: Any) -> dict[str, Any]:
    """A conversation of a minute, as the analytics answer it."""
    times = {
        "conversationStart": zulu(start),
        "conversationEnd": zulu(start + timedelta(minutes=1)),
    }
    return {"conversationId": conversation_id, **times} | fields


def answering(*pages: Any) -> ScriptedGenesys:
    genesys = ScriptedGenesys()
    genesys.on(QUERY, *pages)
    genesys.on(READ, *pages)
    return genesys


def page(*rows: Mapping[str, Any]) -> dict[str, Any]:
    return {"conversations": list(rows), "totalHits": len(rows)}


def found(*pages: Any, window: Window = WINDOW) -> list[str]:
    return [each.conversation_id for each in started_in(window, [], [], answering(*pages))]


def test_the_query_carries_its_interval_filters_and_page() -> None:
    genesys = answering(page())
    filters = [any_of("divisionId", ["d1"])], [any_of("mediaType", ["voice", "chat"])]
    assert list(started_in(WINDOW, *filters, genesys)) == []
    (call,) = genesys.calls
    assert call.operation == QUERY
    assert call.permit is None
    assert call.body == {
        "interval": f"{zulu(WINDOW.start)}/{zulu(WINDOW.end)}",
        "order": "asc",
        "orderBy": "conversationStart",
        "conversationFilters": [
            {
                "type": "or",
                "predicates": [
                    {
                        "type": "dimension",
                        "dimension": "divisionId",
                        "operator": "matches",
                        "value": "d1",
                    }
                ],
            }
        ],
        "segmentFilters": filters[1],
        "paging": {"pageSize": 100, "pageNumber": 1},
    }


def test_pages_are_read_until_one_is_empty_and_rows_that_come_twice_count_once() -> None:
    one, two = row(FIRST, WINDOW.start), row(SECOND, WINDOW.start + timedelta(days=1))
    assert found(page(one), page(one, two), page()) == [FIRST, SECOND]


def test_what_started_on_a_touched_day_but_outside_the_window_is_left() -> None:
    before = row(FIRST, WINDOW.start - timedelta(seconds=1))
    at_end = row(SECOND, WINDOW.end)
    assert found(page(before, at_end), page()) == []


def test_no_query_is_longer_than_a_month() -> None:
    genesys = answering(page())
    window = Window(start=WINDOW.end - timedelta(days=100), end=WINDOW.end)
    assert list(started_in(window, [], [], genesys)) == []
    asked = [call.body["interval"].split("/") for call in genesys.calls]
    lengths = [datetime.fromisoformat(end) - datetime.fromisoformat(start) for start, end in asked]
    assert sum(lengths, timedelta()) == timedelta(days=100)
    assert max(lengths) <= timedelta(days=31)


@given(DAYS)
def test_whatever_genesys_finds_each_conversation_of_the_window_is_there_once(
    days: list[int],
) -> None:
    """Every query answers with all there is, in two pages that overlap."""
    window = Window(start=WINDOW.end - timedelta(days=70), end=WINDOW.end)
    rows = [
        row(each, window.end - timedelta(days=day))
        for each, day in zip(builders.uuids(len(days)), days, strict=True)
    ]

    def answer(body: Mapping[str, Any]) -> Mapping[str, Any]:
        number = body["paging"]["pageNumber"]
        return page(*(rows[: number * 20] if number < 3 else []))

    expected = {
        each["conversationId"] for each, day in zip(rows, days, strict=True) if 0 < day <= 70
    }
    ids = found(answer, window=window)
    assert len(ids) == len(set(ids))
    assert set(ids) == expected


def test_a_genesys_that_never_ends_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversations, "MOST_PAGES", 3)
    with pytest.raises(LimitExceeded, match="300 conversations"):
        found(page(row(FIRST, WINDOW.start)))


def test_ids_are_asked_for_in_hundreds() -> None:
    ids = builders.uuids(150)
    genesys = answering(page(row(ids[0].upper(), WINDOW.start)), page())
    assert [each.conversation_id for each in by_id(ids, genesys)] == [ids[0]]
    assert [call.path for call in genesys.calls] == [
        {"ids": ",".join(ids[:100])},
        {"ids": ",".join(ids[100:])},
    ]


def test_media_are_those_of_every_session() -> None:
    participants = [
        {"sessions": [{"mediaType": "voice"}, {"mediaType": 7}, None]},
        {"sessions": [{"mediaType": "message"}]},
        {},
        "x",
    ]
    answer = page(row(FIRST, WINDOW.start, participants=participants))
    (conversation,) = by_id([FIRST], answering(answer))
    assert conversation.media_types == {"voice", "message"}


def test_a_conversation_that_lasts_has_no_end() -> None:
    answer = page(row(FIRST, WINDOW.start, conversationEnd=None))
    assert list(by_id([FIRST], answering(answer))) == [
        Conversation(FIRST, WINDOW.start, None, frozenset())
    ]


@pytest.mark.parametrize("hits", [0, 1])
def test_a_page_after_the_last_needs_no_list(hits: int) -> None:
    assert found(page(row(FIRST, WINDOW.start)), {"totalHits": hits}) == [FIRST]


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"conversations": None},
        {"conversations": {}},
        {"conversations": [None]},
        {"conversations": [{"conversationId": FIRST}]},
        {"conversations": [{"conversationStart": "2020-01-01T00:00:00Z"}]},
        {"conversations": [row("", WINDOW.start)]},
        {"conversations": [row(FIRST, WINDOW.start, conversationStart="2020-01-01")]},
    ],
)
def test_an_answer_that_cannot_be_read_is_no_answer(answer: dict[str, Any]) -> None:
    with pytest.raises(UnreadableAnswer):
        found(answer)


def of_these(*pages: Any) -> list[str]:
    """What is found where only the first of the two is asked for by its id."""
    named = [FIRST.upper()]
    return [each.conversation_id for each in started_in(WINDOW, [], [], answering(*pages), named)]


def test_ids_are_a_filter_beside_the_others() -> None:
    genesys = answering(page())
    assert list(started_in(WINDOW, [any_of("divisionId", ["d1"])], [], genesys, [FIRST])) == []
    filters = genesys.calls[0].body["conversationFilters"]
    assert filters == [any_of("divisionId", ["d1"]), any_of("conversationId", [FIRST])]


def test_what_was_asked_for_by_id_is_found_in_any_spelling() -> None:
    assert of_these(page(row(FIRST.title(), WINDOW.start)), page()) == [FIRST]


@pytest.mark.parametrize("start", [WINDOW.start, WINDOW.end])
def test_an_answer_that_does_not_heed_the_ids_is_not_believed(start: datetime) -> None:
    with pytest.raises(UnreadableAnswer, match="conversationId"):
        of_these(page(row(FIRST, WINDOW.start), row(SECOND, start)), page())


def test_an_answer_by_id_has_none_but_the_ids_of_its_question() -> None:
    ids = builders.uuids(150)
    of_another_hundred = page(row(ids[120], WINDOW.start))
    with pytest.raises(UnreadableAnswer, match="conversationId"):
        list(by_id(ids, answering(of_another_hundred)))


def lasting(days: float | None, media: str = "voice", start: datetime = WINDOW.start) -> Any:
    """A row of the first conversation that ended so many days after its start, if it did."""
    end = None if days is None else zulu(start + timedelta(days=days))
    sessions = [{"sessions": [{"mediaType": media}]}]
    return row(FIRST, start, conversationEnd=end, participants=sessions)


each_pair = pytest.mark.parametrize(
    ("one", "other", "days"),
    [(1, 2, 2), (1, 1, 1), (1, None, None), (None, None, None), (1, -1, -1), (-1, None, None)],
)


@each_pair
def test_of_two_answers_about_one_conversation_the_later_end_counts(
    one: float | None, other: float | None, days: float | None
) -> None:
    end = None if days is None else WINDOW.start + timedelta(days=days)
    expected = [Conversation(FIRST, WINDOW.start, end, frozenset({"voice", "email"}))]
    for rows in ([lasting(one), lasting(other, "email")], [lasting(other, "email"), lasting(one)]):
        on_one_page = answering({"conversations": rows}, page())
        on_two_pages = answering(*({"conversations": [each]} for each in rows), page())
        assert list(started_in(WINDOW, [], [], on_one_page)) == expected
        assert list(started_in(WINDOW, [], [], on_two_pages)) == expected
        assert list(by_id([FIRST], answering(page(*rows)))) == expected


@pytest.mark.parametrize("days", [1, 35])
def test_a_conversation_with_two_starts_is_not_believed(days: float) -> None:
    """They may lie in two months, each of which is asked for by itself."""
    window = Window(start=WINDOW.start, end=WINDOW.start + timedelta(days=60))
    rows = [lasting(1), lasting(1, start=WINDOW.start + timedelta(days=days))]

    def answer(body: Mapping[str, Any]) -> Mapping[str, Any]:
        start, end = body["interval"].split("/")
        found = [each for each in rows if start <= each["conversationStart"] < end]
        return {"conversations": found if body["paging"]["pageNumber"] == 1 else []}

    with pytest.raises(UnreadableAnswer, match="two starts"):
        found(answer, window=window)


ONE = row(FIRST, WINDOW.start)


@pytest.mark.parametrize(("told", "at_last"), [(1, 2), (2, 1), (2, 0)])
def test_a_page_without_its_list_before_all_that_was_told_is_no_end(
    told: int, at_last: int
) -> None:
    pages = {"conversations": [ONE], "totalHits": told}, {"totalHits": at_last}
    with pytest.raises(UnreadableAnswer, match="told of 2 conversations and listed 1"):
        found(*pages)


def test_an_empty_page_is_the_end_whatever_the_approximate_number() -> None:
    pages = {"conversations": [ONE], "totalHits": 2}, {"conversations": [], "totalHits": 2}
    assert found(*pages) == [FIRST]


def test_what_comes_twice_does_not_make_up_for_what_is_missing() -> None:
    with pytest.raises(UnreadableAnswer):
        found({"conversations": [ONE, ONE], "totalHits": 2}, {"totalHits": 2})


def test_what_is_told_of_days_outside_the_window_counts_as_listed() -> None:
    outside = row(SECOND, WINDOW.end)
    assert found(page(ONE, outside), {"totalHits": 2}) == [FIRST]


@pytest.mark.parametrize("hits", [None, "1", -1, True])
def test_without_its_list_a_page_has_to_tell_how_many_there_are(hits: Any) -> None:
    with pytest.raises(UnreadableAnswer, match="without a list"):
        found(page(ONE), {"totalHits": hits})


def test_an_answer_by_id_has_its_list_whatever_it_tells() -> None:
    with pytest.raises(UnreadableAnswer, match="without a list"):
        list(by_id([FIRST], answering({"totalHits": 0})))
