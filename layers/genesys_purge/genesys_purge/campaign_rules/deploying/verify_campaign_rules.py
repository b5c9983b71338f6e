"""VerifyCampaignRules: read every rule back and compare it with the rule set."""

from __future__ import annotations

from genesys_purge.campaign_rules.deploying.deployed_rules import DeployedRules
from genesys_purge.campaign_rules.deploying.deployment import Deployment, DeploymentStatus
from genesys_purge.campaign_rules.deploying.deployment_messages import PHASES, DeploymentStep, Phase
from genesys_purge.campaign_rules.deploying.deployment_steps import Step
from genesys_purge.campaign_rules.deploying.deployment_writer import DeploymentWriter, reason_of
from genesys_purge.campaign_rules.deploying.waiting import TRIES, RetryWaits
from genesys_purge.campaign_rules.ports import CatalogueOf
from genesys_purge.campaign_rules.rule_content import difference, is_same
from genesys_purge.errors import TryLater
from genesys_purge.model.audit import Action


class VerifyCampaignRules:
    """Reads the rules once; reads may be outdated, so a difference is checked several times."""

    def __init__(
        self, writer: DeploymentWriter, catalogue_of: CatalogueOf, waits: RetryWaits
    ) -> None:
        self._writer = writer
        self._catalogue_of = catalogue_of
        self._waits = waits

    def __call__(self, message: DeploymentStep) -> DeploymentStep:
        deployment = self._writer.get(message.deployment_id)
        is_applied = deployment.next_to_apply is None
        if deployment.status is not DeploymentStatus.APPLYING or not is_applied:
            return message.then(PHASES[deployment.status])
        failures = message.failures + 1
        try:
            rules = DeployedRules(self._catalogue_of, deployment)
        except TryLater as error:
            if failures >= TRIES:
                failed = self._writer.roll_back(deployment, reason_of(error))
                return message.then(PHASES[failed.status])
            return message.again(self._waits.after(failures, error))
        wrong = [step for step in deployment.steps if not _is_there(deployment, step, rules)]
        if not wrong:
            self._writer.put(deployment.verified())
            return message.then(Phase.COMPLETE)
        if failures < TRIES:
            return message.again(self._waits.after(failures))
        self._fail(deployment, wrong, rules)
        return message.then(Phase.ROLL_BACK)

    def _fail(self, deployment: Deployment, wrong: list[Step], rules: DeployedRules) -> None:
        step, others = wrong[0], len(wrong) - 1
        reason = _description(deployment, step, rules)
        self._writer.put(
            deployment.rolling_back(f'"{step.name}": {reason}', self._writer.now()),
            Action.CAMPAIGN_RULE_FAILED,
            rule_name=step.name,
            detail=reason + (f"; {others} other rules differ as well" if others else ""),
        )


def _is_there(deployment: Deployment, step: Step, rules: DeployedRules) -> bool:
    if step.is_interim:
        return True
    current = rules.rule_of(step)
    return current is not None and is_same(current.to_json(), deployment.wanted(step))


def _description(deployment: Deployment, step: Step, rules: DeployedRules) -> str:
    current = rules.rule_of(step)
    if current is None:
        return "is missing when it is read back"
    fields = ", ".join(difference(current.to_json(), deployment.wanted(step)))
    return f"reads back different from what was sent: {fields}"
