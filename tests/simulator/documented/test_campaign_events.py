"""The events of campaign rules."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from simulator import EventName, RuleEvent
from simulator.http.wire import format_instant
from tests.simulator.caller import NOW, Caller, start_simulator
from tests.simulator.documented.campaign_calls import (
    EVENTS,
    OTHER_RULES,
    RULES,
    created,
    event_query,
    events,
    query_events,
    update,
)

CREATED = "outbound.rule.created"
UPDATED = "outbound.rule.updated"


def ids(found: list[dict[str, str]]) -> list[str]:
    return [each["entityId"] for each in found]


def all_pages(caller: Caller, page: dict[str, Any], **changes: object) -> list[dict[str, str]]:
    """The events of a page and of all later pages."""
    found: list[dict[str, str]] = list(page["events"])
    while uri := page.get("nextPageUri"):
        page = query_events(caller, uri, **changes).raise_for_status().json()
        found += page["events"]
    return found


def test_create_and_update_record_events_with_their_times() -> None:
    caller = start_simulator()
    rule_id = created(caller)
    caller.clock.advance(1.25)
    update(caller, rule_id).raise_for_status()
    assert query_events(caller).json() == {
        "events": [
            {"timestamp": "2026-03-01T12:00:00.000Z", "eventName": CREATED, "entityId": rule_id},
            {"timestamp": "2026-03-01T12:00:01.250Z", "eventName": UPDATED, "entityId": rule_id},
        ]
    }
    assert caller.simulator.campaigns()["campaign-1"].events == (
        RuleEvent(NOW, EventName.CREATED, rule_id),
        RuleEvent(NOW + timedelta(seconds=1.25), EventName.UPDATED, rule_id),
    )


def test_deletion_keeps_old_events_and_records_none() -> None:
    caller = start_simulator()
    rule_id = created(caller)
    before = events(caller)
    caller.http.delete(f"{RULES}/{rule_id}").raise_for_status()
    assert events(caller) == before
    assert ids(before) == [rule_id]


def test_refused_change_records_no_event() -> None:
    caller = start_simulator()
    rule_id = created(caller)
    assert caller.http.post(RULES, json={}).status_code == 400
    assert update(caller, rule_id, version=9).status_code == 409
    assert ids(events(caller)) == [rule_id]


def test_query_finds_the_named_events_of_its_campaign() -> None:
    caller = start_simulator()
    here, there = created(caller), created(caller, path=OTHER_RULES)
    update(caller, here).raise_for_status()
    assert [each["eventName"] for each in events(caller, eventNames=[UPDATED])] == [UPDATED]
    assert ids(events(caller, query=" campaignId  eq 'campaign-2' ")) == [there]


def test_unknown_campaign_has_no_events() -> None:
    caller = start_simulator()
    created(caller)
    assert query_events(caller, query="campaignId eq 'campaign-9'").json() == {"events": []}


def test_interval_of_latest_hours_or_days_is_exact() -> None:
    for interval, seconds in (("1h", 3600), ("24h", 86400), ("2d", 172800)):
        caller = start_simulator(token_seconds=10**6)
        created(caller)
        caller.clock.advance(seconds)
        assert len(events(caller, interval=interval)) == 1
        caller.clock.advance(0.001)
        assert events(caller, interval=interval) == []


def test_interval_includes_its_start_and_not_its_end() -> None:
    caller = start_simulator()
    created(caller)
    for start, end, found in ((0, 1, 1), (1, 2, 0), (-1, 0, 0), (-1, 1, 1), (0, 0.001, 1)):
        first, last = (format_instant(NOW + timedelta(seconds=each)) for each in (start, end))
        assert len(events(caller, interval=f"{first}/{last}")) == found


def test_interval_can_have_an_offset() -> None:
    caller = start_simulator()
    created(caller)
    interval = "2026-03-01T13:00:00+01:00/2026-03-01T12:00:01Z"
    assert len(events(caller, interval=interval)) == 1


def test_wrong_field_is_400_with_its_path() -> None:
    caller = start_simulator()
    wrong: dict[str, list[object]] = {
        "eventNames": [[], CREATED],
        "query": [
            "",
            "*",
            None,
            "campaignId eq campaign-1",
            "campaignId eq ''",
            "campaignId ne 'campaign-1'",
            "ruleId eq 'campaign-1'",
            "campaignId eq 'a' or campaignId eq 'b'",
        ],
        "interval": [
            "",
            "h",
            "0h",
            "-1h",
            "1.5h",
            "24",
            "24m",
            "24H",
            "99999d",
            24,
            None,
            "PT1H",
            "/",
            "2026-03-01T12:00:00Z",
            "2026-03-01T12:00:00Z/",
            "2026-03-01/2026-03-02",
            "2026-03-01T12:00:00/2026-03-02T12:00:00",
            "2026-03-01T12:00:00Z/2026-03-01T12:00:00Z",
            "2026-03-02T12:00:00Z/2026-03-01T12:00:00Z",
            "2026-03-01T12:00:00Z/2026-03-02T12:00:00Z/2026-03-03T12:00:00Z",
        ],
        "pageSize": [10],
    }
    for field, values in wrong.items():
        for value in values:
            answer = caller.http.post(EVENTS, json=event_query() | {field: value})
            assert answer.status_code == 400, value
            assert [each["path"] for each in answer.json()["details"]] == [field]
    answer = query_events(caller, eventNames=[CREATED, "outbound.rule.deleted"])
    assert [each["path"] for each in answer.json()["details"]] == ["eventNames.1"]


def test_every_field_of_the_query_is_required() -> None:
    caller = start_simulator()
    for field in ("eventNames", "query", "interval"):
        body = event_query()
        del body[field]
        answer = caller.http.post(EVENTS, json=body)
        assert [each["path"] for each in answer.json()["details"]] == [field]


def test_page_has_25_events_and_the_last_has_no_next() -> None:
    caller = start_simulator()
    for number in range(1, 26):
        created(caller, number)
    assert query_events(caller).json().keys() == {"events"}
    last = created(caller, 26)
    page = query_events(caller).json()
    assert len(page["events"]) == 25
    assert page["nextPageUri"].startswith(f"{EVENTS}?cursor=")
    following = query_events(caller, page["nextPageUri"]).json()
    assert (ids(following["events"]), following.keys()) == ([last], {"events"})


def test_pages_of_any_size_have_every_event_once_in_order() -> None:
    for size, count in ((1, 0), (1, 3), (2, 4), (3, 7), (8, 8), (8, 20)):
        caller = start_simulator(event_page_size=size)
        expected = [created(caller, number) for number in range(1, count + 1)]
        first = query_events(caller).json()
        assert len(first["events"]) == min(size, count)
        assert ids(all_pages(caller, first)) == expected


@pytest.mark.parametrize("interval", ["24h", "2026-03-01T00:00:00Z/2026-03-09T00:00:00Z"])
def test_later_pages_ignore_new_events_and_passed_time(interval: str) -> None:
    caller = start_simulator(event_page_size=2, token_seconds=10**6)
    expected = [created(caller, number) for number in range(1, 6)]
    first = query_events(caller, interval=interval).json()
    created(caller, 6)
    caller.clock.advance(86401)
    late = created(caller, 7)
    caller.http.delete(f"{RULES}/{expected[3]}").raise_for_status()
    assert ids(all_pages(caller, first, interval=interval)) == expected
    assert late in ids(
        all_pages(caller, query_events(caller, interval=interval).json(), interval=interval)
    )


def test_page_requested_again_is_the_same() -> None:
    caller = start_simulator(event_page_size=1)
    for number in range(1, 4):
        created(caller, number)
    uri = query_events(caller).json()["nextPageUri"]
    again = [query_events(caller, uri).json() for _ in range(2)]
    assert again[0] == again[1]


def test_unknown_cursors_are_400() -> None:
    caller = start_simulator()
    for cursor in ("x", f"{'0' * 32}.1", "1.1", "%00"):
        answer = query_events(caller, f"{EVENTS}?cursor={cursor}")
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid.cursor")


def test_cursor_of_another_query_is_400() -> None:
    caller = start_simulator(event_page_size=1)
    created(caller, 1)
    created(caller, 2)
    uri = query_events(caller).json()["nextPageUri"]
    answer = query_events(caller, uri, interval="48h")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid.cursor")
    assert query_events(caller, uri).status_code == 200
