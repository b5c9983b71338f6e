"""SubmitCampaignRules: check a rule set, store its deployment, start it; one for a campaign."""

from __future__ import annotations

from uuid import uuid4

from genesys_purge.campaign_rules.deploying.deployment import Deployment, DeploymentStatus
from genesys_purge.campaign_rules.deploying.deployment_messages import (
    DeploymentStep,
    SubmittedDeployment,
)
from genesys_purge.campaign_rules.deploying.keeping import Keeper
from genesys_purge.campaign_rules.deploying.ports import (
    DeploymentExecutions,
    Deployments,
    PlatformOf,
)
from genesys_purge.campaign_rules.deploying.recovery import Recovery
from genesys_purge.campaign_rules.deploying.requests import CheckedSet, actor_of, checked
from genesys_purge.campaign_rules.deploying.waiting import LEASE
from genesys_purge.errors import CampaignBusy
from genesys_purge.model.audit import Action
from genesys_purge.model.request import fingerprint
from genesys_purge.model.submission import Submission


class SubmitCampaignRules:
    """The use case behind all ways in; what is deployed already is for the plan to find."""

    def __init__(
        self,
        deployments: Deployments,
        executions: DeploymentExecutions,
        recovery: Recovery,
        keeper: Keeper,
        platform_of: PlatformOf,
    ) -> None:
        self._deployments = deployments
        self._executions = executions
        self._recovery = recovery
        self._keeper = keeper
        self._platform_of = platform_of

    def __call__(self, submission: Submission) -> SubmittedDeployment:
        """Nothing is stored or started where the set is refused.

        CampaignBusy while another set is being deployed to the campaign.
        """
        asked = checked(submission.payload, self._platform_of)
        deployment = self._new(asked, submission.actor)
        count = len(deployment.document["rules"])
        told = f"{count} rules" + (", a dry run" if deployment.is_dry else "")
        record = self._keeper.record(deployment, Action.DEPLOYMENT_SUBMITTED, detail=told)
        stored = self._deployments.begin(deployment, record)
        if stored.deployment_id != deployment.deployment_id:
            stored = self._in_progress(stored, deployment.fingerprint)
        # A submitter that died between storing and starting is made good by the next one.
        if stored.status is DeploymentStatus.SUBMITTED:
            self._executions.start(stored.deployment_id, DeploymentStep.of(stored))
        return SubmittedDeployment(
            deployment_id=stored.deployment_id,
            campaign_id=stored.campaign_id,
            status=stored.status,
        )

    def _new(self, asked: CheckedSet, sender: str) -> Deployment:
        now, document = self._keeper.now(), asked.rule_set.to_json()
        return Deployment(
            deployment_id=f"rules-{uuid4().hex}",
            campaign_id=asked.rule_set.campaign_id,
            fingerprint=fingerprint(document, None),
            document=document,
            is_dry=asked.manner.dry_run,
            submitted_by=actor_of(asked.manner, sender),
            submitted_at=now,
            until=now + LEASE,
        )

    def _in_progress(self, stored: Deployment, content: str) -> Deployment:
        """The deployment that has the campaign, taken up again where its execution is gone."""
        is_gone = stored.until <= self._keeper.now()
        if stored.fingerprint == content:
            return self._recovery.resume(stored) if is_gone else stored
        doing = f"campaign {stored.campaign_id} has another deployment"
        if not is_gone:
            raise CampaignBusy(f"{doing} in progress, {stored.deployment_id}; submit it after that")
        self._recovery.roll_back(stored, "its execution was lost")
        raise CampaignBusy(f"{doing}, {stored.deployment_id}, which is ended now; submit it again")
