"""SubmitCampaignRules: check a rule set, store its deployment and start it."""

from __future__ import annotations

from uuid import uuid4

from genesys_purge.calling.lease import seconds_left
from genesys_purge.campaign_rules.comparisons import comparisons
from genesys_purge.campaign_rules.deploying.deployment import Deployment, DeploymentStatus
from genesys_purge.campaign_rules.deploying.deployment_messages import (
    DeploymentStep,
    SubmittedDeployment,
)
from genesys_purge.campaign_rules.deploying.deployment_writer import DeploymentWriter
from genesys_purge.campaign_rules.deploying.ports import DeploymentExecutions, Deployments
from genesys_purge.campaign_rules.deploying.recovery import Recovery
from genesys_purge.campaign_rules.deploying.requests import CheckedSet, actor_of, checked
from genesys_purge.campaign_rules.deploying.waiting import EXECUTION_SECONDS
from genesys_purge.campaign_rules.ports import PlatformOf
from genesys_purge.errors import CampaignBusy, InvalidRequest
from genesys_purge.model.audit import Action
from genesys_purge.model.request import fingerprint
from genesys_purge.model.submission import Submission


class SubmitCampaignRules:
    """The use case behind every entry point; a campaign has one deployment at a time."""

    def __init__(
        self,
        deployments: Deployments,
        executions: DeploymentExecutions,
        recovery: Recovery,
        writer: DeploymentWriter,
        platform_of: PlatformOf,
    ) -> None:
        self._deployments = deployments
        self._executions = executions
        self._recovery = recovery
        self._writer = writer
        self._platform_of = platform_of

    def __call__(self, submission: Submission) -> SubmittedDeployment:
        """Store and start the deployment; the same set in progress returns its deployment.

        InvalidRequest stores and starts nothing. CampaignBusy while another set is in progress.
        """
        asked = self._checked(submission.payload)
        deployment = self._new(asked, submission.actor)
        record = self._writer.audit_record(deployment, Action.DEPLOYMENT_SUBMITTED)
        stored = self._deployments.begin(deployment, record)
        if stored.deployment_id != deployment.deployment_id:
            stored = self._in_progress(stored, deployment.fingerprint)
        # Also starts a deployment whose submitter died between storing and starting it.
        if stored.status is DeploymentStatus.SUBMITTED:
            self._executions.start(stored.deployment_id, DeploymentStep.of(stored))
        return SubmittedDeployment(
            deployment_id=stored.deployment_id,
            campaign_id=stored.campaign_id,
            status=stored.status,
            comparisons=tuple(comparisons(stored.document["rules"])),
        )

    def _checked(self, payload: object) -> CheckedSet:
        try:
            return checked(payload, self._platform_of)
        except InvalidRequest as refused:
            self._writer.count_conflicts(refused)
            raise

    def _new(self, asked: CheckedSet, sender: str) -> Deployment:
        now, document = self._writer.now(), asked.rule_set.to_json()
        return Deployment(
            deployment_id=f"rules-{uuid4().hex}",
            campaign_id=asked.rule_set.campaign_id,
            fingerprint=fingerprint(document, None),
            document=document,
            is_dry=asked.options.dry_run,
            submitted_by=actor_of(asked.options, sender),
            submitted_at=now,
            execution_started_at=now,
        )

    def _in_progress(self, stored: Deployment, content: str) -> Deployment:
        """The campaign's deployment in progress; recovers it if its execution is lost."""
        is_running = seconds_left(
            stored.execution_started_at, self._writer.now(), EXECUTION_SECONDS
        )
        if stored.fingerprint == content:
            return stored if is_running else self._recovery.resume(stored)
        busy = f"campaign {stored.campaign_id} has another deployment, {stored.deployment_id}"
        if is_running:
            raise CampaignBusy(f"{busy}, in progress; submit this rule set after it")
        self._recovery.roll_back(stored, "its execution was lost")
        raise CampaignBusy(f"{busy}, whose execution was lost; submit this rule set again later")
