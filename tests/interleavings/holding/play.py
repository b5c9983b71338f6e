"""Plays one interleaving, and judges it."""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.interleavings.holding.scene import CountedStage, Scene
from tests.interleavings.play import Played, judged
from tests.interleavings.scheduler import Endless


def play(seed: int, trace: Callable[[str], None] | None = None) -> Played:
    """Play a seed; the same seed always plays the same way."""
    # The backoffs of the product draw from the shared generator.
    random.seed(seed)
    stage = CountedStage(seed, trace)
    try:
        Scene(stage).play()
    except Endless as endless:
        stage.notebook.problems.append(("open", f"the run does not come to an end: {endless}"))
    return judged(stage)


def replay(seed: int) -> str:
    """The command that plays a seed again, with a trace of its port calls."""
    return f"make simulate-holds SEED={seed}"
