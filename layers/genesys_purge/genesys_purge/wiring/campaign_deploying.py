"""Builds the use cases that deploy campaign rules."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from genesys_purge.wiring import adapters, calls

if TYPE_CHECKING:
    from genesys_purge.campaign_rules.deploying.apply_campaign_rules import ApplyCampaignRules
    from genesys_purge.campaign_rules.deploying.complete_campaign_rules import CompleteCampaignRules
    from genesys_purge.campaign_rules.deploying.deployment_writer import DeploymentWriter
    from genesys_purge.campaign_rules.deploying.fail_campaign_rules import FailCampaignRules
    from genesys_purge.campaign_rules.deploying.plan_campaign_rules import PlanCampaignRules
    from genesys_purge.campaign_rules.deploying.read_campaign_rules import ReadCampaignRules
    from genesys_purge.campaign_rules.deploying.recovery import RecoverCampaignRules, Recovery
    from genesys_purge.campaign_rules.deploying.roll_back_campaign_rules import (
        RollBackCampaignRules,
    )
    from genesys_purge.campaign_rules.deploying.rule_calls import RuleCalls
    from genesys_purge.campaign_rules.deploying.submit_campaign_rules import SubmitCampaignRules
    from genesys_purge.campaign_rules.deploying.verify_campaign_rules import VerifyCampaignRules
    from genesys_purge.campaign_rules.deploying.waiting import RetryWaits
    from genesys_purge.campaign_rules.ports import Platform, RuleCatalogue
    from genesys_purge.store.deployments import DynamoDeployments
    from genesys_purge.store.executions import StepFunctionsDeployments


@cache
def submit_campaign_rules() -> SubmitCampaignRules:
    from genesys_purge.campaign_rules.deploying.submit_campaign_rules import SubmitCampaignRules

    return SubmitCampaignRules(deployments(), _executions(), _recovery(), _writer(), _platform)


@cache
def plan_campaign_rules() -> PlanCampaignRules:
    from genesys_purge.campaign_rules.deploying.plan_campaign_rules import PlanCampaignRules

    return PlanCampaignRules(_writer(), _catalogue, _platform, _waits())


@cache
def apply_campaign_rules() -> ApplyCampaignRules:
    from genesys_purge.campaign_rules.deploying.apply_campaign_rules import ApplyCampaignRules

    return ApplyCampaignRules(_writer(), _catalogue, _calls(), _waits())


@cache
def verify_campaign_rules() -> VerifyCampaignRules:
    from genesys_purge.campaign_rules.deploying.verify_campaign_rules import VerifyCampaignRules

    return VerifyCampaignRules(_writer(), _catalogue, _waits())


@cache
def roll_back_campaign_rules() -> RollBackCampaignRules:
    from genesys_purge.campaign_rules.deploying.roll_back_campaign_rules import (
        RollBackCampaignRules,
    )

    return RollBackCampaignRules(_writer(), _catalogue, _calls(), _waits())


@cache
def complete_campaign_rules() -> CompleteCampaignRules:
    from genesys_purge.campaign_rules.deploying.complete_campaign_rules import CompleteCampaignRules

    return CompleteCampaignRules(_writer())


@cache
def fail_campaign_rules() -> FailCampaignRules:
    from genesys_purge.campaign_rules.deploying.fail_campaign_rules import FailCampaignRules

    return FailCampaignRules(_writer())


@cache
def recover_campaign_rules() -> RecoverCampaignRules:
    from genesys_purge.campaign_rules.deploying.recovery import RecoverCampaignRules

    return RecoverCampaignRules(_writer(), _recovery())


@cache
def read_campaign_rules() -> ReadCampaignRules:
    from genesys_purge.campaign_rules.deploying.read_campaign_rules import ReadCampaignRules

    return ReadCampaignRules(deployments(), adapters.ledger())


@cache
def deployments() -> DynamoDeployments:
    from genesys_purge import telemetry
    from genesys_purge.store.deployments import DynamoDeployments

    table = adapters.settings().tables.deployments
    ledger = adapters.ledger()
    return DynamoDeployments(adapters.aws("dynamodb"), table, ledger, telemetry.found)


@cache
def _writer() -> DeploymentWriter:
    from genesys_purge.campaign_rules.deploying.deployment_writer import DeploymentWriter

    return DeploymentWriter(deployments(), adapters.meter(), adapters.now)


def _catalogue(organisation: str | None) -> RuleCatalogue:
    if adapters.is_live(organisation):
        from genesys_purge.campaign_rules.live.catalogue import LiveCatalogue

        return LiveCatalogue(calls.genesys(organisation))
    from genesys_purge.campaign_rules.documented.catalogue import DocumentedCatalogue

    return DocumentedCatalogue(calls.genesys(organisation))


def _platform(organisation: str | None) -> Platform:
    if adapters.is_live(organisation):
        from genesys_purge.campaign_rules.live.platform import LivePlatform

        return LivePlatform()
    from genesys_purge.campaign_rules.documented.platform import DocumentedPlatform

    return DocumentedPlatform()


def _calls() -> RuleCalls:
    from genesys_purge.campaign_rules.deploying.rule_calls import RuleCalls

    return RuleCalls(_writer(), adapters.settings().intent_lease_seconds)


def _waits() -> RetryWaits:
    from genesys_purge.campaign_rules.deploying.waiting import RetryWaits

    return RetryWaits()


def _executions() -> StepFunctionsDeployments:
    from genesys_purge.store.executions import StepFunctionsDeployments

    arn = adapters.settings().state_machines.deploy_campaign_rules
    return StepFunctionsDeployments(adapters.aws("stepfunctions"), arn)


def _recovery() -> Recovery:
    from genesys_purge.campaign_rules.deploying.recovery import Recovery

    return Recovery(_writer(), _executions())
