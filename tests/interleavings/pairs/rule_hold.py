"""A caller creates a purge rule while an operator places holds and turns purging off."""

from __future__ import annotations

from tests.clock import NOON
from tests.interleavings.application import Stores
from tests.interleavings.operator import Operator
from tests.interleavings.pairs.rules import NAME, RuleScene, document
from tests.interleavings.stage import Stage


def play(stage: Stage, stores: Stores) -> None:
    """One or two callers beside an operator; any hold is in the way of a rule."""
    scene = RuleScene(stage, stores)
    for number in range(stage.chances.random.choice((1, 1, 2))):
        scene.caller(f"caller-{number}", document())
    stage.scheduler.add("operator", Operator(stage, stores, {NAME: NOON}, everything=True))
    stage.scheduler.run()
    scene.settle()
