"""Logs and metrics: built once, written as JSON lines, free of personal data."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import orjson
from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

SERVICE = "genesys-purge"
NAMESPACE = "GenesysPurge"
# The dimension of the organisation that requests need not name.
DEFAULT = "default"
# The keys of what a log line is about.
SUBJECT = ("run_id", "batch", "organisation", "deployment_id", "rule_id")
# Ids of API Gateway, EventBridge, SQS and runs look like this; names and addresses do not. A run id
# has at most 80 characters.
IS_ID = re.compile(r"[A-Za-z0-9:_=-]{1,80}").fullmatch

R = TypeVar("R")


@cache
def logger() -> Logger:
    """The process's logger; it is given named values, never events or bodies."""
    return Logger(service=SERVICE, log_uncaught_exceptions=False)


def observed(
    call: Callable[[], R], context: LambdaContext, cause: object = None, **subject: object
) -> R:
    """What `call` returns; its log lines have the function's context, `cause` and the subject."""

    def correlated() -> R:
        correlate(cause)
        about(**subject)
        return call()

    observe: Callable[[None, LambdaContext, Callable[[], R]], R] = _observer()
    return observe(None, context, correlated)


@cache
def _observer() -> Callable[..., Any]:
    """Decorated once, because decorating costs as much as a call; it never sees an event."""

    def handle(_event: None, _context: LambdaContext, call: Callable[[], Any]) -> Any:
        return call()

    return logger().inject_lambda_context(handle, log_event=False, clear_state=True)


def correlate(cause: object) -> None:
    """Give this correlation id to all later log lines, which are about nothing else yet.

    Any caller may put any text into an event, and names and addresses are not logged.
    """
    logger().remove_keys(SUBJECT)
    logger().set_correlation_id(cause if isinstance(cause, str) and IS_ID(cause) else None)


def about(**subject: object) -> None:
    """Say in all later log lines what they are about; text that is no id is left out."""
    known = {name: value for name, value in subject.items() if _is_loggable(value)}
    logger().append_keys(**known)


def found(organisation: str | None, **owner: str) -> None:
    """Add the organisation of a stored run or deployment, unless the lines are about another."""
    current = logger().get_current_keys()
    if all(current.get(name, value) == value for name, value in owner.items()):
        about(**owner, organisation=organisation or DEFAULT)


@contextmanager
def part(cause: object, **subject: object) -> Iterator[None]:
    """A piece of an invocation with a correlation id and a subject of its own."""
    before = dict(logger().get_current_keys())
    correlate(cause)
    about(**subject)
    try:
        yield
    finally:
        correlate(before.get("correlation_id"))
        about(**{name: before.get(name) for name in SUBJECT})


def _is_loggable(value: object) -> bool:
    return type(value) is int or (isinstance(value, str) and IS_ID(value) is not None)


def progress(number: int, total: int, state: str) -> None:
    """Implements `Progress`: one line of the log."""
    logger().info("batch", extra={"batch": number, "batches": total, "state": state})


def polled(
    batch: int,
    batches: int,
    poll: int,
    status: str,
    *,
    purged: int | None,
    percent: int | None,
) -> None:
    """Implements `Polled`: one line of the log, without the numbers that Genesys did not report."""
    counts = {"purged_so_far": purged, "percent": percent}
    known = {name: value for name, value in counts.items() if value is not None}
    shown = {"batch": batch, "batches": batches, "poll": poll, "status": status}
    logger().info("poll", extra=shown | known)


class EmfMeter:
    """Implements the `Meter` port in CloudWatch's embedded metric format.

    Each metric is written for the stack, which alarms watch. It is written again by method and
    organisation if it has a method, and by organisation if it has only that.
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


# All metrics of an emitter have its dimensions, so each combination has an emitter.
_emitters: dict[tuple[str, str | None, str | None], EphemeralMetrics] = {}


def _emitter(stack: str, method: str | None, organisation: str | None) -> EphemeralMetrics:
    key = (stack, method, organisation)
    if key not in _emitters:
        shared = {"service": SERVICE, "stack": stack}
        emitter = EphemeralMetrics(namespace=NAMESPACE, default_dimensions=shared)
        if method:
            emitter.add_dimensions(method=method, organisation=organisation or DEFAULT)
        elif organisation:
            emitter.add_dimensions(organisation=organisation)
        _emitters[key] = emitter
    return _emitters[key]


def flush() -> None:
    """Write the metrics of this invocation, if there are any.

    `flush_metrics` of the library would forget the dimensions too.
    """
    for emitter in _emitters.values():
        if emitter.metric_set:
            print(orjson.dumps(emitter.serialize_metric_set()).decode())
            emitter.metric_set.clear()
