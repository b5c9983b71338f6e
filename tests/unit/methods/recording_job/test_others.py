"""The search for conversations that a job by its time may cover although no plan has them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from genesys_purge.methods.contract import Part
from genesys_purge.methods.recording_job import others
from genesys_purge.methods.recording_job.conversations import QUERY
from genesys_purge.methods.recording_job.metadata import METADATA
from genesys_purge.methods.recording_job.others import is_counted, others_in
from genesys_purge.model.dates import Window, zulu
from genesys_purge.model.reach import Reach

from tests.clock import NOON
from tests.unit.methods.recording_job.details import Details
from tests.unit.methods.recording_job.recorded import (
    ALL,
    DAY,
    HOUR,
    IDS,
    KEPT,
    LIFECYCLE,
    call,
    request,
)

FIRST = datetime(2025, 3, 1, tzinfo=NOON.tzinfo)
DAYS = Part(None, IDS[:2], interval=Window(start=FIRST, end=FIRST + DAY), reach=Reach.DAYS)
AGED = DAYS._replace(
    interval=Window(start=FIRST, end=FIRST + HOUR + timedelta(seconds=1)), reach=Reach.INTERVAL
)
# A block of a part whose recordings are not counted.
LARGE = AGED._replace(total=others.MOST_COUNTED + 1)
KNOWN = [call(0, FIRST), call(1, FIRST)]
FILTERED = request(queueIds=["q1"], divisionIds=["d1"])


def details(*rows: Any, files: Any = (KEPT,)) -> Details:
    """A Genesys with the planned conversations and these; each has these recordings."""
    found = Details([*KNOWN, *rows], size=10)
    found.on(METADATA, {"entities": list(files)})
    return found


def counted(part: Part, given: Details, asked: Any = ALL) -> list[int]:
    return [each.others for each in others_in(asked, part, given.genesys, None)]


def test_planned_conversations_are_no_others() -> None:
    assert counted(DAYS, details()) == [0]


def test_conversations_that_started_on_the_days_are_others() -> None:
    assert counted(DAYS, details(call(2, FIRST + 23 * HOUR), call(3, FIRST + 2 * HOUR))) == [2]


@pytest.mark.parametrize("hours", [-1, 24, 48])
def test_conversations_that_started_on_other_days_are_no_others(hours: int) -> None:
    assert counted(DAYS, details(call(2, FIRST + hours * HOUR, 9 * DAY))) == [0]


@pytest.mark.parametrize("files", [(), ({"fileState": "DELETED"},)])
def test_conversations_without_recordings_are_no_others(files: Any) -> None:
    assert counted(DAYS, details(call(2, FIRST + 2 * HOUR), files=files)) == [0]


def test_ids_of_the_plan_are_compared_without_case() -> None:
    part = DAYS._replace(ids=[each.upper() for each in DAYS.ids])
    assert counted(part, details()) == [0]


def test_aged_interval_covers_what_was_active_in_it() -> None:
    before = call(2, FIRST - 5 * DAY, 5 * DAY)
    unknown = call(3, FIRST - DAY, conversationEnd=None)
    assert sum(counted(LARGE, details(before, unknown))) == 2


def test_counted_aged_interval_is_searched_without_the_days_before() -> None:
    inside = call(2, FIRST + timedelta(minutes=30), 5 * DAY)
    before = call(3, FIRST - DAY, 5 * DAY)
    assert sum(counted(AGED, details(inside, before))) == 1


@pytest.mark.parametrize(("hours", "lasts"), [(-3, HOUR), (2, HOUR), (-3, 2 * HOUR)])
def test_aged_interval_leaves_out_what_was_not_active_in_it(hours: int, lasts: timedelta) -> None:
    assert sum(counted(LARGE, details(call(2, FIRST + hours * HOUR, lasts)))) == 0


def test_aged_interval_is_searched_without_filters() -> None:
    given = details()
    counted(LARGE, given, FILTERED)
    bodies = [each.body for each in given.genesys.calls if each.operation == QUERY]
    assert not any(body["segmentFilters"] + body["conversationFilters"] for body in bodies)
    assert bodies[0]["interval"].startswith(zulu(FIRST - 30 * DAY))


def test_days_are_searched_with_the_filters_of_the_request() -> None:
    given = details()
    counted(DAYS, given, FILTERED)
    assert given.genesys.calls[0].body["segmentFilters"] == FILTERED.segment_filters
    assert given.genesys.calls[0].body["conversationFilters"] == FILTERED.conversation_filters


def test_resumed_search_does_not_count_again() -> None:
    given = details(call(2, FIRST + 2 * HOUR))
    (page,) = others_in(ALL, DAYS, given.genesys, None)
    assert page.others == 1
    assert [each.others for each in others_in(ALL, DAYS, given.genesys, page.state)] == [0]


def test_part_that_names_its_conversations_is_not_searched() -> None:
    part, given = DAYS._replace(interval=None), details()
    with pytest.raises(ValueError, match="names its conversations"):
        list(others_in(ALL, part, given.genesys, None))


@pytest.mark.parametrize(
    ("ids", "total", "is_small"), [(2, 0, True), (3, 0, False), (1, 3, False), (1, 2, True)]
)
def test_block_of_a_large_part_is_not_counted(
    monkeypatch: pytest.MonkeyPatch, ids: int, total: int, *, is_small: bool
) -> None:
    monkeypatch.setattr(others, "MOST_COUNTED", 2)
    assert is_counted(DAYS._replace(ids=IDS[:ids], total=total)) is is_small


@pytest.mark.parametrize("total", [0, others.MOST_COUNTED + 1])
def test_every_part_by_time_is_searched(total: int) -> None:
    """A count does not show that a job covers another conversation instead of a planned one."""
    part = DAYS._replace(total=total)
    assert len(list(LIFECYCLE.others(ALL, part, details().genesys, None))) == 1
