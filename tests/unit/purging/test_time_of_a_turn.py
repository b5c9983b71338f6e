"""A turn that reads much fits into its function, and a late sending into its lease."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from genesys_purge.calling.deleting import LATEST_SENDING, Deleting
from genesys_purge.calling.pace import IN_BULK, Pace
from genesys_purge.calling.permit import Permit
from genesys_purge.errors import PermitExpired
from genesys_purge.genesys.bounded_http import BoundedHttp
from genesys_purge.genesys.client import GenesysClient
from genesys_purge.genesys.oauth import Credentials, Tokens
from genesys_purge.methods.contract import Part
from genesys_purge.methods.recording_job.request import RecordingJobRequest
from genesys_purge.methods.recording_job.two_step import LIST, TwoStep
from genesys_purge.model.batch import BatchState
from genesys_purge.model.messages import Next
from genesys_purge.operation import Authorise, DeletingCall
from genesys_purge.time_left import STORING_SECONDS

from tests import builders, template
from tests.clock import NOON, Clock
from tests.fakes import MemoryBudget
from tests.network_fakes import answering
from tests.scripted_genesys import ScriptedGenesys
from tests.unit.genesys.exchange import DELETE
from tests.unit.purging import recording_batch
from tests.unit.workbench import Workbench

WEEK = timedelta(days=7)


def client(clock: Clock, rate: float, latency: float, seconds: float) -> GenesysClient:
    """A client of a function with so many seconds, and a Genesys that answers slowly."""

    def elapsed() -> float:
        return (clock() - NOON).total_seconds()

    def answer(request: httpx.Request) -> httpx.Response:
        clock.wait(latency)
        if request.url.path == "/oauth/token":
            return httpx.Response(200, json={"access_token": "t", "expires_in": 3_600})
        return httpx.Response(200, json=[{"fileState": "AVAILABLE"}])

    def credentials(*, fresh: bool) -> Credentials:  # noqa: ARG001  the port's signature
        return Credentials("client", "secret")

    http = BoundedHttp(answering(answer), lambda: seconds - STORING_SECONDS - elapsed())
    tokens = Tokens(http, "https://login.test", credentials, clock)
    pace = Pace(MemoryBudget(), rate, IN_BULK, clock, clock.wait, http.has_time_after)
    url = "https://api.test"
    return GenesysClient(http, url, tokens, lambda send: send(), clock, pace.wait, sleep=clock.wait)


@pytest.mark.parametrize("function", ["SubmitBatch", "VerifyBatch"])
@pytest.mark.parametrize(("rate", "latency"), [(4.5, 2.0), (0.5, 0.1)])
def test_metadata_of_a_batch_are_read_in_one_turn(
    function: str, rate: float, latency: float
) -> None:
    properties = template.resources("AWS::Serverless::Function")[f"{function}Function"]
    genesys = client(Clock(), rate, latency, properties["Timeout"])
    request = RecordingJobRequest.parse(builders.recording_job(includeScreenRecordings=False))
    part = Part(None, builders.uuids(100))
    assert TwoStep().present(request, part, genesys).conversations == 100


def test_batch_of_a_large_run_waits_for_a_slot_for_a_week_at_most(bench: Workbench) -> None:
    """The two jobs of other clients never end."""
    batch = builders.batch(planned=3, total=1_000)
    entries = recording_batch.entries(3)
    step = bench.planned(batch, request=builders.recording_job(), entries=entries)
    bench.genesys.on(LIST, {"entities": [{"id": "foreign-1"}, {"id": "foreign-2"}]})
    bench.submit_batch(step)
    bench.clock.wait(WEEK.total_seconds())
    assert bench.submit_batch(step).next is Next.SUBMIT
    bench.clock.wait(1)
    assert bench.submit_batch(step).next is Next.DONE
    assert bench.batch.state is BatchState.GAVE_UP


class RefusingOnce(ScriptedGenesys):
    """Refuses the first token, and takes some time to renew it."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        super().__init__()
        self._clock, self._seconds = clock, seconds

    def delete(self, call: DeletingCall, authorise: Authorise) -> Any:
        authorise()
        self._clock.wait(self._seconds)
        return super().delete(call, authorise)


@pytest.mark.parametrize(("late", "sends"), [(0.0, 1), (0.001, 0)])
def test_second_sending_needs_a_young_intent(late: float, sends: int) -> None:
    clock = Clock()
    genesys = RefusingOnce(clock, LATEST_SENDING.total_seconds() + late)
    genesys.on(DELETE, {"id": "job-1"})
    intent = builders.batch(attempt=builders.intended(at=NOON))
    deleting = Deleting(lambda: intent, lambda _: Permit("run-1", 0, 1, clock()))
    call = DeletingCall(DELETE, lambda _: {}, result=lambda answer: str(answer["id"]))
    if sends:
        assert deleting.send(call, genesys) == "job-1"
    else:
        with pytest.raises(PermitExpired, match="needs a new intent"):
            deleting.send(call, genesys)
    assert len(genesys.deletions) == sends
