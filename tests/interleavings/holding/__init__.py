"""Holds that are placed at any point of a run."""

from tests.interleavings.holding.scene import HoldingScene
from tests.interleavings.simulated.simulation import Simulation

HOLDS = Simulation("holds", HoldingScene)
