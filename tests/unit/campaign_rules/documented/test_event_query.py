"""The event query reads every page of its own host, and every event once."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from itertools import count, pairwise
from typing import Any
from unittest.mock import patch

import pytest
from genesys_purge.campaign_rules.documented import event_query
from genesys_purge.campaign_rules.documented.event_query import QUERY_EVENTS, EventQuery
from genesys_purge.campaign_rules.exporting.overlap import once
from genesys_purge.campaign_rules.exporting.ports import Event
from genesys_purge.campaign_rules.values import moment
from genesys_purge.errors import UnreadableAnswer
from hypothesis import given
from hypothesis import strategies as st

from tests.scripted_genesys import ScriptedGenesys
from tests.unit.campaign_rules.exporting.bench import API, CAMPAIGN

PATH = QUERY_EVENTS.path
EVENT = {
    "timestamp": "2026-11-21T11:00:00.123Z",
    "eventName": "outbound.rule.created",
    "entityId": "r1",
}


def asked(*answers: Mapping[str, Any], uris: tuple[str, ...] = ()) -> ScriptedGenesys:
    """A Genesys that answers the query, then each path in turn."""
    genesys = ScriptedGenesys()
    for path, answer in zip((PATH, *uris), answers, strict=True):
        genesys.on(QUERY_EVENTS._replace(path=path), answer)
    return genesys


def pages(genesys: ScriptedGenesys, api_url: str = API) -> list[list[Event]]:
    return list(EventQuery(genesys, api_url).pages(CAMPAIGN, "24h"))


def event(second: int, rule_id: str = "r1", name: str = "outbound.rule.updated") -> Event:
    timestamp = f"2026-11-21T11:00:{second:02}Z"
    at = moment(timestamp)
    assert at is not None
    return Event(timestamp, at, name, rule_id)


def test_query_is_the_documented_one() -> None:
    genesys = asked({"events": []})
    assert pages(genesys) == [[]]
    (call,) = genesys.calls
    assert (call.operation.verb, call.operation.path) == ("POST", PATH)
    assert call.operation.scopes == ("analytics:events:read",)
    assert dict(call.body) == {
        "eventNames": ("outbound.rule.created", "outbound.rule.updated"),
        "query": "campaignId eq 'campaign-1'",
        "interval": "24h",
    }


def test_event_keeps_its_timestamp() -> None:
    ((found,),) = pages(asked({"events": [EVENT | {"more": 1}]}))
    assert (found.timestamp, found.name, found.entity_id) == tuple(EVENT.values())
    assert found.at == moment("2026-11-21T11:00:00.123Z")


def test_next_page_repeats_the_query_at_the_same_path() -> None:
    uris = [
        f"{PATH}?cursor=2",
        f"{API}{PATH}?cursor=2",
        "?cursor=2",
        "//api.example/api/v2/analytics/events/query?cursor=2",
        "query?cursor=2",
    ]
    for uri in uris:
        first_page = {"events": [EVENT], "nextPageUri": uri}
        genesys = asked(first_page, {"events": []}, uris=(f"{PATH}?cursor=2",))
        assert [len(page) for page in pages(genesys)] == [1, 0]
        first, second = genesys.calls
        assert first.body == second.body
        assert second.operation.path == f"{PATH}?cursor=2"


def test_page_without_a_next_one_is_the_last() -> None:
    for last in (None, ""):
        assert len(pages(asked({"events": [], "nextPageUri": last}))) == 1


FOREIGN_URIS: list[object] = [
    f"https://evil.example{PATH}?cursor=2",
    f"//evil.example{PATH}?cursor=2",
    f"http://api.example{PATH}?cursor=2",
    f"https://api.example:8443{PATH}?cursor=2",
    f"https://user@api.example{PATH}?cursor=2",
    f"https://api.example@evil.example{PATH}?cursor=2",
    f"https://api.example.evil.example{PATH}?cursor=2",
    f"{PATH}/../purge?cursor=2",
    "/api/v2/analytics/conversations/purge?cursor=2",
    f"/\\evil.example{PATH}?cursor=2",
    f"{PATH}",
    f"{PATH}?",
    f"{PATH}?cursor=2#fragment",
    f"{PATH}?cursor={{campaign_id}}",
    f"{PATH}?cursor=2 3",
    f"{PATH}?cursor={'x' * 2_001}",
    "http://[::1",
    "file:///etc/passwd",
    7,
    ["?cursor=2"],
    {"uri": "?cursor=2"},
]


def test_next_page_elsewhere_is_an_error_and_never_called() -> None:
    for uri in FOREIGN_URIS:
        genesys = asked({"events": [], "nextPageUri": uri})
        with pytest.raises(UnreadableAnswer, match="does not lead to another page"):
            pages(genesys)
        assert len(genesys.calls) == 1


def test_port_of_the_api_is_kept() -> None:
    uri = f"http://127.0.0.1:8080{PATH}?cursor=2"
    genesys = asked({"events": [], "nextPageUri": uri}, {"events": []}, uris=(f"{PATH}?cursor=2",))
    assert len(pages(genesys, "http://127.0.0.1:8080")) == 2


def test_pages_in_a_circle_are_an_error() -> None:
    def page(following: int) -> Mapping[str, Any]:
        return {"events": [], "nextPageUri": f"?cursor={following}"}

    uris = tuple(f"{PATH}?cursor={number}" for number in (1, 2))
    for back_to in (1, 2):
        genesys = asked(page(1), page(2), page(back_to), uris=uris)
        with pytest.raises(UnreadableAnswer, match="circle"):
            pages(genesys)


def test_pages_that_do_not_end_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_query, "MOST_PAGES", 7)
    genesys, numbers = ScriptedGenesys(), count(1)

    def endless(*_: Any, **__: Any) -> Mapping[str, Any]:
        return {"events": [], "nextPageUri": f"?cursor={next(numbers)}"}

    with (
        patch.object(genesys, "read", endless),
        pytest.raises(UnreadableAnswer, match="more than 7 pages"),
    ):
        pages(genesys)
    assert next(numbers) == 8


def test_answer_without_events_is_an_error() -> None:
    answers: list[Mapping[str, Any]] = [{}, {"events": None}, {"events": {}}, {"events": "none"}]
    for answer in answers:
        with pytest.raises(UnreadableAnswer, match="without a list of events"):
            pages(asked(answer))


WRONG_FIELDS: list[tuple[str, object]] = [
    ("timestamp", None),
    ("timestamp", ""),
    ("timestamp", "yesterday"),
    ("timestamp", "2026-11-21"),
    ("timestamp", "2026-11-21T11:00:00"),
    ("timestamp", "2026-02-30T11:00:00Z"),
    ("timestamp", 1_795_230_000),
    ("eventName", None),
    ("eventName", ""),
    ("eventName", "x" * 201),
    ("eventName", 1),
    ("entityId", None),
    ("entityId", ""),
    ("entityId", ".."),
    ("entityId", "a/b"),
    ("entityId", "x" * 101),
    ("entityId", 1),
]


def test_unreadable_event_is_an_error_and_is_not_skipped() -> None:
    for field, value in WRONG_FIELDS:
        with pytest.raises(UnreadableAnswer, match=f"event 1 of a page has no readable {field}"):
            pages(asked({"events": [EVENT, EVENT | {field: value}]}))
    malformed: list[object] = [None, 1, "event", [EVENT]]
    for each in malformed:
        with pytest.raises(UnreadableAnswer, match="event 0 of a page"):
            pages(asked({"events": [each]}))


def test_page_is_requested_when_it_is_needed() -> None:
    genesys = asked({"events": [EVENT], "nextPageUri": "?cursor=2"})
    assert len(next(EventQuery(genesys, API).pages(CAMPAIGN, "24h"))) == 1
    assert len(genesys.calls) == 1


def test_event_on_two_pages_counts_once() -> None:
    assert list(once([[event(1), event(2)], [event(2), event(3)]])) == [
        event(1),
        event(2),
        event(3),
    ]


def test_event_in_two_time_zones_counts_once() -> None:
    twin = event(1)._replace(timestamp="2026-11-21T12:00:01+01:00")
    assert list(once([[event(1)], [twin]])) == [event(1)]


def test_equal_events_on_one_page_count_twice() -> None:
    assert list(once([[event(1), event(1)], [event(1)]])) == [event(1)] * 2


def test_different_events_count_twice() -> None:
    for other in (event(2), event(1, "r2"), event(1, name="outbound.rule.created")):
        assert list(once([[event(1)], [other]])) == [event(1), other]


events = st.builds(event, st.integers(0, 59), st.sampled_from(["r1", "r2"]))


@given(st.lists(events, unique=True), st.lists(st.integers(0, 3), min_size=1))
def test_overlapping_pages_return_each_event_once_in_order(
    written: list[Event], overlaps: list[int]
) -> None:
    starts, end = [0], len(written)
    while starts[-1] < end:
        back = overlaps[len(starts) % len(overlaps)]
        starts.append(starts[-1] + 4 - back)
    overlapping = [written[start : start + 4] for start, _ in pairwise(starts)]
    assert list(once(overlapping)) == written


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=4))
def test_any_next_page_stays_at_the_path_of_the_query(uri: object) -> None:
    genesys = asked({"events": [], "nextPageUri": uri})
    # A KeyError is a page that is not scripted.
    with suppress(UnreadableAnswer, KeyError):
        pages(genesys)
    assert all(call.operation.path.partition("?")[0] == PATH for call in genesys.calls)
