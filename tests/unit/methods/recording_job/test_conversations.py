"""Conversations of the live platform: the queries, and which answers are believed."""

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
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def row(conversation_id: str, start: datetime, **fields: Any) -> dict[str, Any]:
    """A conversation of a minute, as the analytics answer it."""
    times = {"conversationStart": zulu(start), "conversationEnd": zulu(start + MINUTE)}
    return {"conversationId": conversation_id, **times} | fields


ONE = row(FIRST, WINDOW.start)
UNREADABLE: list[dict[str, Any]] = [
    {},
    {"conversations": None},
    {"conversations": {}},
    {"conversations": [None]},
    {"conversations": [{"conversationId": FIRST}]},
    {"conversations": [{"conversationStart": "2020-01-01T00:00:00Z"}]},
    {"conversations": [row("", WINDOW.start)]},
    {"conversations": [row(FIRST, WINDOW.start, conversationStart="2020-01-01")]},
]


def answering(*pages: Any) -> ScriptedGenesys:
    genesys = ScriptedGenesys()
    genesys.on(QUERY, *pages)
    genesys.on(READ, *pages)
    return genesys


def page(*rows: Mapping[str, Any]) -> dict[str, Any]:
    return {"conversations": list(rows), "totalHits": len(rows)}


def found(*pages: Any, window: Window = WINDOW, ids: Any = ()) -> list[str]:
    query = started_in(window, [], [], answering(*pages), ids)
    return [each.conversation_id for each in query]


def test_query_has_its_interval_filters_and_page() -> None:
    genesys = answering(page())
    filters = [any_of("divisionId", ["d1"])], [any_of("mediaType", ["voice", "chat"])]
    assert list(started_in(WINDOW, *filters, genesys)) == []
    (call,) = genesys.calls
    assert (call.operation, call.permit) == (QUERY, None)
    predicate = {
        "type": "dimension",
        "dimension": "divisionId",
        "operator": "matches",
        "value": "d1",
    }
    assert call.body == {
        "interval": f"{zulu(WINDOW.start)}/{zulu(WINDOW.end)}",
        "order": "asc",
        "orderBy": "conversationStart",
        "conversationFilters": [{"type": "or", "predicates": [predicate]}],
        "segmentFilters": filters[1],
        "paging": {"pageSize": 100, "pageNumber": 1},
    }


def test_pages_are_read_to_an_empty_one_and_repeated_rows_count_once() -> None:
    two = row(SECOND, WINDOW.start + DAY)
    assert found(page(ONE), page(ONE, two), page()) == [FIRST, SECOND]


def test_conversations_outside_the_window_are_ignored() -> None:
    before = row(FIRST, WINDOW.start - timedelta(seconds=1))
    at_end = row(SECOND, WINDOW.end)
    assert found(page(before, at_end), page()) == []


def test_query_spans_at_most_a_month() -> None:
    genesys = answering(page())
    window = Window(start=WINDOW.end - 100 * DAY, end=WINDOW.end)
    assert list(started_in(window, [], [], genesys)) == []
    asked = [call.body["interval"].split("/") for call in genesys.calls]
    lengths = [datetime.fromisoformat(end) - datetime.fromisoformat(start) for start, end in asked]
    assert sum(lengths, timedelta()) == 100 * DAY
    assert max(lengths) <= 31 * DAY


@given(st.lists(st.integers(0, 100), max_size=20))
def test_each_conversation_of_the_window_is_found_once(days: list[int]) -> None:
    """Every query answers all conversations, in two pages that overlap."""
    window = Window(start=WINDOW.end - 70 * DAY, end=WINDOW.end)
    rows = [
        row(each, window.end - day * DAY)
        for each, day in zip(builders.uuids(len(days)), days, strict=True)
    ]

    def answer(body: Mapping[str, Any]) -> Mapping[str, Any]:
        number = body["paging"]["pageNumber"]
        return page(*(rows[: number * 12] if number < 3 else []))

    inside = [each["conversationId"] for each, day in zip(rows, days, strict=True) if 0 < day <= 70]
    assert sorted(found(answer, window=window)) == sorted(inside)


def test_endless_pages_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversations, "MOST_PAGES", 3)
    with pytest.raises(LimitExceeded, match="more than 300 conversations"):
        found(page(ONE))


def test_ids_are_read_100_at_a_time() -> None:
    ids = builders.uuids(150)
    genesys = answering(page(row(ids[0].upper(), WINDOW.start)), page())
    assert [each.conversation_id for each in by_id(ids, genesys)] == [ids[0]]
    asked = [call.path for call in genesys.calls]
    assert asked == [{"ids": ",".join(ids[:100])}, {"ids": ",".join(ids[100:])}]


def test_media_are_those_of_every_session() -> None:
    participants = [
        {"sessions": [{"mediaType": "voice"}, {"mediaType": 7}, None]},
        {"sessions": [{"mediaType": "message"}]},
        {},
        "x",
    ]
    (conversation,) = by_id([FIRST], answering(page(ONE | {"participants": participants})))
    assert conversation.media_types == {"voice", "message"}


