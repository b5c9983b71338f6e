"""PlanCampaignRules: hold a rule set against what is deployed, and decide what is to be done."""

from __future__ import annotations

from genesys_purge.campaign_rules.checking import check
from genesys_purge.campaign_rules.deploying.deployment import (
    Deployment,
    DeploymentOutcome,
    DeploymentStatus,
)
from genesys_purge.campaign_rules.deploying.deployment_messages import PHASES, DeploymentStep
from genesys_purge.campaign_rules.deploying.deployment_steps import Step, StepState
from genesys_purge.campaign_rules.deploying.keeping import Keeper, reason_of
from genesys_purge.campaign_rules.deploying.planning import ambiguous, growth, plan, summary
from genesys_purge.campaign_rules.deploying.ports import CatalogueOf, PlatformOf
from genesys_purge.campaign_rules.deploying.requests import as_errors
from genesys_purge.campaign_rules.deploying.waiting import TRIES, backoff
from genesys_purge.campaign_rules.rules import DeployedRule
from genesys_purge.errors import FieldError, InvalidRequest, JobLost, TryLater
from genesys_purge.model.audit import Action

MOST_ERRORS = 200
# The item that keeps it holds 400 KB, and the rules as they were may grow until they are replaced.
LARGEST_DEPLOYMENT = 320_000


class PlanCampaignRules:
    """Decides once; a deployment that has a plan keeps it."""

    def __init__(self, keeper: Keeper, catalogue_of: CatalogueOf, platform_of: PlatformOf) -> None:
        self._keeper = keeper
        self._catalogue_of = catalogue_of
        self._platform_of = platform_of

    def __call__(self, message: DeploymentStep) -> DeploymentStep:
        deployment = self._keeper.get(message.deployment_id)
        if deployment.status is not DeploymentStatus.SUBMITTED:
            return message.then(PHASES[deployment.status])
        try:
            deployed = self._read(deployment)
            planned = self._planned(deployment, self._steps(deployment, deployed))
        except TryLater as error:
            if message.attempt + 1 < TRIES:
                return message.again(backoff(message.attempt + 1, error))
            planned = self._keeper.roll_back(deployment, reason_of(error))
        except InvalidRequest as refused:
            planned = self._keeper.finish(
                deployment,
                DeploymentOutcome.REJECTED,
                f"{len(refused.fields)} errors",
                errors=as_errors(refused, MOST_ERRORS),
            )
        return message.then(PHASES[planned.status])

    def _read(self, deployment: Deployment) -> list[DeployedRule]:
        catalogue = self._catalogue_of(deployment.organisation)
        try:
            return catalogue.rules(deployment.campaign_id)
        except JobLost as error:
            unknown = (
                f"Genesys knows no campaign {deployment.campaign_id}, or no rules of campaigns"
            )
            message = f"{unknown}: {error}"
            raise InvalidRequest([FieldError("campaignId", message)]) from error

    def _planned(self, deployment: Deployment, steps: tuple[Step, ...]) -> Deployment:
        told = summary(steps)
        planned = deployment.model_copy(update={"steps": steps})
        if len(planned.model_dump_json().encode()) + growth(planned) > LARGEST_DEPLOYMENT:
            message = "are too large to be kept beside what they replace; deploy them in parts"
            raise InvalidRequest([FieldError("rules", message)])
        if deployment.is_dry:
            return self._keeper.finish(planned, DeploymentOutcome.DRY_RUN, told)
        if all(step.state is StepState.UNCHANGED for step in steps):
            return self._keeper.finish(planned, DeploymentOutcome.UNCHANGED, told)
        applying = planned.to(DeploymentStatus.APPLYING)
        return self._keeper.put(applying, Action.DEPLOYMENT_PLANNED, detail=told)

    def _steps(self, deployment: Deployment, deployed: list[DeployedRule]) -> tuple[Step, ...]:
        """The plan; InvalidRequest with every error of the set against what is deployed."""
        rule_set = check(deployment.document, deployed, platform_of=self._platform_of)
        errors = [*ambiguous(rule_set.rules, deployed)]
        if errors:
            raise InvalidRequest(errors)
        platform = self._platform_of(deployment.organisation)
        return plan(rule_set.rules, deployed, platform.staging(deployed))
