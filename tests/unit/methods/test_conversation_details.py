"""The live platform's conversations: how they are asked for, and which of the answers count."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from genesys_purge.errors import LimitExceeded, UnreadableAnswer
from genesys_purge.methods import conversation_details
from genesys_purge.methods.conversation_details import (
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
    monkeypatch.setattr(conversation_details, "MOST_PAGES", 3)
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
