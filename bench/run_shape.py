"""The cost of a run per job: polls, invocations, state transitions and calls to Genesys."""

from __future__ import annotations

import contextlib
import io
from collections import Counter
from dataclasses import dataclass
from typing import Any

import tests.conftest  # noqa: F401  the import sets credentials without access
from simulator import Corpus, Operation, SimulatorSettings
from simulator.organisation.live_settings import LiveSettings
from tests.application import Application, running
from tests.builders import recording_job
from tests.clock import NOON

LOOP = ("SubmitBatchFunction", "PollBatchFunction", "VerifyBatchFunction")
# Each turn of the loop is a task, a wait and a choice; each batch ends with one more state.
STATES_A_TURN, STATES_AT_THE_END = 3, 1
POLLS = (Operation.POLL, Operation.READ_RECORDING_JOB)
# The minimum is one query before, one submit, one poll and one query after.
LEAST_CALLS = 4
# The minimum of a recording job: find the conversations, check their protection, count the
# unfinished jobs in three states, create the job, poll until it is ready, read its totals, check
# the protection again, execute the job, poll until it ends, read its counters and its failures.
LEAST_LIVE_CALLS, LEAST_LIVE_POLLS = 13, 4


@dataclass(frozen=True)
class Shape:
    """Figures per job of a run; `calls` does not include the `verifications` of conversations."""

    polls: float
    invocations: float
    transitions: float
    calls: float
    verifications: float


def measure(ids: int = 20_000) -> Shape:
    """The shape of an archive purge of this number of eligible ids; waits are virtual."""
    corpus = Corpus.compose(now=NOON, eligible=ids)
    settings = SimulatorSettings(requests_per_second=None)
    with contextlib.redirect_stdout(io.StringIO()), running(corpus, settings) as app:
        url = app.put_ids("bench.txt", corpus.ids())
        return _shape(
            app,
            {
                "method": "conversation_archive",
                "reason": "measuring the shape of a run",
                "conversationIdsFrom": url,
            },
        )


def measure_recording_jobs(conversations: int = 1_000) -> Shape:
    """The shape of a recording job purge of this number of conversations; waits are virtual."""
    corpus = Corpus.compose(now=NOON, eligible=conversations, span_days=25)
    live = LiveSettings(requests_per_minute=None)
    settings = SimulatorSettings(requests_per_second=None, live=live)
    with contextlib.redirect_stdout(io.StringIO()), running(corpus, settings) as app:
        return _shape(app, recording_job(dateRange={"olderThanDays": 365, "lookbackDays": 730}))


def _shape(app: Application, request: dict[str, Any]) -> Shape:
    run = app.run(request)
    if run["outcome"] != "completed":
        raise RuntimeError(f"the measured run ended as {run['outcome']}")
    invoked = Counter(name for name, _ in app.execution(run["runId"]).invocations)
    asked = Counter(request.operation for request in app.simulator.requests)
    jobs, verifications = run["plan"]["batches"], asked[Operation.READ_RECORDING_METADATA]
    turns = sum(invoked[name] for name in LOOP)
    return Shape(
        polls=sum(asked[each] for each in POLLS) / jobs,
        invocations=sum(invoked.values()) / jobs,
        transitions=(STATES_A_TURN * turns) / jobs + STATES_AT_THE_END,
        calls=(sum(asked.values()) - asked[Operation.TOKEN] - verifications) / jobs,
        verifications=verifications / jobs,
    )
