"""Deviations: recording jobs that differ from their queries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from simulator import Deviation
from tests.simulator.caller import Caller
from tests.simulator.live.calls import (
    ONE,
    OTHER,
    STARTED,
    by_ids,
    conversation,
    finished_job,
    found_ids,
    interval,
    many,
    read_job,
    ready_job,
    start_live,
    states,
)

EVERYTHING = {"includeRecordingsWithSensitiveData": True}
EVENING = STARTED.replace(hour=23)
NEXT_DAY = interval(STARTED + timedelta(days=1))


def start_with(*deviations: Deviation) -> Caller:
    """Two calls; the default query of a job covers only the first one."""
    caller = start_live([conversation(), conversation(OTHER, start=STARTED + timedelta(days=3))])
    caller.simulator.deviations.add(*deviations)
    return caller


def covered(caller: Caller, **changes: Any) -> int:
    """The number of conversations of a ready job."""
    job_id = ready_job(caller, **EVERYTHING, **changes)
    caller.http.delete(f"/api/v2/recording/jobs/{job_id}").raise_for_status()
    return int(read_job(caller, job_id)["totalConversations"])


def test_job_without_a_deviation_covers_its_query() -> None:
    assert covered(start_with()) == 1


def test_job_covers_added_conversations() -> None:
    caller = start_with(Deviation(adds=(OTHER,)))
    assert covered(caller) == 2
    finished_job(caller, **EVERYTHING)
    assert states(caller, OTHER) == {"DELETED"}


def test_conversation_that_is_added_and_found_is_covered_once() -> None:
    assert covered(start_with(Deviation(adds=(ONE, ONE)))) == 1


def test_unknown_added_conversation_has_no_recordings() -> None:
    assert covered(start_with(Deviation(adds=("unknown",)))) == 1


def test_job_does_not_cover_what_is_left_out() -> None:
    caller = start_with(Deviation(leaves_out=frozenset({ONE})))
    assert covered(caller) == 0
    finished_job(caller, **EVERYTHING)
    assert "DELETED" not in states(caller, ONE)


def test_exchanged_conversation_leaves_the_number_unchanged() -> None:
    caller = start_with(Deviation(adds=(OTHER,), leaves_out=frozenset({ONE})))
    assert covered(caller) == 1
    finished_job(caller, **EVERYTHING)
    assert states(caller, OTHER) == {"DELETED"}


def test_deviations_apply_together() -> None:
    exchanged = Deviation(adds=(OTHER,)), Deviation(leaves_out=frozenset({ONE, OTHER}))
    assert covered(start_with(*exchanged)) == 0


def test_deviation_begins_late_and_ends() -> None:
    caller = start_with(Deviation(adds=(OTHER,), after=1, times=2))
    assert [covered(caller) for _ in range(5)] == [1, 2, 2, 1, 1]


def test_deviation_counts_jobs_from_its_addition_on() -> None:
    caller = start_with()
    assert covered(caller) == 1
    caller.simulator.deviations.add(Deviation(adds=(OTHER,), times=1))
    assert [covered(caller) for _ in range(2)] == [2, 1]


def test_cleared_deviation_does_not_affect_new_jobs() -> None:
    caller = start_with(Deviation(adds=(OTHER,)))
    caller.simulator.deviations.clear()
    assert covered(caller) == 1


@pytest.mark.parametrize(("deviates", "expected"), [(False, 0), (True, 1)])
def test_job_can_ignore_start_of_day_matching(*, deviates: bool, expected: int) -> None:
    caller = start_live([conversation(start=EVENING, end=EVENING + timedelta(hours=2))])
    if deviates:
        caller.simulator.deviations.add(Deviation(ignores_start_of_day=True))
    query = {"interval": NEXT_DAY, "startOfDayIntervalMatching": True}
    assert covered(caller, conversationQuery=query) == expected


def test_added_conversation_appears_in_queries_and_jobs() -> None:
    caller = start_live(many(2))
    assert (len(found_ids(caller)), covered(caller)) == (2, 2)
    caller.simulator.corpus.add([conversation()])
    assert (len(found_ids(caller)), covered(caller)) == (3, 3)
    named = {"interval": interval(), "conversationFilters": [by_ids(ONE)]}
    assert covered(caller, conversationQuery=named) == 1


def test_existing_job_does_not_cover_an_added_conversation() -> None:
    caller = start_live(many(2))
    job_id = ready_job(caller, **EVERYTHING)
    caller.simulator.corpus.add([conversation()])
    assert read_job(caller, job_id)["totalConversations"] == 2
