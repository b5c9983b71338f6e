"""Kills a deployment at each distinct moment: before or after a write or a call."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import httpx
from genesys_purge.campaign_rules.deploying.deployment import Deployment
from genesys_purge.campaign_rules.deploying.deployment_steps import Step

from tests.unit.campaign_rules.deploying.bench import CALL_SECONDS, DeployBench, Killed

Rules = Mapping[str, Any]
CHANGING = ("POST", "PUT", "DELETE")
IDS = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")


class Prepared(NamedTuple):
    """A submitted deployment that has not started."""

    bench: DeployBench
    deployment_id: str

    def drive(self, stops: Callable[[], bool] = lambda: False) -> str:
        return self.bench.drive(self.bench.executions.started[self.deployment_id], stops)

    @property
    def outcome(self) -> str:
        return self.bench.deployments.get(self.deployment_id).outcome or ""


class Moments:
    """Names every moment of a deployment by the transition that it belongs to.

    Moments with equal names repeat the same transition for another rule.
    """

    def __init__(self, bench: DeployBench) -> None:
        self.names: list[tuple[Hashable, ...]] = []
        self._last: Deployment | None = None
        self._transition: Hashable = None
        self._bench = bench
        bench.deployments.around_write = self._written
        bench.around_call = self._called

    def _written(self, deployment: Deployment) -> None:
        if self._last is None or self._last.version != deployment.version:
            self._transition = _transition(self._last, deployment)
            self._last = deployment
        self._reached("write", self._transition)

    def _called(self, request: httpx.Request) -> None:
        self._reached(request.method, IDS.sub("", request.url.path), self._transition)

    def _reached(self, *name: Hashable) -> None:
        """The second moment of a name in a row is the one after it."""
        is_after = bool(self.names) and self.names[-1] == (*name, "before")
        self.names.append((*name, "after" if is_after else "before"))


def _transition(old: Deployment | None, new: Deployment) -> Hashable:
    is_planned = old is not None and len(old.steps) == len(new.steps)
    before: Iterable[Step | None] = old.steps if old and is_planned else [None] * len(new.steps)
    changed = zip(before, new.steps, strict=True)
    steps = frozenset((_view(one), _view(other)) for one, other in changed if one != other)
    return (new.status, new.recoveries, steps)


def _view(step: Step | None) -> Hashable:
    if step is None:
        return None
    calls = step.attempt
    kind = (step.action, step.parked_at is not None, step.stage)
    return (step.state, kind, calls.is_open, calls.is_uncertain)


class Death(Moments):
    """Kills the process at one moment."""

    def __init__(self, bench: DeployBench, moment: int) -> None:
        super().__init__(bench)
        self.happened = False
        self.is_over = False
        self._moment = moment

    def stops(self) -> bool:
        """Whether the execution is aborted: once the process has died."""
        return self.happened

    def _reached(self, *name: Hashable) -> None:
        super()._reached(*name)
        if len(self.names) - 1 == self._moment and not self.is_over:
            self.happened = True
            raise Killed


class Late(Death):
    """Kills the process; the call that it was about to send takes effect later."""

    def __init__(self, bench: DeployBench, moment: int) -> None:
        super().__init__(bench, moment)
        self._lost: httpx.Request | None = None
        bench.on_wait = self._land

    def _called(self, request: httpx.Request) -> None:
        try:
            super()._called(request)
        except Killed:
            self._lost = request
            raise

    def _land(self, seconds: float) -> None:
        if self._lost and seconds > CALL_SECONDS / 2:
            self._bench.simulator.transport().handle_request(self._lost)
            self._lost = None


def deaths(prepare: Callable[[], Prepared]) -> list[int]:
    """The first moment of each transition after a write or a changing call.

    A death before a write or a call leaves the same state as a death after the moment before it,
    and a read changes nothing.
    """
    return _first_moments(prepare, lambda verb, side: side == "after" and verb != "GET")


def lost_calls(prepare: Callable[[], Prepared]) -> list[int]:
    """The first moment of each transition before a changing call."""
    return _first_moments(prepare, lambda verb, side: side == "before" and verb in CHANGING)


def _first_moments(
    prepare: Callable[[], Prepared], counts: Callable[[Hashable, Hashable], bool]
) -> list[int]:
    prepared = prepare()
    moments = Moments(prepared.bench)
    prepared.drive()
    first: dict[Hashable, int] = {}
    for number, name in enumerate(moments.names):
        if counts(name[0], name[-1]):
            first.setdefault(name, number)
    return sorted(first.values())


def sampled(moments: list[int], step: int) -> Iterator[int]:
    """Every `step`-th moment, and the last one."""
    yield from sorted({*moments[::step], moments[-1]})


def expected(
    outcome: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Mapping[str, Any]:
    """What Genesys must have after that outcome."""
    return {"deployed": after, "unchanged": after, "rolled_back": before, "failed": before}[outcome]
