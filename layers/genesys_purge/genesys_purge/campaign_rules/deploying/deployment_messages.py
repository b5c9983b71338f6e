"""What the states of a deployment say to each other: its id, never a rule."""

from __future__ import annotations

from enum import StrEnum
from math import ceil
from typing import Annotated

from pydantic import Field

from genesys_purge.campaign_rules.deploying.deployment import (
    SUCCESSES,
    Deployment,
    DeploymentOutcome,
    DeploymentStatus,
)
from genesys_purge.model.wire import Wire


class Phase(StrEnum):
    """What is to be done with a deployment once its wait is over."""

    PLAN = "plan"
    APPLY = "apply"
    VERIFY = "verify"
    ROLL_BACK = "roll_back"
    COMPLETE = "complete"


PHASES = {
    DeploymentStatus.SUBMITTED: Phase.PLAN,
    DeploymentStatus.APPLYING: Phase.APPLY,
    DeploymentStatus.ROLLING_BACK: Phase.ROLL_BACK,
    DeploymentStatus.FINISHED: Phase.COMPLETE,
}


class DeploymentRef(Wire):
    """Names a deployment."""

    deployment_id: Annotated[str, Field(min_length=1, max_length=80)]


class DeploymentStep(DeploymentRef):
    """Where a deployment stands in its wait loop.

    `attempt` counts the turns that came to nothing in a row; `seen` is the version at which a
    call was found under way, whose maker is gone where it stands after the wait as well.
    """

    next: Phase = Phase.PLAN
    wait_seconds: Annotated[int, Field(ge=0)] = 0
    attempt: Annotated[int, Field(ge=0)] = 0
    seen: int | None = None

    @classmethod
    def of(cls, deployment: Deployment) -> DeploymentStep:
        """The step that a deployment's status calls for."""
        return cls(deployment_id=deployment.deployment_id, next=PHASES[deployment.status])

    def again(self, wait_seconds: float) -> DeploymentStep:
        """The same phase once more after at least `wait_seconds`."""
        return self.model_copy(
            update={"wait_seconds": ceil(wait_seconds), "attempt": self.attempt + 1, "seen": None}
        )

    def then(self, following: Phase, wait_seconds: float = 0) -> DeploymentStep:
        """Another phase, or the same after a turn that came to something."""
        return DeploymentStep(
            deployment_id=self.deployment_id, next=following, wait_seconds=ceil(wait_seconds)
        )

    def after_lease(self, wait_seconds: float, version: int) -> DeploymentStep:
        """The same phase once whoever is making a call has made it or is gone."""
        wait = {"wait_seconds": ceil(wait_seconds), "seen": version}
        return self.model_copy(update=wait)


class StoppedExecution(Wire):
    """What EventBridge tells of an execution that ended without success."""

    execution: str
    status: str


class SubmittedDeployment(DeploymentRef):
    """What the caller is told: a new deployment, or the one in progress of the very same set."""

    campaign_id: str
    status: DeploymentStatus


class DeploymentResult(DeploymentRef):
    """How a deployment ended, and whether that is a success for those who watch executions."""

    outcome: DeploymentOutcome
    succeeded: bool

    @classmethod
    def of(cls, deployment_id: str, outcome: DeploymentOutcome) -> DeploymentResult:
        succeeded = outcome in SUCCESSES
        return cls(deployment_id=deployment_id, outcome=outcome, succeeded=succeeded)
