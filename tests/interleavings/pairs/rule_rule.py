"""Callers create the same purge rule at once; sometimes one of them asks for another content."""

from __future__ import annotations

from tests.interleavings.application import Stores
from tests.interleavings.pairs.rules import RuleScene, document
from tests.interleavings.stage import Stage


def play(stage: Stage, stores: Stores) -> None:
    """Two or three callers, then the first request again."""
    scene, chances = RuleScene(stage, stores), stage.chances
    for number in range(chances.random.choice((2, 2, 3))):
        other = number > 0 and chances.often(0.2)
        payload = document(maxBatchSize=400) if other else document()
        scene.caller(f"caller-{number}", payload)
    stage.scheduler.run()
    scene.settle()
