"""VerifyCampaignRules: read back what was deployed; nothing is believed before."""

from __future__ import annotations

from genesys_purge.campaign_rules.contents import difference, is_same
from genesys_purge.campaign_rules.deploying.deployment import Deployment, DeploymentStatus
from genesys_purge.campaign_rules.deploying.deployment_messages import PHASES, DeploymentStep, Phase
from genesys_purge.campaign_rules.deploying.deployment_steps import Step
from genesys_purge.campaign_rules.deploying.keeping import Keeper, reason_of
from genesys_purge.campaign_rules.deploying.ports import CatalogueOf
from genesys_purge.campaign_rules.deploying.snapshot import Snapshot
from genesys_purge.campaign_rules.deploying.waiting import TRIES, backoff
from genesys_purge.errors import TryLater
from genesys_purge.model.audit import Action


class VerifyCampaignRules:
    """One look; it may lag a little, so there are several before everything is rolled back."""

    def __init__(self, keeper: Keeper, catalogue_of: CatalogueOf) -> None:
        self._keeper = keeper
        self._catalogue_of = catalogue_of

    def __call__(self, message: DeploymentStep) -> DeploymentStep:
        deployment = self._keeper.get(message.deployment_id)
        is_applied = deployment.next_to_apply is None
        if deployment.status is not DeploymentStatus.APPLYING or not is_applied:
            return message.then(PHASES[deployment.status])
        is_last = message.attempt + 1 >= TRIES
        try:
            snapshot = Snapshot(self._catalogue_of, deployment)
        except TryLater as error:
            if is_last:
                turned = self._keeper.roll_back(deployment, reason_of(error))
                return message.then(PHASES[turned.status])
            return message.again(backoff(message.attempt + 1, error))
        wrong = [step for step in deployment.steps if not _is_there(deployment, step, snapshot)]
        if not wrong:
            self._keeper.put(deployment.verified())
            return message.then(Phase.COMPLETE)
        if not is_last:
            return message.again(backoff(message.attempt + 1))
        self._fail(deployment, wrong, snapshot)
        return message.then(Phase.ROLL_BACK)

    def _fail(self, deployment: Deployment, wrong: list[Step], snapshot: Snapshot) -> None:
        step, others = wrong[0], len(wrong) - 1
        reason = f"does not read back as it was sent: {_told(deployment, step, snapshot)}"
        self._keeper.put(
            deployment.rolling_back(f'"{step.name}" {reason}'),
            Action.CAMPAIGN_RULE_FAILED,
            rule_name=step.name,
            detail=reason + (f"; nor do {others} others" if others else ""),
        )


def _is_there(deployment: Deployment, step: Step, snapshot: Snapshot) -> bool:
    if step.is_interim:
        return True
    current = snapshot.of(step)
    return current is not None and is_same(current.to_json(), deployment.wanted(step))


def _told(deployment: Deployment, step: Step, snapshot: Snapshot) -> str:
    current = snapshot.of(step)
    if current is None:
        return "it is not there"
    return ", ".join(difference(current.to_json(), deployment.wanted(step)))
