"""The job of whole days in Genesys's list of jobs, after an unanswered submit."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from genesys_purge.methods.recording_job.request import job_of
from genesys_purge.methods.recording_job.two_step import LIST
from genesys_purge.model.batch import BatchRef
from genesys_purge.model.dates import Window
from genesys_purge.model.reach import Reach
from genesys_purge.model.slices import Slice

from tests import builders
from tests.clock import NOON
from tests.scripted_genesys import ScriptedGenesys
from tests.unit.methods.recording_job.recorded import ALL, DAY, LIFECYCLE, NONE, PART, request

MIDNIGHT = builders.days_ago(380.5)
DAYS = PART._replace(interval=Window(start=MIDNIGHT, end=MIDNIGHT + 5 * DAY), reach=Reach.DAYS)
FILTERED = request(queueIds=["q1", "q2"], mediaTypes=["voice"], divisionIds=["d1"])
DIVISION = request(divisionIds=["d1"])


def body(asked: Any = ALL, part: Any = DAYS, **query: Any) -> dict[str, Any]:
    """The body of the job, with changes of its query."""
    found = job_of(asked, part)
    return found | {"conversationQuery": found["conversationQuery"] | query}


def listing(*bodies: Any) -> ScriptedGenesys:
    genesys = ScriptedGenesys()
    jobs = [{"id": f"job-{at}", "recordingJobsQuery": each} for at, each in enumerate(bodies, 1)]
    genesys.on(LIST, {"entities": jobs}, NONE)
    return genesys


def found(asked: Any, *bodies: Any) -> str | None:
    return LIFECYCLE.find(asked, BatchRef("run-1", 0), DAYS, listing(*bodies))


def filters(dimension: str, *values_: str) -> list[dict[str, Any]]:
    predicates = [{"dimension": dimension, "value": each} for each in values_]
    return [{"type": "or", "predicates": predicates}]


@pytest.mark.parametrize("asked", [ALL, FILTERED, DIVISION])
def test_job_of_days_is_found(asked: Any) -> None:
    other = body(asked, DAYS._replace(interval=builders.window()))
    assert found(asked, other, body(asked)) == "job-2"


def test_job_of_days_is_found_in_another_notation() -> None:
    spelled = f"{MIDNIGHT.isoformat()}/{(MIDNIGHT + 5 * DAY).isoformat()}"
    assert found(ALL, body(interval=spelled)) == "job-1"


def test_job_of_days_is_found_with_its_filters_in_another_order() -> None:
    query = body(FILTERED)["conversationQuery"]
    segments = [
        each | {"predicates": list(reversed(each["predicates"]))}
        for each in reversed(query["segmentFilters"])
    ]
    assert found(FILTERED, body(FILTERED, segmentFilters=segments)) == "job-1"


def test_job_of_days_is_found_without_listed_filters() -> None:
    listed = body(FILTERED)
    search = {"interval": listed["conversationQuery"]["interval"]}
    assert found(FILTERED, listed | {"conversationQuery": search}) == "job-1"


OTHERS: dict[str, dict[str, Any]] = {
    "of other days": {"interval": str(Window(start=MIDNIGHT, end=MIDNIGHT + 4 * DAY))},
    "of no days": {"interval": None},
    "of named conversations": {"conversationFilters": filters("conversationId", *PART.ids)},
    "of another division": {"conversationFilters": filters("divisionId", "d2")},
    "of another queue": {"segmentFilters": filters("queueId", "q1")},
    "of unreadable filters": {"segmentFilters": [None]},
}


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("asked", [ALL, FILTERED, DIVISION])
def test_job_of_something_else_is_not_the_job_of_days(asked: Any, name: str) -> None:
    assert found(asked, body(asked, **OTHERS[name])) is None


@pytest.mark.parametrize(("asked", "listed"), [(ALL, DIVISION), (DIVISION, ALL), (ALL, FILTERED)])
def test_job_with_other_filters_is_not_the_job_of_days(asked: Any, listed: Any) -> None:
    assert found(asked, body(listed)) is None


def test_values_of_a_filter_are_no_conversations() -> None:
    """Values of another dimension than the id name no conversations of the part."""
    named = PART._replace(ids=["d1"])
    genesys = listing(body(DIVISION))
    assert LIFECYCLE.find(DIVISION, BatchRef("run-1", 0), named, genesys) is None


BATCH = builders.batch(
    planned=3,
    interval=DAYS.interval,
    reach=Reach.DAYS,
    attempt=builders.unanswered(),
    pending=(Slice(start=0, stop=3),),
)


def surplus(job: Any) -> list[str]:
    return list(LIFECYCLE.unowned(BATCH, PART.ids, listing(job)))


def within(first: float, last: float) -> dict[str, Any]:
    """A listed job of some days of the batch."""
    interval = Window(start=MIDNIGHT + first * DAY, end=MIDNIGHT + last * DAY)
    return body(part=DAYS._replace(interval=interval))


@pytest.mark.parametrize("part", [(0, 5), (0, 1), (2, 5)])
def test_job_of_some_days_of_the_batch_is_surplus(part: tuple[float, float]) -> None:
    assert surplus(within(*part)) == ["job-1"]


@pytest.mark.parametrize("part", [(-1, 5), (0, 6), (5, 6), (-1, 6)])
def test_job_of_days_outside_the_batch_is_not_surplus(part: tuple[float, float]) -> None:
    assert surplus(within(*part)) == []


def test_job_of_days_of_another_call_is_not_surplus() -> None:
    at = NOON - timedelta(seconds=1)
    assert surplus(body(part=DAYS._replace(at=at))) == []


def test_job_that_names_part_of_a_batch_of_days_is_surplus() -> None:
    named = PART._replace(ids=PART.ids[1:])
    assert surplus(job_of(ALL, named)) == ["job-1"]