def test_unreadable_answers_are_errors() -> None:
    for answer in UNREADABLE:
        with pytest.raises(UnreadableAnswer):
            found(answer)


def test_ids_are_a_filter_beside_the_others() -> None:
    genesys = answering(page())
    assert list(started_in(WINDOW, [any_of("divisionId", ["d1"])], [], genesys, [FIRST])) == []
    filters = genesys.calls[0].body["conversationFilters"]
    assert filters == [any_of("divisionId", ["d1"]), any_of("conversationId", [FIRST])]


def test_ids_are_compared_without_case() -> None:
    assert found(page(row(FIRST.title(), WINDOW.start)), page(), ids=[FIRST.upper()]) == [FIRST]


@pytest.mark.parametrize("start", [WINDOW.start, WINDOW.end])
def test_query_that_ignores_the_ids_is_an_error(start: datetime) -> None:
    with pytest.raises(UnreadableAnswer, match="it ignored the filter conversationId"):
        found(page(ONE, row(SECOND, start)), page(), ids=[FIRST])


def test_answer_by_id_with_an_id_of_another_call_is_an_error() -> None:
    ids = builders.uuids(150)
    with pytest.raises(UnreadableAnswer, match="conversationId"):
        list(by_id(ids, answering(page(row(ids[120], WINDOW.start)))))


def lasting(days: float | None, media: str = "voice", start: datetime = WINDOW.start) -> Any:
    """A row of the first conversation that ended so many days after its start, if it did."""
    end = None if days is None else zulu(start + days * DAY)
    sessions = [{"sessions": [{"mediaType": media}]}]
    return row(FIRST, start, conversationEnd=end, participants=sessions)


@pytest.mark.parametrize(
    ("one", "other", "days"),
    [(1, 2, 2), (1, 1, 1), (1, None, None), (None, None, None), (1, -1, -1), (-1, None, None)],
)
def test_later_of_two_ends_counts_and_an_impossible_one_stays(
    one: float | None, other: float | None, days: float | None
) -> None:
    end = None if days is None else WINDOW.start + days * DAY
    expected = [Conversation(FIRST, WINDOW.start, end, frozenset({"voice", "email"}))]
    for rows in ([lasting(one), lasting(other, "email")], [lasting(other, "email"), lasting(one)]):
        on_one_page = answering({"conversations": rows}, page())
        on_two_pages = answering(*({"conversations": [each]} for each in rows), page())
        assert list(started_in(WINDOW, [], [], on_one_page)) == expected
        assert list(started_in(WINDOW, [], [], on_two_pages)) == expected
        assert list(by_id([FIRST], answering(page(*rows)))) == expected


@pytest.mark.parametrize("days", [1, 35])
def test_conversation_with_two_starts_is_an_error(days: float) -> None:
    """Also if the two starts are in two months, for which there are two queries."""
    window = Window(start=WINDOW.start, end=WINDOW.start + 60 * DAY)
    rows = [lasting(1), lasting(1, start=WINDOW.start + days * DAY)]

    def answer(body: Mapping[str, Any]) -> Mapping[str, Any]:
        start, end = body["interval"].split("/")
        found = [each for each in rows if start <= each["conversationStart"] < end]
        return {"conversations": found if body["paging"]["pageNumber"] == 1 else []}

    with pytest.raises(UnreadableAnswer, match="two starts"):
        found(answer, window=window)


@pytest.mark.parametrize("hits", [0, 1])
def test_page_after_the_last_needs_no_list(hits: int) -> None:
    assert found(page(ONE), {"totalHits": hits}) == [FIRST]


@pytest.mark.parametrize(("first", "last"), [(1, 2), (2, 1), (2, 0)])
def test_page_without_a_list_before_the_total_is_an_error(first: int, last: int) -> None:
    pages = {"conversations": [ONE], "totalHits": first}, {"totalHits": last}
    with pytest.raises(UnreadableAnswer, match="counts 2 conversations, but listed 1"):
        found(*pages)


def test_empty_page_is_the_end_before_the_approximate_total() -> None:
    pages = {"conversations": [ONE], "totalHits": 2}, {"conversations": [], "totalHits": 2}
    assert found(*pages) == [FIRST]


def test_repeated_rows_do_not_count_towards_the_total() -> None:
    with pytest.raises(UnreadableAnswer):
        found({"conversations": [ONE, ONE], "totalHits": 2}, {"totalHits": 2})


def test_rows_outside_the_window_count_towards_the_total() -> None:
    assert found(page(ONE, row(SECOND, WINDOW.end)), {"totalHits": 2}) == [FIRST]


@pytest.mark.parametrize("hits", [None, "1", -1, True])
def test_page_without_a_list_needs_a_readable_total(hits: Any) -> None:
    with pytest.raises(UnreadableAnswer, match="without a list"):
        found(page(ONE), {"totalHits": hits})


def test_answer_by_id_needs_its_list() -> None:
    with pytest.raises(UnreadableAnswer, match="without a list"):
        list(by_id([FIRST], answering({"totalHits": 0})))
