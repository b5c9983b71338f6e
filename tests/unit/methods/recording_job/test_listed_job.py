"""The job of a part in Genesys's list of jobs, after an unanswered submit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from genesys_purge.errors import UnreadableAnswer
from genesys_purge.methods.recording_job import pages
from genesys_purge.methods.recording_job.request import job_of
from genesys_purge.methods.recording_job.two_step import LIST
from genesys_purge.model.batch import Batch, BatchRef
from genesys_purge.model.dates import zulu

from tests import builders
from tests.clock import NOON
from tests.scripted_genesys import ScriptedGenesys
from tests.unit.methods.recording_job.recorded import ALL, IDS, INTERVAL, LIFECYCLE, NONE, PART

BATCH = BatchRef("run-1", 0)


def job(**changes: Any) -> dict[str, Any]:
    """The part's job, listed a second after it was requested."""
    created = zulu(NOON + timedelta(seconds=1))
    return {"id": "job-1", "dateCreated": created, "recordingJobsQuery": query()} | changes


def query(**changes: Any) -> dict[str, Any]:
    return job_of(ALL, PART) | changes


def with_ids(*ids: str) -> dict[str, Any]:
    return {"conversationQuery": job_of(ALL, PART._replace(ids=ids))["conversationQuery"]}


def with_interval(interval: Any) -> dict[str, Any]:
    """The job of the interval, with another interval in its place."""
    return job(recordingJobsQuery=job_of(ALL, INTERVAL) | {"agedConversationInterval": interval})


def listing(*lists: list[Any]) -> ScriptedGenesys:
    """A Genesys that lists these pages, and then empty ones."""
    genesys = ScriptedGenesys()
    genesys.on(LIST, *({"entities": each} for each in lists), NONE)
    return genesys


def is_found(listed: Any, part: Any = PART) -> bool:
    return LIFECYCLE.find(ALL, BATCH, part, listing([listed], [], [listed])) is not None


OTHERS = {
    "not an object": None,
    "empty": {},
    "without a query": job(recordingJobsQuery=None),
    "of another action": job(recordingJobsQuery=query(action="EXPORT")),
    "of another time": job(recordingJobsQuery=query(actionDate=zulu(NOON - timedelta(seconds=1)))),
    "without a time": job(recordingJobsQuery=query(actionDate=None)),
    "of other kinds of recordings": job(recordingJobsQuery=query(includeScreenRecordings=False)),
    "of fewer conversations": job(recordingJobsQuery=query(**with_ids(*IDS[:2]))),
    "of more conversations": job(recordingJobsQuery=query(**with_ids(*IDS[:3], "x"))),
    "without filters": job(recordingJobsQuery=query(conversationQuery={"interval": "a/b"})),
    "without conversations": job(recordingJobsQuery=query(conversationQuery=None)),
}


def test_job_is_found_among_pending_and_ready_jobs() -> None:
    other = job(id="other", recordingJobsQuery=query(**with_ids(IDS[0])))
    pending, ready = listing([other, job()]), listing([], [other, job()])
    assert [LIFECYCLE.find(ALL, BATCH, PART, each) for each in (pending, ready)] == ["job-1"] * 2
    assert [call.path["state"] for call in ready.calls] == ["PENDING", "READY"]
    assert {call.path["mine"] for call in ready.calls} == {"true"}


@pytest.mark.parametrize("created", [zulu(NOON - timedelta(hours=1)), "today", None])
def test_job_is_recognised_on_any_clock(created: str | None) -> None:
    assert is_found(job(dateCreated=created))


def test_list_is_read_page_by_page() -> None:
    genesys = listing([job(id="o", recordingJobsQuery={})], [job()])
    assert LIFECYCLE.find(ALL, BATCH, PART, genesys) == "job-1"
    assert [call.path["page"] for call in genesys.calls] == ["1", "2"]


@pytest.mark.parametrize("other", OTHERS)
def test_job_with_one_difference_is_not_the_one(other: str) -> None:
    assert not is_found(OTHERS[other])


