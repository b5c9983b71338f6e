"""The query of recording jobs, and the recordings that it selects."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from simulator import Corpus, Media, Rejection
from tests.simulator.caller import NOW, Caller
from tests.simulator.live.calls import (
    OTHER,
    STARTED,
    by_ids,
    conversation,
    create_job,
    interval,
    many,
    ready_job,
    recordings,
    start_live,
)

SENSITIVE = "recording:recording:viewSensitiveData"
OLD = NOW - timedelta(days=6 * 365)
AGED = interval(OLD, days=180)


def chosen(caller: Caller, **changes: Any) -> set[str]:
    """The recordings that a job with these changes selects."""
    ready_job(caller, **changes)
    return set(caller.simulator.recording_jobs[-1].target_ids)


def ids(caller: Caller, **traits: object) -> set[str]:
    return {each.recording_id for each in recordings(caller, **traits)}


def query(**changes: object) -> dict[str, Any]:
    return {"conversationQuery": {"interval": interval()} | changes}


GOOD: list[dict[str, Any]] = [
    {"actionDate": None, "actionAge": 0},
    {"action": "ARCHIVE"},
    {"action": "EXPORT", "integrationId": "bucket"},
    {"clearExport": True},
    {"screenRecordingActionDate": NOW.isoformat()},
    {"screenRecordingActionAge": 1},
    {"includeSnippetRecordings": False},
    {"conversationQuery": None, "agedConversationInterval": AGED},
    query(limit=1, order="desc", orderBy="conversationEnd", startOfDayIntervalMatching=True),
]
BAD: list[dict[str, Any]] = [
    {"action": None},
    {"action": "delete"},
    {"actionDate": None},
    {"actionAge": 1},
    {"actionDate": "2026-03-01"},
    {"actionDate": None, "actionAge": -1},
    {"screenRecordingActionDate": NOW.isoformat(), "screenRecordingActionAge": 1},
    {"screenRecordingActionAge": 1, "includeScreenRecordings": False},
    {"screenRecordingActionDate": NOW.isoformat(), "includeScreenRecordings": False},
    {"action": "EXPORT"},
    {"integrationId": "bucket"},
    {"action": "ARCHIVE", "clearExport": True},
    {"conversationQuery": None},
    {"agedConversationInterval": AGED},
    {"conversationQuery": {}},
    {"includeScreenRecordings": "false"},
    {"unknown": 1},
    query(interval="PT1H"),
    query(interval="2025-01-10T00:00:00/2025-01-11T00:00:00"),
    query(interval="2025-01-11T00:00:00Z/2025-01-10T00:00:00Z"),
    query(paging={"pageSize": 1, "pageNumber": 1}),
    query(limit=0),
    query(conversationFilters=[{"type": "and"}]),
]


def test_valid_queries_are_accepted() -> None:
    caller = start_live(max_recording_jobs=None)
    for changes in GOOD:
        assert create_job(caller, **changes).status_code == 202, changes


def test_wrong_queries_are_400_and_create_no_job() -> None:
    caller = start_live()
    for changes in BAD:
        answer = create_job(caller, **changes)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad.request"), changes
    assert caller.simulator.recording_jobs == []


def test_aged_interval_is_over_five_years_old_and_up_to_six_months() -> None:
    def status(aged: str) -> int:
        changes = {"conversationQuery": None, "agedConversationInterval": aged}
        return create_job(start_live(), **changes).status_code

    five_years = NOW.replace(hour=0) - timedelta(days=1826)
    assert status(interval(five_years - timedelta(days=30), days=30)) == 202
    assert status(interval(five_years - timedelta(days=29), days=30)) == 400
    assert status(interval(OLD, days=184)) == 202
    assert status(interval(OLD, days=185)) == 400


def test_aged_interval_finds_old_conversations() -> None:
    old = conversation(OTHER, start=OLD + timedelta(days=1))
    caller = start_live([conversation(), old])
    found = chosen(caller, conversationQuery=None, agedConversationInterval=AGED)
    assert found == ids(caller, conversation_id=OTHER, sensitive=False)


def test_kinds_of_recordings_can_be_excluded() -> None:
    caller = start_live(many(200), max_recording_jobs=None)
    everything = ids(caller)
    sensitive, screen = ids(caller, sensitive=True), ids(caller, media=Media.SCREEN)
    by_policy = ids(caller, policy_based=True)
    assert sensitive
    assert screen
    assert chosen(caller) == everything - sensitive
    assert chosen(caller, includeRecordingsWithSensitiveData=True) == everything
    assert chosen(caller, includeScreenRecordings=False) == everything - sensitive - screen
    without = chosen(caller, includePolicyBasedRecordings=False)
    assert without == everything - sensitive - by_policy


def test_sensitive_data_needs_a_permission() -> None:
    caller = start_live(permissions=["recording:job:add"])
    refused = create_job(caller, includeRecordingsWithSensitiveData=True)
    assert (refused.status_code, refused.json()["code"]) == (403, "missing.permissions")
    assert SENSITIVE in refused.json()["message"]
    assert create_job(caller).status_code == 202
    caller = start_live(permissions=["recording:job:add", SENSITIVE])
    assert create_job(caller, includeRecordingsWithSensitiveData=True).status_code == 202


def test_refusal_of_sensitive_data_is_a_setting() -> None:
    refusal = Rejection(400, "not.this.data")
    caller = start_live(permissions=["recording:job:add"], sensitive_refused=refusal)
    refused = create_job(caller, includeRecordingsWithSensitiveData=True)
    assert (refused.status_code, refused.json()["code"]) == (400, "not.this.data")


def test_interval_finds_conversations_with_activity_in_it() -> None:
    def found(start: float, end: float) -> bool:
        caller = start_live([conversation(end=STARTED + timedelta(hours=4))])
        first, last = (STARTED + timedelta(hours=each) for each in (start, end))
        changes = query(interval=f"{first.isoformat()}/{last.isoformat()}")
        return bool(chosen(caller, includeRecordingsWithSensitiveData=True, **changes))

    assert found(-1, 1)
    assert found(1, 2)
    assert found(3, 9)
    assert found(4, 9)
    assert not found(4.001, 9)
    assert not found(-9, 0)


def test_interval_can_require_a_start_on_its_days() -> None:
    over_midnight = conversation(end=STARTED + timedelta(days=1))
    changes = {"interval": interval(STARTED + timedelta(days=1))}
    caller = start_live([over_midnight])
    everything = {"includeRecordingsWithSensitiveData": True}
    assert chosen(caller, **everything, **query(**changes))
    assert not chosen(caller, **everything, **query(**changes, startOfDayIntervalMatching=True))


def test_filters_and_limit_narrow_the_query() -> None:
    caller = start_live(many(4), max_recording_jobs=None)
    first, second, third, _ = caller.simulator.corpus.ids()
    everything = {"includeRecordingsWithSensitiveData": True}
    by_id = {
        each: {found.recording_id for found in recordings(caller, conversation_id=each)}
        for each in caller.simulator.corpus.ids()
    }
    two = chosen(caller, **everything, **query(conversationFilters=[by_ids(first, third)]))
    assert two == by_id[first] | by_id[third]
    one = query(conversationFilters=[by_ids(second, third)], limit=1, order="desc")
    assert chosen(caller, **everything, **one) == by_id[third]


def test_new_recordings_are_visible_after_the_lag() -> None:
    def found(**ago: float) -> bool:
        start = NOW - timedelta(**ago)
        caller = start_live([conversation(start=start, end=start)], visibility_lag=lag)
        changes = query(interval=interval(start))
        return bool(chosen(caller, includeRecordingsWithSensitiveData=True, **changes))

    lag = timedelta(hours=48)
    assert found(hours=48)
    assert not found(hours=47)


def test_new_recordings_are_visible_immediately_without_a_lag() -> None:
    caller = start_live([conversation(start=NOW, end=NOW)])
    changes = query(interval=interval(NOW))
    assert chosen(caller, includeRecordingsWithSensitiveData=True, **changes)


def test_number_of_predicates_can_be_limited() -> None:
    changes = query(conversationFilters=[by_ids(*map(str, range(11)))])
    assert create_job(start_live(max_predicates=10), **changes).status_code == 400
    assert create_job(start_live(max_predicates=11), **changes).status_code == 202
    assert create_job(start_live(), **changes).status_code == 202


def test_job_without_matches_has_no_targets() -> None:
    caller = start_live(Corpus.of([]))
    assert chosen(caller) == set()
