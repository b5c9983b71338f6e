"""Answers that prove nothing or never end: the intent stays, and the next turn reconciles it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from genesys_purge.genesys.bounded_http import LONGEST_ANSWER, SHORTEST_CALL
from genesys_purge.methods.documented.conversation_archive import LOOK_UP, SUBMIT
from genesys_purge.model.batch import BatchState
from genesys_purge.time_left import STORING_SECONDS, time_left

from tests import template
from tests.functions.conftest import Invoke
from tests.lambda_context import Context
from tests.unit.genesys.exchange import Answer, Exchange, Reply
from tests.unit.workbench import Workbench

STEP = {"runId": "run-1", "batch": 0}
ACCEPTED = {"jobId": "job-1"}
UNKNOWN: dict[str, Reply] = {
    **{str(status): Answer(status, ACCEPTED) for status in (101, 303, 307, 425, 499, 503, 507)},
    "an answer that is too long": Answer(202, b" " * (LONGEST_ANSWER + 1)),
    "an answer that is not complete": Answer(202, b"{", (("content-encoding", "gzip"),)),
    "an answer that never ends": httpx.TimeoutException("the deadline has passed"),
    "no job id": Answer(202, {}),
    "no content": Answer(204, b""),
}
TOO_LATE = round((STORING_SECONDS + SHORTEST_CALL) * 1_000) - 1
REFUSED = [400, 403, 404, 405, 413, 415, 422]


def answered(bench: Workbench, reply: Reply) -> Exchange:
    """The real client of the bench, whose submits get this answer."""
    exchange = Exchange(reply, time_left=time_left())

    def submit(_: Mapping[str, Any]) -> Mapping[str, Any]:
        return exchange.delete(operation=SUBMIT)

    bench.genesys.on(SUBMIT, submit)
    return exchange


@pytest.mark.parametrize("reply", UNKNOWN.values(), ids=UNKNOWN)
def test_submit_that_may_be_executed_is_reconciled(
    bench: Workbench, invoke: Invoke, reply: Reply
) -> None:
    bench.planned()
    exchange = answered(bench, reply)
    step = invoke("SubmitBatch", STEP)
    assert (step["next"], step["waitSeconds"]) == ("submit", 15)
    assert (bench.batch.state, bench.batch.attempt.is_uncertain) == (BatchState.SUBMITTING, True)

    bench.genesys.on(LOOK_UP, {"data": []})
    assert invoke("SubmitBatch", step)["next"] == "verify"
    assert bench.facts == ["batch_reconciled"]
    assert len(exchange.calls) == 1


@pytest.mark.parametrize("status", REFUSED)
def test_submit_that_is_surely_refused_is_withdrawn(
    bench: Workbench, invoke: Invoke, status: int
) -> None:
    bench.planned()
    answered(bench, Answer(status))
    with pytest.raises(Exception, match=f"answered {status}"):
        invoke("SubmitBatch", STEP)
    assert (bench.batch.state, bench.batch.attempt.is_uncertain) == (BatchState.PLANNED, False)


def test_submit_without_time_for_an_answer_is_sent_by_the_next_invocation(
    bench: Workbench,
) -> None:
    bench.planned()
    exchange = answered(bench, Answer(202, ACCEPTED))
    handler = template.handler("SubmitBatchFunction")
    late = Context("request-1", remaining_milliseconds=TOO_LATE)
    step = handler(STEP, late)
    assert (step["next"], bench.batch.state) == ("submit", BatchState.PLANNED)
    assert exchange.requests == []
    assert handler(step, Context("request-2"))["next"] == "poll"
    assert len(exchange.calls) == 1
