"""The whole application in virtual time: real handlers, tables and budget, simulated Genesys."""

from __future__ import annotations

import logging
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
from genesys_purge import entrypoint, time_left
from genesys_purge.store.executions import StepFunctionsExecutions
from genesys_purge.wiring import calls

import tests.conftest  # noqa: F401  the import sets credentials without access
from bench.scale.aws_usage import Usage, counted
from bench.scale.disk_bucket import DiskBucket
from bench.scale.schedule import Machine
from bench.scale.virtual_clock import VirtualClock
from simulator import Corpus, SimulatorSettings
from tests import application, template
from tests.application import Application
from tests.lambda_context import Context

MACHINE = "PurgeRunStateMachine"
ENVIRONMENT = {"MAX_RECORDS": "20000000"}


@dataclass(frozen=True)
class Invocation:
    """What an invocation took: virtual seconds of waits, CPU seconds, and calls by service."""

    function: str
    waited: float
    cpu: float
    calls: Mapping[str, int]


class ThreadsTimeLeft(time_left.TimeLeft):
    """The time left of the invocation in each thread; a thread is a function's process."""

    def __init__(self) -> None:
        self._here = threading.local()

    @contextmanager
    def of(self, context: Any) -> Iterator[None]:
        self._here.milliseconds = context.get_remaining_time_in_millis
        yield

    def __call__(self) -> float:
        return float(self._here.milliseconds()) / 1_000 - time_left.STORING_SECONDS


@dataclass(frozen=True)
class InvocationContext(Context):
    """Lambda's context, whose time passes by the virtual clock."""

    seconds_left: Callable[[], float] = field(default=lambda: 0.0)

    @classmethod
    def of(cls, function: str, clock: VirtualClock) -> InvocationContext:
        """The context of an invocation that begins now."""
        end = clock.timeline.now + timeout_of(function)
        return cls("bench", function, seconds_left=lambda: end - clock.timeline.now)

    def get_remaining_time_in_millis(self) -> int:
        return int(1_000 * self.seconds_left())


class Metered(httpx.BaseTransport):
    """A transport whose CPU time is not that of the function that calls it."""

    def __init__(self, inner: httpx.BaseTransport, usage: Usage) -> None:
        self._inner = inner
        self._usage = usage

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        with self._usage.outside("genesys"):
            return self._inner.handle_request(request)


class Deployment:
    """An application whose runs are executed in virtual time."""

    def __init__(self, app: Application, clock: VirtualClock, usage: Usage) -> None:
        self.app = app
        self.clock = clock
        self.usage = usage
        self.invocations: list[Invocation] = []
        # Entered around each invocation of a function.
        self.around: Callable[[str], AbstractContextManager[None]] = lambda _: nullcontext()
        text, substitutions = template.state_machine(MACHINE)
        self.machine = Machine(text, substitutions, self._invoke, clock.timeline)

    def run(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Submit a request, execute its run, and return the run."""
        answers: list[Any] = []

        def submit() -> None:
            answers.append(self._invoke("SubmitPurgeFunction", dict(request)))
            self.machine.start({"runId": answers[0]["runId"]})

        self.clock.timeline.at(0.0, submit)
        self.clock.timeline.run()
        run_id = answers[0]["runId"]
        read = self.app.get("GET /purges/{runId}", {"runId": run_id})
        run: dict[str, Any] = read["body"]
        return run

    def _invoke(self, function: str, payload: Any) -> Any:
        usage, timeline = self.usage, self.clock.timeline
        began, cpu, outside = timeline.now, time.thread_time(), usage.seconds_here
        before = Counter(usage.calls_here)
        try:
            handle = template.handler(function)
            with self.around(function):
                return handle(payload, InvocationContext.of(function, self.clock))
        finally:
            took = timeline.now - began
            if took > timeout_of(function):
                raise RuntimeError(f"{function} took {took:.0f} s, more than its timeout")
            own = time.thread_time() - cpu - (usage.seconds_here - outside)
            called = usage.calls_here - before
            self.invocations.append(Invocation(function, took, own, called))


@contextmanager
def deployed(
    corpus: Corpus,
    settings: SimulatorSettings,
    environment: Mapping[str, str] | None = None,
    *,
    has_budget: bool = True,
    genesys: Callable[[VirtualClock], httpx.BaseTransport] | None = None,
    tables: AbstractContextManager[None] | None = None,
) -> Iterator[Deployment]:
    """The application in virtual time, without its logs.

    Its Genesys is simulated, and its tables are in this process, unless others are given.
    """
    clock, usage, time_of_threads = VirtualClock(), Usage(), ThreadsTimeLeft()
    variables = ENVIRONMENT | dict(environment or {})
    with ExitStack() as stack:
        stack.enter_context(_silence())
        stack.enter_context(patch.object(entrypoint, "time_left", lambda: time_of_threads))
        stack.enter_context(patch.object(calls, "time_left", lambda: time_of_threads))
        # The machine of this module executes the run.
        stack.enter_context(patch.object(StepFunctionsExecutions, "start", lambda *_: None))
        app = stack.enter_context(
            application.running(corpus, settings, clock, variables, has_budget=has_budget)
        )
        stack.enter_context(tables or nullcontext())
        bucket = DiskBucket(Path(stack.enter_context(tempfile.TemporaryDirectory())))
        stack.enter_context(counted(usage, bucket))
        transport = genesys(clock) if genesys else app.simulator.transport()
        http = httpx.Client(transport=Metered(transport, usage))
        stack.enter_context(patch.object(calls, "http_client", lambda: http))
        yield Deployment(app, clock, usage)


def timeout_of(function: str) -> int:
    """The seconds that an invocation of a function may take."""
    return int(_property(function, "Timeout"))


def memory_of(function: str) -> int:
    """The memory of a function in MB."""
    return int(_property(function, "MemorySize"))


def _property(function: str, name: str) -> Any:
    own = template.resources("AWS::Serverless::Function")[function]
    return own.get(name, template.template()["Globals"]["Function"][name])


@contextmanager
def _silence() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)
