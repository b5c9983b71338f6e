"""PlanCampaignRules: compare a rule set with the deployed rules, and plan the calls."""

from __future__ import annotations

from genesys_purge.campaign_rules.checking import check
from genesys_purge.campaign_rules.deploying.deployment import (
    Deployment,
    DeploymentOutcome,
    DeploymentStatus,
)
from genesys_purge.campaign_rules.deploying.deployment_messages import PHASES, DeploymentStep
from genesys_purge.campaign_rules.deploying.deployment_steps import Step, StepState
from genesys_purge.campaign_rules.deploying.deployment_writer import DeploymentWriter, reason_of
from genesys_purge.campaign_rules.deploying.planning import ambiguous, growth, plan
from genesys_purge.campaign_rules.deploying.requests import as_errors
from genesys_purge.campaign_rules.deploying.waiting import TRIES, RetryWaits
from genesys_purge.campaign_rules.ports import CatalogueOf, PlatformOf
from genesys_purge.campaign_rules.rules import DeployedRule
from genesys_purge.errors import FieldError, InvalidRequest, NotAtGenesys, TryLater
from genesys_purge.model.audit import Action

MOST_ERRORS = 200
# A deployment is one item of at most 400 KB, and it grows while its steps are applied.
LARGEST_DEPLOYMENT = 320_000


class PlanCampaignRules:
    """Plans once; a deployment keeps its plan."""

    def __init__(
        self,
        writer: DeploymentWriter,
        catalogue_of: CatalogueOf,
        platform_of: PlatformOf,
        waits: RetryWaits,
    ) -> None:
        self._writer = writer
        self._catalogue_of = catalogue_of
        self._platform_of = platform_of
        self._waits = waits

    def __call__(self, message: DeploymentStep) -> DeploymentStep:
        deployment = self._writer.get(message.deployment_id)
        if deployment.status is not DeploymentStatus.SUBMITTED:
            return message.then(PHASES[deployment.status])
        try:
            deployed = self._read(deployment)
            planned = self._planned(deployment, self._steps(deployment, deployed))
        except TryLater as error:
            failures = message.failures + 1
            if failures < TRIES:
                return message.again(self._waits.after(failures, error))
            planned = self._writer.roll_back(deployment, reason_of(error))
        except InvalidRequest as refused:
            self._writer.count_conflicts(refused)
            planned = self._writer.finish(
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
        except NotAtGenesys as error:
            message = f"Genesys has no campaign {deployment.campaign_id}, or no rules for it: "
            raise InvalidRequest([FieldError("campaignId", f"{message}{error}")]) from error

    def _planned(self, deployment: Deployment, steps: tuple[Step, ...]) -> Deployment:
        planned = deployment.model_copy(update={"steps": steps})
        if len(planned.model_dump_json().encode()) + growth(planned) > LARGEST_DEPLOYMENT:
            message = "are too large to be stored with the rules they replace; deploy fewer at once"
            raise InvalidRequest([FieldError("rules", message)])
        if deployment.is_dry:
            return self._writer.finish(planned, DeploymentOutcome.DRY_RUN, None)
        if all(step.state is StepState.UNCHANGED for step in steps):
            return self._writer.finish(planned, DeploymentOutcome.UNCHANGED, None)
        applying = planned.to(DeploymentStatus.APPLYING)
        return self._writer.put(applying, Action.DEPLOYMENT_PLANNED)

    def _steps(self, deployment: Deployment, deployed: list[DeployedRule]) -> tuple[Step, ...]:
        """The plan; InvalidRequest with every error of the set against the deployed rules."""
        rule_set = check(deployment.document, deployed, platform_of=self._platform_of)
        errors = [*ambiguous(rule_set.rules, deployed)]
        if errors:
            raise InvalidRequest(errors)
        platform = self._platform_of(deployment.organisation)
        return plan(rule_set.rules, deployed, platform.staging(deployed))
