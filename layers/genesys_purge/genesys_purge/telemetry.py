"""Logs and metrics: built once, written as JSON lines, free of personal data."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.metrics import EphemeralMetrics

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

SERVICE = "genesys-purge"
NAMESPACE = "GenesysPurge"
# The dimension of the organisation that requests need not name.
DEFAULT = "default"
# Where an event has its correlation id, as JMESPath.
HTTP_CALL = correlation_paths.API_GATEWAY_HTTP
BUS_EVENT = f'"detail-type" && {correlation_paths.EVENT_BRIDGE}'
STEP = "runId || deploymentId"
ANY_CAUSE = f"({BUS_EVENT}) || {STEP}"
# Ids of API Gateway, EventBridge, SQS and runs look like this; names and addresses do not.
IS_ID = re.compile(r"[A-Za-z0-9:_=-]{1,128}").fullmatch

R = TypeVar("R")


@cache
def logger() -> Logger:
    """The process's logger; it is given named values, never events or bodies."""
    return Logger(service=SERVICE, log_uncaught_exceptions=False)


def observed(call: Callable[[], R], event: Any, context: LambdaContext, path: str = "") -> R:
    """What `call` returns; its log lines have the function's context and the event's id at `path`.

    A caller may put anything there, so `correlate` drops what does not look like an id.
    """
    observe: Callable[[Any, LambdaContext, Callable[[], R]], R] = _observer(path)
    return observe(event, context, call)


@cache
def _observer(path: str) -> Callable[..., Any]:
    """Decorated once for each path: decorating costs as much as a call."""

    def handle(_event: Any, _context: LambdaContext, call: Callable[[], Any]) -> Any:
        found = logger().get_correlation_id()
        if found is not None:
            correlate(found)
        return call()

    return logger().inject_lambda_context(
        handle, log_event=False, correlation_id_path=path or None, clear_state=True
    )


def correlate(found: object) -> None:
    """Give this correlation id to all later log lines; none where it does not look like an id."""
    logger().set_correlation_id(found if isinstance(found, str) and IS_ID(found) else None)


def progress(number: int, total: int, state: str) -> None:
    """Implements `Progress`: one line of the log."""
    logger().info("batch", extra={"batch": number, "batches": total, "state": state})


class EmfMeter:
    """Implements the `Meter` port in CloudWatch's embedded metric format.

    Each metric is written for the stack, which alarms watch, and again by method and organisation
    where it has a method.
    """

    def __init__(self, stack: str) -> None:
        self._stack = stack

    def count(
        self,
        name: str,
        value: float = 1,
        *,
        method: str | None = None,
        organisation: str | None = None,
    ) -> None:
        _emitter(self._stack, method, organisation).add_metric(name, "Count", value)

    def seconds(
        self,
        name: str,
        value: float,
        *,
        method: str | None = None,
        organisation: str | None = None,
    ) -> None:
        _emitter(self._stack, method, organisation).add_metric(name, "Seconds", value)


class Emitter(EphemeralMetrics):
    """The metrics of one combination of dimensions; a flush keeps the dimensions."""

    def __init__(self, stack: str, method: str | None, organisation: str | None) -> None:
        shared = {"service": SERVICE, "stack": stack}
        super().__init__(namespace=NAMESPACE, default_dimensions=shared)
        self._detail: dict[str, str] = {}
        if method:
            self._detail = {"method": method, "organisation": organisation or DEFAULT}
        self._add_detail()

    def clear_metrics(self) -> None:
        super().clear_metrics()
        self._add_detail()

    def _add_detail(self) -> None:
        if self._detail:
            self.add_dimensions(**self._detail)


# All metrics of an emitter have its dimensions, so each combination has an emitter.
_emitters: dict[tuple[str, str | None, str | None], Emitter] = {}


def _emitter(stack: str, method: str | None, organisation: str | None) -> Emitter:
    key = (stack, method, organisation)
    if key not in _emitters:
        _emitters[key] = Emitter(*key)
    return _emitters[key]


def flush() -> None:
    """Write the metrics of this invocation, if there are any."""
    for emitter in _emitters.values():
        if emitter.metric_set:
            emitter.flush_metrics()
