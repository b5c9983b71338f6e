"""Faults that are known and not fixed: each test fails until its fault is."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

import httpx
import pytest
from genesys_purge.calling.pace import Pace
from genesys_purge.errors import JobLost, OutcomeUnknown, TryLater
from genesys_purge.genesys.bounded_http import BoundedHttp
from genesys_purge.genesys.client import GenesysClient
from genesys_purge.genesys.oauth import Credentials, Tokens
from genesys_purge.methods.contract import Part
from genesys_purge.methods.documented.conversation_archive import LOOK_UP, SUBMIT
from genesys_purge.methods.recording_job.request import RecordingJobRequest
from genesys_purge.methods.recording_job.two_step import CREATE, LIST, STATUS, TwoStep
from genesys_purge.model.batch import BatchState
from genesys_purge.model.messages import Next

from tests import builders
from tests.clock import NOON, Clock
from tests.unit.purging import recording_batch
from tests.unit.workbench import Workbench

NONE: dict[str, Any] = {"entities": []}
WEEK, FUNCTION_SECONDS, STORING_SECONDS = timedelta(days=7), 60, 5


def is_open(reason: str) -> pytest.MarkDecorator:
    return pytest.mark.xfail(strict=True, raises=AssertionError, reason=reason)


@is_open("a job is recognised by its ids and the second of its intent, not by its run")
def test_job_of_another_run_is_not_adopted(bench: Workbench) -> None:
    """Another run created a job for the same conversations in the same second."""
    step = recording_batch.planned(bench)
    bench.genesys.on(LIST, NONE)
    bench.genesys.on(CREATE, OutcomeUnknown("lost"))
    step = bench.submit_batch(step)
    foreign = {"id": "job-of-run-2", "recordingJobsQuery": bench.genesys.deletions[-1]}
    bench.genesys.on(LIST, {"entities": [foreign]}, NONE)
    bench.submit_batch(step)
    assert bench.batch.job_id != "job-of-run-2"


@is_open("patience for a slot is the job's time limit times all batches of the run")
def test_batch_of_a_large_run_waits_for_slots_at_most_a_week(bench: Workbench) -> None:
    """Two jobs of other clients wait for their confirmation for ever."""
    batch = builders.batch(planned=3, total=1_000)
    request = builders.recording_job()
    step = bench.planned(batch, request=request, entries=recording_batch.entries(3))
    bench.genesys.on(LIST, {"entities": [{"id": "foreign-1"}, {"id": "foreign-2"}]})
    while step.next is not Next.DONE and bench.clock() < NOON + WEEK:
        step = bench.submit_batch(step)
        bench.clock.wait(step.wait_seconds)
    assert bench.batch.state is BatchState.GAVE_UP


@is_open("whether a new job may appear also depends on the message")
def test_new_job_is_not_lost_because_of_an_old_message(bench: Workbench) -> None:
    step = recording_batch.planned(bench)
    bench.genesys.on(LIST, NONE)
    bench.genesys.on(CREATE, {"id": "job-1"})
    bench.genesys.on(STATUS, JobLost("404"))
    old = bench.submit_batch(step).model_copy(update={"waited_seconds": 3_000})
    bench.poll_batch(old)
    assert bench.batch.state is BatchState.SUBMITTED


@is_open("only the plan reads `legal_hold`; then Genesys must refuse the call")
def test_archive_reads_holds_of_genesys_again(bench: Workbench) -> None:
    step = bench.planned()
    held = {"conversationEnd": "2020-01-01T00:00:00Z", "customAttributes": {"legal_hold": True}}
    rows = [{"conversationId": each} | held for each in builders.conversation_ids(10)]
    bench.genesys.on(LOOK_UP, {"data": rows})
    bench.genesys.on(SUBMIT, {"jobId": "job-1"})
    bench.submit_batch(step)
    assert bench.genesys.deletions == []


@is_open("100 reads of metadata do not fit into one invocation, and each one starts again")
@pytest.mark.parametrize(("rate", "latency"), [(4.5, 0.5), (2.0, 0.05)])
def test_slow_genesys_lets_a_batch_be_checked_in_one_turn(rate: float, latency: float) -> None:
    clock = Clock()

    def elapsed() -> float:
        return (clock() - NOON).total_seconds()

    def answer(request: httpx.Request) -> httpx.Response:
        clock.wait(latency)
        body = b'{"access_token": "t", "expires_in": 3600}'
        if request.url.path != "/oauth/token":
            body = b'[{"fileState": "AVAILABLE"}]'
        return httpx.Response(200, stream=httpx.ByteStream(body))

    http = BoundedHttp(
        httpx.Client(transport=httpx.MockTransport(answer)),
        lambda: FUNCTION_SECONDS - STORING_SECONDS - elapsed(),
    )
    tokens = Tokens(http, "https://login.test", lambda *, fresh: Credentials("c", "s"), clock)
    pace = Pace(rate, clock=elapsed, sleep=clock.wait)
    client = GenesysClient(
        http, "https://api.test", tokens, lambda send: send(), clock, pace, sleep=clock.wait
    )
    request = RecordingJobRequest.parse(builders.recording_job(includeScreenRecordings=False))
    part = Part(None, builders.uuids(100))
    found = 0
    with suppress(TryLater):
        found = TwoStep().present(request, part, client).conversations
    assert found == 100
