"""The messages between the states of a deployment; they carry its id, never a rule."""

from __future__ import annotations

from collections.abc import Mapping
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
    """The task that a deployment needs next."""

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

    `failures` counts the tasks in a row that could not read Genesys, or not verify a rule.
    """

    next: Phase = Phase.PLAN
    wait_seconds: Annotated[int, Field(ge=0)] = 0
    failures: Annotated[int, Field(ge=0)] = 0

    @classmethod
    def of(cls, deployment: Deployment) -> DeploymentStep:
        """The step that a deployment's status calls for."""
        return cls(deployment_id=deployment.deployment_id, next=PHASES[deployment.status])

    def again(self, wait_seconds: float) -> DeploymentStep:
        """The same phase after a failure and at least `wait_seconds`."""
        return self.model_copy(
            update={"wait_seconds": ceil(wait_seconds), "failures": self.failures + 1}
        )

    def then(self, following: Phase, wait_seconds: float = 0) -> DeploymentStep:
        """Another phase, or the same one after progress."""
        return DeploymentStep(
            deployment_id=self.deployment_id, next=following, wait_seconds=ceil(wait_seconds)
        )

    def after(self, wait_seconds: float) -> DeploymentStep:
        """The same phase after a wait that is not a failure."""
        return self.model_copy(update={"wait_seconds": ceil(wait_seconds)})


class StoppedExecution(Wire):
    """What EventBridge reports of an execution that ended without success."""

    execution: str
    status: str


class SubmittedDeployment(DeploymentRef):
    """The answer to a submission: a new deployment, or the one in progress of the same set.

    `comparisons` says how each ordering condition of the set compares.
    """

    campaign_id: str
    status: DeploymentStatus
    comparisons: tuple[Mapping[str, str], ...] = ()


class DeploymentResult(DeploymentRef):
    """How a deployment ended, and whether its execution succeeds."""

    outcome: DeploymentOutcome
    succeeded: bool

    @classmethod
    def of(cls, deployment_id: str, outcome: DeploymentOutcome) -> DeploymentResult:
        succeeded = outcome in SUCCESSES
        return cls(deployment_id=deployment_id, outcome=outcome, succeeded=succeeded)
