"""Runs a JSONata state machine in this process: moto interprets it and waits take no time.

`HOOKS` lists the private names of moto that this module replaces; all are restored afterwards.
"""

from __future__ import annotations

import json
import logging
import os
import re
import threading
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from heapq import heappop, heappush
from itertools import count
from threading import Condition
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import boto3
import yaml
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.awslambda.exceptions import UnknownFunctionException
from moto.awslambda_simple.models import LambdaSimpleBackend
from moto.stepfunctions.parser.asl.component.common.retry import jitter_strategy_decl, retrier_decl
from moto.stepfunctions.parser.asl.component.eval_component import EvalComponent
from moto.stepfunctions.parser.asl.component.intrinsic import jsonata as intrinsic
from moto.stepfunctions.parser.asl.component.state.exec import execute_state
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.parser.asl.component.state.wait.wait_function import wait_function
from moto.stepfunctions.parser.asl.eval import variable_store
from moto.stepfunctions.parser.asl.jsonata import jsonata as bridge
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker

from tests.workflows.step_functions_jsonata import declare, evaluate

Handler = Callable[[dict[str, Any]], object]
MOTO: Any = {"stepfunctions": {"execute_state_machine": True}, "lambda": {"use_docker": False}}

HOOKS: Mapping[str, tuple[Any, str]] = {
    "parse": (AmazonStateLanguageParser, "parse"),
    "evaluate": (bridge, "_eval_jsonata"),
    "declare variables": (variable_store, "encode_jsonata_variable_declarations"),
    "declare functions": (intrinsic, "_DECLARATION_BY_VARIABLE_REFERENCE"),
    "invoke": (LambdaSimpleBackend, "invoke"),
    "invoke in a task": (lambda_eval_utils, "_invoke_lambda_function"),
    "thread": (execute_state, "Thread"),
    "wait": (wait_function.WaitFunction, "_wait_interval"),
    "retry wait": (retrier_decl, "time"),
    "jitter": (jitter_strategy_decl, "random"),
    "step": (EvalComponent, "eval"),
    "run": (ExecutionWorker, "_execution_logic"),
}


@dataclass(frozen=True)
class Execution:
    """The end of an execution and its steps; seconds are virtual, jitter is at its maximum."""

    status: str
    output: object | None
    error: str | None
    cause: str | None
    waits: tuple[float, ...]
    retry_waits: tuple[float, ...]
    invocations: tuple[tuple[str, Mapping[str, Any]], ...]


@dataclass
class _Trace:
    waits: list[float] = field(default_factory=list)
    retry_waits: list[float] = field(default_factory=list)
    invocations: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)


class _SameThread:
    """Runs the work of a thread at its start."""

    def __init__(self, target: Callable[[], object], *, daemon: bool) -> None:
        assert daemon
        self.start = target