def test_job_is_recognised_with_other_case_order_and_milliseconds() -> None:
    ids = [each.upper() for each in reversed(IDS[:3])]
    spelled = query(**with_ids(*ids), actionDate="2026-11-21T12:00:00.000Z")
    assert is_found(job(recordingJobsQuery=spelled))


def test_job_of_an_interval_is_recognised_in_any_notation() -> None:
    ends = builders.days_ago(396).isoformat(), builders.days_ago(366).isoformat()
    for interval in (str(INTERVAL.interval), "/".join(ends)):
        assert is_found(with_interval(interval), INTERVAL)


@pytest.mark.parametrize(
    "interval",
    [None, 7, "", "a/b", str(builders.window(397)), f"{INTERVAL.interval}/2026-01-01T00:00:00Z"],
)
def test_job_of_another_interval_is_not_the_one(interval: Any) -> None:
    assert not is_found(with_interval(interval), INTERVAL)


def test_job_by_ids_is_not_the_job_of_their_interval() -> None:
    assert not is_found(job(), INTERVAL)
    assert not is_found(with_interval(str(INTERVAL.interval)), PART)


@pytest.mark.parametrize(("ready", "is_full"), [(0, False), (1, True), (2, True)])
def test_genesys_is_full_with_two_unfinished_jobs_of_any_client(ready: int, is_full: bool) -> None:
    genesys = ScriptedGenesys()
    genesys.on(LIST, {"entities": [job()]}, {"entities": [job()] * ready}, NONE)
    assert LIFECYCLE.is_full(genesys) is is_full
    assert [(call.path["state"], call.path["mine"]) for call in genesys.calls] == [
        ("PENDING", "false"),
        ("READY", "false"),
        ("PROCESSING", "false"),
    ]


def test_endless_list_is_unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MOST_PAGES", 3)
    genesys = ScriptedGenesys()
    genesys.on(LIST, {"entities": [job(id="other", recordingJobsQuery={})]})
    with pytest.raises(UnreadableAnswer, match="more than 3 pages"):
        LIFECYCLE.find(ALL, BATCH, PART, genesys)


def test_list_without_entities_is_unreadable() -> None:
    genesys = ScriptedGenesys()
    genesys.on(LIST, {})
    with pytest.raises(UnreadableAnswer):
        LIFECYCLE.is_full(genesys)


DOUBT = builders.batch(attempt=builders.unanswered())


def surplus(*jobs: Any, batch: Batch = DOUBT, manifest: Sequence[str] = IDS[:3]) -> Sequence[str]:
    return LIFECYCLE.unowned(batch, manifest, listing(list(jobs)))


@pytest.mark.parametrize("ids", [IDS[:3], IDS[1:2]])
def test_job_of_an_unanswered_call_is_surplus(ids: Sequence[str]) -> None:
    """Also for some of the conversations: others may be protected since."""
    assert surplus(job(recordingJobsQuery=query(**with_ids(*ids)))) == ["job-1"]


def test_job_of_an_interval_is_surplus_in_any_notation() -> None:
    interval = INTERVAL.interval
    batch = DOUBT.model_copy(update={"interval": interval})
    assert surplus(with_interval(str(interval)), batch=batch) == ["job-1"]
    assert surplus(with_interval(str(interval))) == []


@pytest.mark.parametrize("other", ["not an object", "empty", "of another time", "without a time"])
def test_job_of_another_call_is_not_surplus(other: str) -> None:
    assert surplus(OTHERS[other]) == []


def test_job_of_other_conversations_is_not_surplus() -> None:
    assert surplus(job(recordingJobsQuery=query(**with_ids(*IDS[:3], "x")))) == []


def test_own_job_of_a_batch_is_not_surplus() -> None:
    assert surplus(job(), batch=DOUBT.model_copy(update={"job_id": "job-1"})) == []


def test_batch_without_a_doubt_has_no_surplus_job() -> None:
    assert surplus(job(), batch=builders.batch(attempt=builders.intended())) == []
