"""Reads deployments, and writes their next versions with audit records and metrics."""

from __future__ import annotations

from typing import Any

from genesys_purge.campaign_rules.deploying.deployment import (
    Deployment,
    DeploymentOutcome,
    DeploymentStatus,
)
from genesys_purge.campaign_rules.deploying.planning import changes
from genesys_purge.campaign_rules.deploying.ports import Deployments
from genesys_purge.errors import InvalidRequest, PurgeError
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.organisation import name_in_metrics
from genesys_purge.model.record_facts import DeploymentFacts
from genesys_purge.ports import Clock, Meter

OF_THE_WHOLE = frozenset(
    {Action.DEPLOYMENT_SUBMITTED, Action.DEPLOYMENT_PLANNED, Action.DEPLOYMENT_COMPLETED}
)


class DeploymentWriter:
    """The one way to store a deployment."""

    def __init__(self, deployments: Deployments, meter: Meter, now: Clock) -> None:
        self._deployments = deployments
        self._meter = meter
        self.now = now

    def get(self, deployment_id: str) -> Deployment:
        return self._deployments.get(deployment_id)

    def put(self, deployment: Deployment, action: Action | None = None, **facts: Any) -> Deployment:
        """Store the deployment; with an action, also its audit record."""
        record = self.audit_record(deployment, action, **facts) if action else None
        self._deployments.put(deployment, record)
        return deployment

    def finish(
        self,
        deployment: Deployment,
        outcome: DeploymentOutcome,
        explanation: str | None,
        **changes: Any,
    ) -> Deployment:
        """End the deployment; the audit shows the explanation."""
        now = self.now()
        ended = deployment.to(
            DeploymentStatus.FINISHED, outcome=outcome, finished_at=now, **changes
        )
        seconds = round((now - ended.submitted_at).total_seconds(), 3)
        action = Action.DEPLOYMENT_COMPLETED
        self.put(ended, action, detail=explanation, latency_seconds=seconds)
        name, organisation = outcome.title().replace("_", ""), name_in_metrics(ended.organisation)
        self._meter.count(f"Deployments{name}", organisation=organisation)
        self._meter.seconds("DeploymentDuration", seconds, organisation=organisation)
        return ended

    def roll_back(
        self,
        deployment: Deployment,
        reason: str,
        outcome: DeploymentOutcome = DeploymentOutcome.FAILED,
    ) -> Deployment:
        """Start to roll back.

        A deployment without a plan ends with `outcome`, because it changed nothing. A fully
        verified deployment ends as `deployed`.
        """
        match deployment.status:
            case DeploymentStatus.SUBMITTED:
                return self.finish(deployment, outcome, reason, detail=reason)
            case DeploymentStatus.APPLYING if deployment.is_verified:
                return self.finish(deployment, DeploymentOutcome.DEPLOYED, None)
            case DeploymentStatus.APPLYING:
                return self.put(deployment.rolling_back(reason, self.now()))
            case DeploymentStatus.ROLLING_BACK | DeploymentStatus.FINISHED:
                return deployment

    def give_up(self, deployment: Deployment, reason: str) -> Deployment:
        """End a deployment that may leave changes at Genesys."""
        if deployment.is_verified:
            return self.finish(deployment, DeploymentOutcome.DEPLOYED, None)
        steps = deployment.abandoned_steps()
        return self.finish(deployment, DeploymentOutcome.FAILED, reason, detail=reason, steps=steps)

    def count_conflicts(self, refused: InvalidRequest) -> None:
        """Count the pairs of rules that contradict each other, for the alarm."""
        if number := sum(each.is_conflict for each in refused.fields):
            self._meter.count("ConflictsDetected", number)

    def audit_record(self, deployment: Deployment, action: Action, **facts: Any) -> AuditRecord:
        """A record in the name of the deployment's submitter; one about all of it has its facts."""
        if action in OF_THE_WHOLE:
            facts |= {"outcome": deployment.outcome, "deployment": facts_of(deployment)}
        return AuditRecord(
            run_id=deployment.deployment_id,
            at=self.now(),
            actor=deployment.submitted_by,
            action=action,
            organisation=deployment.organisation,
            **facts,
        )


def facts_of(deployment: Deployment) -> DeploymentFacts:
    """The facts of a deployment; it has changes once it is planned."""
    return DeploymentFacts(
        campaign_id=deployment.campaign_id,
        rules=len(deployment.document["rules"]),
        dry_run=deployment.is_dry,
        changes=changes(deployment.steps) if deployment.steps else None,
    )


def reason_of(error: PurgeError) -> str:
    """The error's class and message, for the audit."""
    return f"{type(error).__name__}: {error}"[:1_000]