class Engine:
    """Creates state machines and waits for executions; works only inside `step_functions`."""

    def __init__(
        self, handlers: Mapping[str, Handler], on_wait: Callable[[float], None], region: str
    ) -> None:
        self._handlers = handlers
        self._on_wait = on_wait
        # Branches of a Map are threads; the clock goes on only while none of them is in a task.
        self._idle = Condition()
        self._running, self._elapsed = 0, 0.0
        self._wakes: list[tuple[float, int]] = []
        self._waits = count()
        self._client = _client(region)
        self._traces: defaultdict[str, _Trace] = defaultdict(_Trace)
        self._lock = threading.RLock()
        self._thread = threading.local()

    def create(self, name: str, definition: str, substitutions: Mapping[str, str]) -> str:
        """Create a state machine from ASL text (YAML or JSON) and return its ARN.

        Replaces each `${Name}` in the text before parsing; raises KeyError for an unknown name.
        """
        text = re.sub(r"\$\{(\w+)\}", lambda match: substitutions[match[1]], definition)
        asl = _as_json(text)
        role = "arn:aws:iam::123456789012:role/state-machine"
        created = self._client.create_state_machine(name=name, definition=asl, roleArn=role)
        return str(created["stateMachineArn"])

    def execute(
        self, definition: str, substitutions: Mapping[str, str], event: Mapping[str, Any]
    ) -> Execution:
        """Create a state machine, execute it once and wait for the end."""
        name = uuid.uuid4().hex
        arn = self.create(name, definition, substitutions)
        started = self._client.start_execution(
            stateMachineArn=arn, name=name, input=json.dumps(event)
        )
        return self.wait(started["executionArn"])

    def wait(self, execution_arn: str, deadline: float = 120.0) -> Execution:
        """Return an ended execution; raises TimeoutError after `deadline` real seconds."""
        self._client.describe_execution(executionArn=execution_arn)  # fails for an unknown ARN
        trace = self._trace(execution_arn)
        if not trace.ended.wait(deadline):
            raise TimeoutError(f"{execution_arn} has not ended after {deadline} s")
        ended = self._client.describe_execution(executionArn=execution_arn)
        return Execution(
            status=ended["status"],
            output=json.loads(ended.get("output", "null")),
            error=ended.get("error"),
            cause=ended.get("cause"),
            waits=tuple(trace.waits),
            retry_waits=tuple(trace.retry_waits),
            invocations=tuple(trace.invocations),
        )

    def _trace(self, execution_arn: str) -> _Trace:
        with self._lock:
            return self._traces[execution_arn]

    def _here(self) -> _Trace:
        return self._trace(getattr(self._thread, "execution_arn", ""))

    def _pass_time(self, seconds: list[float], wait: float) -> None:
        """Let the time pass on which all threads wait, but never during a task."""
        seconds.append(float(wait))
        with self._idle:
            mine = (self._elapsed + float(wait), next(self._waits))
            heappush(self._wakes, mine)
            # An execution that a task has started runs inside that task.
            outer = self._depth()
            self._running -= outer
            self._idle.wait_for(lambda: not self._running and self._wakes[0] == mine)
            self._running += outer
            heappop(self._wakes)
            passed = max(0.0, mine[0] - self._elapsed)
            self._elapsed += passed
            self._on_wait(passed)
            self._idle.notify_all()

    @contextmanager
    def _task(self) -> Iterator[None]:
        self._thread.depth = self._depth() + 1
        with self._idle:
            self._running += 1
        try:
            yield
        finally:
            self._thread.depth -= 1
            with self._idle:
                self._running -= 1
                self._idle.notify_all()

    def _depth(self) -> int:
        return getattr(self._thread, "depth", 0)

    def _invoke_in_task(self, FunctionName: str, Payload: bytes) -> dict[str, Any]:
        """The answer of `lambda.invoke` with its payload parsed."""
        headers: dict[str, str] = {}
        try:
            payload = json.loads(self._invoke(FunctionName, Payload, headers))
        except UnknownFunctionException as unknown:
            error = {"Code": "ResourceNotFoundException", "Message": str(unknown)}
            answered = {"HTTPStatusCode": 404, "RequestId": "none"}
            refusal: Any = {"Error": error, "ResponseMetadata": answered}
            raise ClientError(refusal, "Invoke") from unknown
        answer = {"StatusCode": 200, "ExecutedVersion": "$LATEST", "Payload": payload}
        failed = headers.get("x-amz-function-error")
        return answer | ({"FunctionError": failed} if failed else {})

    def _invoke(self, function: str, body: str | bytes | None, headers: dict[str, str]) -> bytes:
        name = function.partition(":function:")[2].partition(":")[0] or function
        if name not in self._handlers:
            raise UnknownFunctionException(function)
        payload = json.loads(body or "{}")
        self._here().invocations.append((name, payload))
        try:
            with self._task():
                answer = json.dumps(self._handlers[name](json.loads(body or "{}")))
        except Exception as error:
            logging.getLogger(__name__).exception("%s failed", name)
            headers["x-amz-function-error"] = "Unhandled"
            answer = json.dumps({"errorMessage": str(error), "errorType": type(error).__name__})
        return answer.encode()

    def _replacements(self) -> Mapping[str, object]:
        step, run = getattr(*HOOKS["step"]), getattr(*HOOKS["run"])

        def step_here(component: object, env: Any) -> None:
            context = env.states.context_object.context_object_data
            self._thread.execution_arn = context["Execution"]["Id"]
            step(component, env)

        def run_and_signal(worker: Any) -> None:
            details = worker._evaluation_details  # noqa: SLF001  moto has no public name for the execution
            trace = self._trace(details.execution_details.arn)
            try:
                run(worker)
            finally:
                trace.ended.set()

        return {
            # Parsing takes a third of an execution's time, and its result has no state.
            "parse": _parse,
            "evaluate": evaluate,
            "declare variables": declare,
            "declare functions": {},
            "invoke": lambda _, name, __, body, ___, headers: self._invoke(name, body, headers),
            # A client for each call is slow, and boto3.client is not thread-safe.
            "invoke in a task": lambda parameters, **_: self._invoke_in_task(**parameters),
            # A state has a thread only for its timeout, which passes in real time.
            "thread": _SameThread,
            "wait": lambda *_, **wait: self._pass_time(self._here().waits, wait["wait_seconds"]),
            "retry wait": SimpleNamespace(
                sleep=lambda s: self._pass_time(self._here().retry_waits, s)
            ),
            "jitter": SimpleNamespace(uniform=lambda _, longest: longest),
            "step": step_here,
            "run": run_and_signal,
        }

    @contextmanager
    def hooked(self) -> Iterator[None]:
        """Replace the hooks of moto; at the end restore them and stop all executions."""
        replacements = self._replacements()
        # Each failed state logs its whole state machine; the execution's cause has the same text.
        logger = logging.getLogger("moto.stepfunctions")
        with ExitStack() as stack:
            stack.callback(logger.setLevel, logger.level)
            logger.setLevel(logging.CRITICAL)
            for name, (target, attribute) in HOOKS.items():
                stack.enter_context(patch.object(target, attribute, replacements[name]))
            stack.callback(self._stop_executions)
            yield

    def _stop_executions(self) -> None:
        for arn, trace in list(self._traces.items()):
            if arn and not trace.ended.is_set():
                self._client.stop_execution(executionArn=arn)
                trace.ended.wait(5)


@contextmanager
def step_functions(
    handlers: Mapping[str, Handler], on_wait: Callable[[float], None] = lambda _: None
) -> Iterator[Engine]:
    """Mock AWS with working Step Functions whose Lambda functions are `handlers`, by name.

    `on_wait` receives the seconds of every Wait and every retry; nothing waits in real time.
    """
    region = os.environ.get("AWS_DEFAULT_REGION", "us-east-1")
    with patch.dict(os.environ, AWS_DEFAULT_REGION=region), mock_aws(config=MOTO):
        engine = Engine(handlers, on_wait, region)
        with engine.hooked():
            yield engine


@cache
def _as_json(text: str) -> str:
    return json.dumps(yaml.load(text, yaml.CSafeLoader))


_parse = cache(AmazonStateLanguageParser.parse)


@cache
def _client(region: str) -> Any:
    # Kept for the session: a new client costs 40 ms.
    return boto3.client("stepfunctions", region_name=region)
