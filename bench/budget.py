"""The cost of a call within the request budget, compared with one `put_item`."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

from genesys_purge.calling.pace import IN_BULK, SOON, Pace
from genesys_purge.model.platform import DOCUMENTED
from genesys_purge.store.budget import EPOCH, DynamoBudget
from genesys_purge.wiring import adapters

import tests.conftest  # noqa: F401  the import sets credentials without access
from bench.webhook import Service
from tests import template, wiring_caches

PER_SECOND = 8.0
# A plan calls all the time; a poll is the only call of its process for a while.
RESTS = {"plan": 0.05, "poll": 20.0}
BOUNDS = {"plan": 0.3, "poll": 1.5}


class Line(DynamoBudget):
    """Takes the writes of a real line, whose answers start each slice at once."""

    def book(self, seconds: float, at: datetime, ahead: float) -> datetime:
        super().book(seconds, at, ahead)
        return at


def measure(rounds: int = 60, calls: int = 80) -> tuple[dict[str, float], dict[str, float]]:
    """The CPU seconds for each call, as the minimum of all rounds, and the writes for each call."""
    free_at = str((datetime(2026, 11, 21, tzinfo=UTC) - EPOCH) // timedelta(microseconds=1))
    answer = {"Attributes": {"freeAt": {"N": free_at}}}
    with (
        patch.dict("os.environ", template.environment()),
        Service(adapters.aws("dynamodb"), answer) as dynamodb,
    ):
        wiring_caches.forget()
        programs = {
            name: _program(rest, IN_BULK if name == "plan" else SOON)
            for name, rest in RESTS.items()
        }
        programs["put_item"] = _put_item
        measured: dict[str, list[float]] = {name: [] for name in programs}
        writes: dict[str, float] = {}
        for _ in range(rounds):
            for name, call in programs.items():
                before = dynamodb.requests
                measured[name].append(_seconds(call, calls))
                writes[name] = (dynamodb.requests - before) / calls
        wiring_caches.forget()
    return {name: min(each) for name, each in measured.items()}, writes


def print_budget() -> bool:
    """Print the cost of a call; returns whether each is within its bound."""
    cost, writes = measure()
    ratios = {name: cost[name] / cost["put_item"] for name in BOUNDS}
    print("A call within the request budget: minimum CPU of 60 rounds, in stubbed put_items")
    for name, ratio in ratios.items():
        late = "  above the bound" if ratio > BOUNDS[name] else ""
        print(f"{name:<15}{ratio:6.2f}  (bound {BOUNDS[name]})  {writes[name]:.2f} writes{late}")
    print()
    return all(ratio <= BOUNDS[name] for name, ratio in ratios.items())


def _program(rest: float, ahead: float) -> Callable[[], Any]:
    """Waits for one call after another; time passes by waits and by the rests between calls."""
    now = [datetime(2026, 11, 21, tzinfo=UTC)]

    def wait(seconds: float) -> None:
        now[0] += timedelta(seconds=seconds)

    table = adapters.settings().tables.circuit
    line = Line(adapters.aws("dynamodb"), table, "", DOCUMENTED)
    pace = Pace(line, PER_SECOND, ahead, lambda: now[0], wait, lambda _: True)

    def call() -> None:
        pace.wait()
        wait(rest)

    return call


def _put_item() -> None:
    item: Any = {"id": {"S": "bench"}, "freeAt": {"N": "1"}}
    adapters.aws("dynamodb").put_item(
        TableName="CircuitTable", Item=item, ConditionExpression="attribute_not_exists(id)"
    )


def _seconds(call: Callable[[], Any], calls: int) -> float:
    start = time.process_time()
    for _ in range(calls):
        call()
    return (time.process_time() - start) / calls
