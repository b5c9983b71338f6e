"""The live query of conversation details, and the list by ids."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from simulator import ConversationStatus, Corpus, MediaType, Operation
from tests.simulator.caller import NOW, start_simulator
from tests.simulator.live.calls import (
    DETAILS,
    ONE,
    OTHER,
    QUERY,
    STARTED,
    by_ids,
    conversation,
    found_ids,
    interval,
    many,
    query_details,
    start_live,
)

DAY = timedelta(days=1)


def matching(dimension: str, value: str) -> list[dict[str, Any]]:
    return [{"type": "and", "predicates": [{"dimension": dimension, "value": value}]}]


def test_row_has_times_division_participants_and_sessions() -> None:
    one = conversation(queue_id="queue-3", external_contact_id="contact-9")
    answer = query_details(start_live([one]))
    [row] = answer.json()["conversations"]
    customer, agent = row.pop("participants")
    direction = row["originatingDirection"]
    assert direction in {"inbound", "outbound"}
    assert row == {
        "conversationId": ONE,
        "conversationStart": "2025-01-10T08:00:00.000Z",
        "conversationEnd": "2025-01-10T08:05:00.000Z",
        "divisionIds": row["divisionIds"],
        "originatingDirection": direction,
    }
    segment = {
        "segmentType": "interact",
        "queueId": "queue-3",
        "segmentStart": "2025-01-10T08:00:00.000Z",
        "segmentEnd": "2025-01-10T08:05:00.000Z",
    }
    [session] = customer["sessions"]
    assert (customer["purpose"], customer["externalContactId"]) == ("customer", "contact-9")
    assert (session["mediaType"], session["direction"]) == ("voice", direction)
    assert session["recording"] is True
    assert session["segments"] == [segment]
    [session] = agent["sessions"]
    assert agent["purpose"] == "agent"
    assert agent["userId"].startswith("user-")
    assert session["segments"] == [{**segment, "wrapUpCode": session["segments"][0]["wrapUpCode"]}]


@pytest.mark.parametrize(
    ("media_type", "expected"),
    [
        (MediaType.VOICE, [("voice", None)]),
        (MediaType.CALLBACK, [("callback", None)]),
        (MediaType.EMAIL, [("email", None)]),
        (MediaType.CHAT, [("chat", None)]),
        (MediaType.SMS, [("message", "sms")]),
        (MediaType.SOCIAL, [("message", kind) for kind in ("facebook", "instagram", "whatsapp")]),
    ],
)
def test_row_has_the_media_types_of_the_platform(
    media_type: MediaType, expected: list[tuple[str, str | None]]
) -> None:
    caller = start_live(many(30, media_type=media_type))
    rows = query_details(caller, paging={"pageSize": 100, "pageNumber": 1}).json()["conversations"]
    sessions = [row["participants"][0]["sessions"][0] for row in rows]
    assert {(each["mediaType"], each.get("messageType")) for each in sessions} == set(expected)


def test_active_conversation_has_no_end() -> None:
    caller = start_live([conversation(end=None, status=ConversationStatus.ACTIVE)])
    [row] = query_details(caller).json()["conversations"]
    assert "conversationEnd" not in row
    assert row["participants"][0]["sessions"][0]["recording"] is False


def test_interval_finds_conversations_that_started_on_its_days() -> None:
    starts = {
        "2025-01-09T23:59:59.999Z": False,
        "2025-01-10T00:00:00Z": True,
        "2025-01-10T23:59:59.999Z": True,
        "2025-01-11T00:00:00Z": False,
    }
    made = [conversation(each, start=STARTED.fromisoformat(each)) for each in starts]
    caller = start_live(made)
    for end in ("2025-01-10T08:01:00Z", "2025-01-11T00:00:00Z"):
        found = found_ids(caller, interval=f"2025-01-10T08:00:00Z/{end}")
        assert found == [start for start, expected in starts.items() if expected]


def test_interval_over_31_days_is_400() -> None:
    longer = f"{STARTED.isoformat()}/{(STARTED + 31 * DAY + timedelta(microseconds=1)).isoformat()}"
    assert query_details(start_live(), interval=interval(days=31)).status_code == 200
    refused = query_details(start_live(), interval=longer)
    assert (refused.status_code, refused.json()["code"]) == (400, "bad.request")
    without = start_live(simulator={"max_query_days": None})
    assert query_details(without, interval=longer).status_code == 200


def test_rows_are_paged_and_counted() -> None:
    caller = start_live(many(60))
    ids = caller.simulator.corpus.ids()
    answer = query_details(caller).json()
    assert [row["conversationId"] for row in answer["conversations"]] == ids[:25]
    assert answer["totalHits"] == 60
    pages = [found_ids(caller, paging={"pageSize": 40, "pageNumber": each}) for each in (1, 2, 3)]
    assert pages == [ids[:40], ids[40:], []]


def test_pages_can_overlap_by_a_row() -> None:
    caller = start_live(many(25), pages_overlap=True)
    ids = caller.simulator.corpus.ids()
    pages = [found_ids(caller, paging={"pageSize": 10, "pageNumber": n}) for n in range(1, 5)]
    assert pages == [ids[:10], ids[9:19], ids[18:25], []]
    assert query_details(caller).json()["totalHits"] == 25


def test_rows_have_the_requested_order() -> None:
    long = conversation(end=STARTED + timedelta(hours=3))
    caller = start_live([conversation(OTHER, start=STARTED + timedelta(hours=1)), long])
    orders: list[tuple[dict[str, str], list[str]]] = [
        ({}, [ONE, OTHER]),
        ({"order": "asc", "orderBy": "conversationStart"}, [ONE, OTHER]),
        ({"order": "desc", "orderBy": "segmentStart"}, [OTHER, ONE]),
        ({"order": "asc", "orderBy": "conversationEnd"}, [OTHER, ONE]),
        ({"order": "desc", "orderBy": "segmentEnd"}, [ONE, OTHER]),
        ({"order": "unordered"}, [ONE, OTHER]),
    ]
    for order, expected in orders:
        assert found_ids(caller, **order) == expected


def test_conversation_filters_match_division_direction_and_id() -> None:
    caller = start_live(many(20))
    rows = query_details(caller).json()["conversations"]
    first = rows[0]
    wanted = first["divisionIds"][0]
    found = found_ids(caller, conversationFilters=matching("divisionId", wanted))
    assert found == [row["conversationId"] for row in rows if row["divisionIds"] == [wanted]]
    direction = first["originatingDirection"]
    found = found_ids(caller, conversationFilters=matching("originatingDirection", direction))
    assert found == [r["conversationId"] for r in rows if r["originatingDirection"] == direction]
    one = found_ids(caller, conversationFilters=[by_ids(first["conversationId"])])
    assert one == [first["conversationId"]]


def test_segment_filters_match_media_queue_and_contact() -> None:
    wanted = conversation(
        media_type=MediaType.SMS, queue_id="queue-2", external_contact_id="contact-2"
    )
    caller = start_live([wanted, conversation(OTHER)])
    for dimension, value in (
        ("mediaType", "message"),
        ("messageType", "sms"),
        ("queueId", "queue-2"),
        ("externalContactId", "contact-2"),
    ):
        assert found_ids(caller, segmentFilters=matching(dimension, value)) == [ONE]


def test_one_segment_must_meet_all_segment_filters() -> None:
    caller = start_live([conversation()])
    purposes = matching("purpose", "customer") + matching("purpose", "agent")
    assert found_ids(caller, segmentFilters=purposes) == []
    assert found_ids(caller, segmentFilters=purposes[:1]) == [ONE]
    assert found_ids(caller, segmentFilters=purposes[1:]) == [ONE]


def test_segment_filter_can_require_a_recording() -> None:
    caller = start_live(Corpus.of(many(40, media_type=MediaType.CHAT)))
    recorded = [{"type": "and", "predicates": [{"dimension": "recording", "operator": "exists"}]}]
    with_recordings = {each.conversation_id for each in caller.simulator.recordings}
    page = {"pageSize": 100, "pageNumber": 1}
    assert set(found_ids(caller, segmentFilters=recorded, paging=page)) == with_recordings
    assert len(with_recordings) < 40


def filters(*predicates: object, **fields: object) -> list[dict[str, object]]:
    return [{"type": "and", "predicates": predicates} | fields]


ID: dict[str, object] = {"dimension": "conversationId", "value": ONE}


def test_wrong_queries_are_400() -> None:
    caller = start_live()
    cases: list[dict[str, object]] = [
        {"interval": None},
        {"interval": "PT1H"},
        {"interval": "2025-01-10T00:00:00Z"},
        {"interval": "2025-01-10/2025-01-11"},
        {"interval": "2025-01-11T00:00:00Z/2025-01-11T00:00:00Z"},
        {"paging": {"pageSize": 101, "pageNumber": 1}},
        {"paging": {"pageSize": 0, "pageNumber": 1}},
        {"paging": {"pageSize": 25}},
        {"paging": {"pageNumber": 1}},
        {"order": "ascending"},
        {"orderBy": "duration"},
        {"unknown": 1},
        {"conversationFilters": filters()},
        {"conversationFilters": filters(ID, type="xor")},
        {"conversationFilters": filters({"dimension": "conversationId"})},
        {"conversationFilters": filters(ID | {"range": {"gt": 1}})},
        {"conversationFilters": filters(ID | {"operator": "contains"})},
        {"conversationFilters": filters(ID | {"type": "metric"})},
        {"conversationFilters": filters({"dimension": "mediaType", "value": "voice"})},
        {"segmentFilters": filters(ID)},
        {"segmentFilters": [{"type": "and", "clauses": [{"type": "or", "predicates": []}]}]},
    ]
    for changes in cases:
        body = {"interval": interval()} | changes
        sent = {name: value for name, value in body.items() if value is not None}
        answer = caller.http.post(QUERY, json=sent)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad.request"), changes


def test_page_size_and_number_of_predicates_are_settings() -> None:
    caller = start_live(largest_page=10, max_predicates=2)
    assert query_details(caller, paging={"pageSize": 11, "pageNumber": 1}).status_code == 400
    assert query_details(caller, paging={"pageSize": 10, "pageNumber": 1}).status_code == 200
    three = {"type": "or", "clauses": [by_ids("a", "b", "c")]}
    assert query_details(caller, conversationFilters=[three]).status_code == 400
    assert query_details(caller, conversationFilters=[by_ids("a", "b")]).status_code == 200


def test_dialects_share_the_path_and_split_by_the_body() -> None:
    caller = start_simulator(Corpus.of([conversation()]))
    live = query_details(caller)
    assert set(live.json()) == {"conversations", "totalHits"}
    assert caller.counted() == 0
    assert len(caller.eligibility([ONE])) == 1
    operations = [each.operation for each in caller.simulator.requests[1:]]
    assert operations == [
        Operation.QUERY_CONVERSATION_DETAILS,
        Operation.QUERY,
        Operation.QUERY,
    ]


def test_conversations_are_listed_by_ids() -> None:
    caller = start_live([conversation(), conversation(OTHER)])
    answer = caller.http.get(DETAILS, params={"id": f"{OTHER},unknown,{OTHER},{ONE}"})
    rows = answer.json()["conversations"]
    assert [row["conversationId"] for row in rows] == [OTHER, ONE]
    assert rows[1] == query_details(caller).json()["conversations"][0]


def test_number_of_listed_ids_is_limited() -> None:
    caller = start_live(max_detail_ids=2)
    counts = ["", ",", "a", "a,b", "a,b,c"]
    answers = [caller.http.get(DETAILS, params={"id": each}).status_code for each in counts]
    assert answers == [400, 400, 200, 200, 400]
    assert caller.http.get(DETAILS).status_code == 400


def test_only_a_conversation_purged_by_a_job_loses_its_row() -> None:
    old = NOW - 400 * DAY
    purged = conversation(OTHER, start=old, status=ConversationStatus.PURGED)
    caller = start_simulator(Corpus.of([conversation(start=old), purged]))
    on_that_day = {"interval": interval(old)}
    assert found_ids(caller, **on_that_day) == [ONE, OTHER]
    caller.submit_archive([ONE])
    caller.clock.advance(1000)
    assert found_ids(caller, **on_that_day) == [OTHER]
    assert caller.http.get(DETAILS, params={"id": ONE}).json() == {"conversations": []}


def test_row_exists_until_the_verification_lag_is_over() -> None:
    old = NOW - 400 * DAY
    caller = start_simulator(
        Corpus.of([conversation(start=old)]),
        job_base_seconds=0,
        job_seconds_per_record=0,
        verification_lag_seconds=60,
    )
    caller.submit_archive([ONE])
    caller.clock.advance(59)
    assert found_ids(caller, interval=interval(old)) == [ONE]
    caller.clock.advance(1)
    assert found_ids(caller, interval=interval(old)) == []
