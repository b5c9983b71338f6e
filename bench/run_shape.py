"""What a run costs for each job: looks, invocations, state transitions and calls to Genesys."""

from __future__ import annotations

import contextlib
import io
from collections import Counter
from dataclasses import dataclass
from typing import Any

import tests.conftest  # noqa: F401 - its import sets the credentials that open nothing
from simulator import Corpus, Operation, SimulatorSettings
from simulator.organisation.live_settings import LiveSettings
from tests.application import Application, running
from tests.builders import recording_job
from tests.clock import NOON

LOOP = ("SubmitBatchFunction", "PollBatchFunction", "VerifyBatchFunction")
# A turn of the loop is a task, a wait and a choice; each batch ends with one state more.
STATES_A_TURN, STATES_AT_THE_END = 3, 1
POLLS = (Operation.POLL, Operation.READ_RECORDING_JOB)
# Nobody can do without one look before, one submit, one look at the job and one look after.
LEAST_CALLS = 4
# Finding the conversations and asking for protection, counting the unfinished jobs in three states,
# creating one, a look at it when it is ready and one when it has ended, its totals, protection
# again, executing it, its counters and its failures.
LEAST_LIVE_CALLS, LEAST_LIVE_LOOKS = 13, 4


@dataclass(frozen=True)
class Shape:
    """Figures for each job of a run; `looks` at single conversations are not among the calls."""

    polls: float
    invocations: float
    transitions: float
    calls: float
    looks: float


def measure(ids: int = 20_000) -> Shape:
    """The shape of an archive purge of so many eligible ids, waits being virtual."""
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
    """The shape of a purge of the recordings of so many conversations, waits being virtual."""
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
    jobs, looks = run["plan"]["batches"], asked[Operation.READ_RECORDING_METADATA]
    turns = sum(invoked[name] for name in LOOP)
    return Shape(
        polls=sum(asked[each] for each in POLLS) / jobs,
        invocations=sum(invoked.values()) / jobs,
        transitions=(STATES_A_TURN * turns) / jobs + STATES_AT_THE_END,
        calls=(sum(asked.values()) - asked[Operation.TOKEN] - looks) / jobs,
        looks=looks / jobs,
    )
