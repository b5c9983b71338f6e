"""What a run costs for each job: looks, invocations, state transitions and calls to Genesys."""

from __future__ import annotations

import contextlib
import io
from collections import Counter
from dataclasses import dataclass

import tests.conftest  # noqa: F401 - its import sets the credentials that open nothing
from local.simulator import Corpus, Operation, SimulatorSettings
from tests.application import running
from tests.clock import NOON

LOOP = ("SubmitBatchFunction", "PollBatchFunction", "VerifyBatchFunction")
# A turn of the loop is a task, a wait and a choice; each batch ends with one state more.
STATES_A_TURN, STATES_AT_THE_END = 3, 1
# Nobody can do without one look before, one submit, one look at the job and one look after.
LEAST_CALLS = 4


@dataclass(frozen=True)
class Shape:
    """Figures for each job of a run."""

    polls: float
    invocations: float
    transitions: float
    calls: float


def measure(ids: int = 20_000) -> Shape:
    """The shape of an archive purge of so many eligible ids, waits being virtual."""
    corpus = Corpus.compose(now=NOON, eligible=ids)
    settings = SimulatorSettings(requests_per_second=None)
    with contextlib.redirect_stdout(io.StringIO()), running(corpus, settings) as app:
        run = app.run(
            {
                "method": "conversation_archive",
                "reason": "measuring the shape of a run",
                "conversationIdsFrom": app.put_ids("bench.txt", corpus.ids()),
            }
        )
        if run["outcome"] != "completed":
            raise RuntimeError(f"the measured run ended as {run['outcome']}")
        invoked = Counter(name for name, _ in app.execution(run["runId"]).invocations)
        asked = Counter(request.operation for request in app.simulator.requests)
        jobs = len(app.simulator.jobs)
    turns = sum(invoked[name] for name in LOOP)
    return Shape(
        polls=asked[Operation.POLL] / jobs,
        invocations=sum(invoked.values()) / jobs,
        transitions=(STATES_A_TURN * turns) / jobs + STATES_AT_THE_END,
        calls=(sum(asked.values()) - asked[Operation.TOKEN]) / jobs,
    )
