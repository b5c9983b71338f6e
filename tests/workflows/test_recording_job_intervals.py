"""Recordings over five years old, purged by intervals on the real state machine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from simulator import Conversation, Corpus
from simulator.live.recording_jobs.job import RecordingJobState
from simulator.live.recordings.recording import FileState
from tests.application import Application, running
from tests.builders import days_ago, recording_job, uuids
from tests.workflows.recorded_calls import SETTINGS
from tests.workflows.run_checks import statuses

IDS, LONG = uuids(20), uuids(1, series=1)[0]
PROTECTED = uuids(1, series=2)[0]
# Midnight in UTC, because the corpus is made at noon.
FIRST, SECOND = 2_400.5, 2_300.5


def call(conversation_id: str, days: float, **fields: Any) -> Conversation:
    """A call of one hour that began `days` ago."""
    start = days_ago(days)
    return Conversation(conversation_id, start=start, end=start + timedelta(hours=1), **fields)


def corpus() -> Corpus:
    """Two periods of ten calls, one a day.

    A protected call is on the third day of the first period. A call of three months covers the
    second period.
    """
    calls = [call(each, FIRST - 0.25 - n) for n, each in enumerate(IDS[:10])]
    calls += [call(each, SECOND - 0.25 - n) for n, each in enumerate(IDS[10:])]
    calls.append(call(PROTECTED, FIRST - 2.5, legal_hold=True))
    long = Conversation(LONG, start=days_ago(SECOND + 60), end=days_ago(SECOND - 30))
    return Corpus.of([*calls, long])


def request(oldest: float) -> dict[str, Any]:
    window = {"start": days_ago(oldest).isoformat(), "end": days_ago(oldest - 10).isoformat()}
    return recording_job(dateRange=window)


@pytest.fixture(scope="module")
def app() -> Iterator[Application]:
    with running(corpus(), SETTINGS, environment={"BATCH_SIZE": "5"}) as app:
        yield app


def test_intervals_exclude_the_days_of_held_and_protected_calls(app: Application) -> None:
    app.put_hold(
        holdId="case-17",
        reason="r",
        placedBy="legal",
        placedAt="2026-11-20T00:00:00Z",
        conversationIds={IDS[6]},
    )

    run = app.run(request(FIRST))

    assert run["outcome"] == "completed"
    assert run["plan"]["skipped"] == {"legal_hold": 1, "protected": 1, "day_closed": 1}
    gone = {
        each.conversation_id
        for each in app.simulator.recordings
        if each.file_state is FileState.DELETED
    }
    assert gone == {*IDS[0:2], *IDS[3:6], *IDS[7:10]}
    records = app.records(run["runId"])
    skipped = {each["conversationId"]: each["reason"] for each in records if "reason" in each}
    assert skipped == {IDS[2]: "day_closed", IDS[6]: "legal_hold", PROTECTED: "protected"}
    deleted = {each["conversationId"] for each in records if each["outcome"] == "deleted"}
    assert deleted == gone
    jobs = app.simulator.recording_jobs
    assert [job.query.conversation_query for job in jobs] == [None] * 3
    assert run["totals"]["deleted"] == sum(len(job.processed_ids) for job in jobs)
    submitted = [
        each["window"] for each in app.audit(run["runId"]) if each["action"] == "batch_submitted"
    ]
    assert all(each["start"].startswith("2020-") for each in submitted)


def test_job_with_a_call_that_the_plan_missed_is_cut_and_cancelled(app: Application) -> None:
    before = [each.file_state for each in app.simulator.recordings]

    run = app.run(request(SECOND))

    assert (run["outcome"], statuses(run)) == ("failed", ["failed"])
    for batch in run["batches"]:
        assert "2 conversations, but the plan has 1" in batch["detail"]
        assert "is cancelled" in batch["detail"]
    assert [each.file_state for each in app.simulator.recordings] == before
    mine = {each["jobId"] for each in app.audit(run["runId"]) if "jobId" in each}
    states = {job.state for job in app.simulator.recording_jobs if job.job_id in mine}
    assert (states, len(mine)) == ({RecordingJobState.CANCELLED}, 19)
