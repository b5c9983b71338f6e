"""Plays one seed of one pair, and judges it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from importlib import import_module
from typing import NamedTuple

from tests.interleavings.application import Stores
from tests.interleavings.oracle import Violation, judge, overtaken
from tests.interleavings.scheduler import Endless
from tests.interleavings.stage import Stage

PAIRS = (
    "submit_submit",
    "submit_hold",
    "submit_stop",
    "submit_cancel",
    "plan_plan",
    "execute_execute",
    "rule_rule",
    "rule_hold",
    "deployment_deployment",
    "end_submit",
)


class Played(NamedTuple):
    """What happened in one seed."""

    violations: list[Violation]
    counts: Counter[str]
    windows: list[float]


def play(
    pair: str,
    seed: int,
    trace: Callable[[str], None] | None = None,
    stores_of: Callable[[Stage], Stores] = Stores,
) -> Played:
    """Play a seed; the same seed always plays the same way."""
    body = import_module(f"tests.interleavings.pairs.{pair}").play
    # The backoffs of the product draw from the shared generator.
    state = random.getstate()
    random.seed(seed)
    stage = Stage(seed, trace)
    try:
        body(stage, stores_of(stage))
    except Endless as endless:
        stage.notebook.problems.append(("open", f"the run does not come to an end: {endless}"))
    finally:
        random.setstate(state)
    return judged(stage)


def judged(stage: Stage) -> Played:
    """What happened on the stage."""
    return Played([*judge(stage.notebook)], _counts(stage), _windows(stage))


def _counts(stage: Stage) -> Counter[str]:
    counts = Counter(stage.counts)
    counts["port turns"] = stage.scheduler.turns
    counts["switches"] = stage.scheduler.switches
    counts["accepted deletions"] = len(stage.notebook.accepted)
    counts["seeds with skewed clocks"] = int(stage.is_skewed)
    counts["holds between read and last byte"] = overtaken(stage.notebook)
    return counts


def _windows(stage: Stage) -> list[float]:
    return [each.window for each in stage.notebook.sent if each.window is not None]
