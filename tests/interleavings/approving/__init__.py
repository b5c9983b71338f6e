"""Approvals that persons decide, withdraw and let expire at any point of a run."""

from tests.interleavings.approving.scene import ApprovingScene
from tests.interleavings.simulated.simulation import Simulation

APPROVALS = Simulation("approvals", ApprovingScene)
