"""The product of one worker for purge rules, and for campaign rules, over the watched ports."""

from __future__ import annotations

from typing import Any

from genesys_purge.calling.backoff import Backoff
from genesys_purge.calling.guard import Guard
from genesys_purge.campaign_rules.deploying.apply_campaign_rules import ApplyCampaignRules
from genesys_purge.campaign_rules.deploying.complete_campaign_rules import CompleteCampaignRules
from genesys_purge.campaign_rules.deploying.deployment import Deployment
from genesys_purge.campaign_rules.deploying.deployment_writer import DeploymentWriter
from genesys_purge.campaign_rules.deploying.fail_campaign_rules import FailCampaignRules
from genesys_purge.campaign_rules.deploying.plan_campaign_rules import PlanCampaignRules
from genesys_purge.campaign_rules.deploying.recovery import RecoverCampaignRules, Recovery
from genesys_purge.campaign_rules.deploying.roll_back_campaign_rules import RollBackCampaignRules
from genesys_purge.campaign_rules.deploying.rule_calls import RuleCalls
from genesys_purge.campaign_rules.deploying.submit_campaign_rules import SubmitCampaignRules
from genesys_purge.campaign_rules.deploying.verify_campaign_rules import VerifyCampaignRules
from genesys_purge.campaign_rules.deploying.waiting import RetryWaits
from genesys_purge.campaign_rules.documented.catalogue import DocumentedCatalogue
from genesys_purge.campaign_rules.documented.platform import DocumentedPlatform
from genesys_purge.purge_rules.create_purge_rule import CreatePurgeRule
from genesys_purge.purge_rules.creation import RuleCreation
from genesys_purge.purge_rules.documented.api import DocumentedRulesApi
from genesys_purge.purge_rules.documented.form import DocumentedForm
from genesys_purge.purge_rules.dry_run import RuleDryRun
from genesys_purge.purge_rules.ports import Platform
from genesys_purge.purge_rules.purge_rule import RuleRef
from genesys_purge.purge_rules.register_webhook import Registration
from genesys_purge.purge_rules.validation import RuleValidator
from genesys_purge.purge_rules.waiting import FIRST_WAIT, LAST_START, Waiting
from genesys_purge.settings import Settings

from tests.deployment_fakes import MemoryDeploymentExecutions, MemoryDeployments
from tests.interleavings.application import Stores, client_of
from tests.interleavings.genesys import Genesys
from tests.interleavings.stage import (
    Stage,
    Watched,
    WatchedHolds,
    WatchedPolicies,
    WatchedSeals,
    WatchedStops,
)
from tests.rule_fakes import MemoryPurgeRules, MemoryQueue

CALLBACK = "https://hooks.example/webhooks/genesys"


class RuleStores:
    """The stores of purge rules and of deployments, beside those of runs."""

    def __init__(self, stores: Stores) -> None:
        self.rules: Any = MemoryPurgeRules(stores.audit)
        self.deployments: Any = MemoryDeployments(stores.audit)
        self.executions = MemoryDeploymentExecutions()
        self.registrations = MemoryQueue[RuleRef]()


class Rules:
    """The use case that creates purge rules, as one process has it."""

    def __init__(
        self, stage: Stage, stores: Stores, rule_stores: RuleStores, genesys: Genesys
    ) -> None:
        client, now, meter = client_of(stage, stores, genesys), stage.clock, stores.meter
        policies = WatchedPolicies(stage, stores.policies)
        rules = Watched(stage, "rules", rule_stores.rules)
        holds, stops = WatchedHolds(stage, stores.holds), WatchedStops(stage, stores.stops)
        guard = Guard(policies, holds, stops, WatchedSeals(stage, stores.seals), now)
        platform = Platform(
            DocumentedForm(),
            DocumentedRulesApi(client),
            has_webhooks=True,
            default_classification="internal",
        )
        audit = Watched(stage, "audit", stores.audit)
        register = Registration(rules, audit, lambda _: client, meter, lambda: CALLBACK, now)
        waiting = Waiting(Backoff(FIRST_WAIT, LAST_START, stage.chances.random.uniform))
        self.create = CreatePurgeRule(
            RuleValidator(policies, lambda _: platform),
            rules,
            RuleCreation(rules, guard, meter, waiting, now, stage.sleep),
            RuleDryRun(guard),
            register,
            Watched(stage, "registrations", rule_stores.registrations),
            Settings(),
            now,
        )


class Deploying:
    """The use cases of a deployment, as one process has them."""

    def __init__(
        self, stage: Stage, stores: Stores, rule_stores: RuleStores, genesys: Genesys
    ) -> None:
        catalogue = DocumentedCatalogue(client_of(stage, stores, genesys))
        platform = DocumentedPlatform()
        deployments = Watched(stage, "deployments", rule_stores.deployments)
        executions = Watched(stage, "executions", rule_stores.executions)
        writer = DeploymentWriter(deployments, stores.meter, stage.clock)
        recovery = Recovery(writer, executions)
        calls = RuleCalls(writer, Settings().intent_lease_seconds)
        waits = RetryWaits(stage.chances.random.uniform)

        def catalogue_of(_: str | None) -> DocumentedCatalogue:
            return catalogue

        def platform_of(_: str | None) -> DocumentedPlatform:
            return platform

        self.submit = SubmitCampaignRules(deployments, executions, recovery, writer, platform_of)
        self.recover = RecoverCampaignRules(writer, recovery)
        self.plan = PlanCampaignRules(writer, catalogue_of, platform_of, waits)
        self.apply = ApplyCampaignRules(writer, catalogue_of, calls, waits)
        self.verify = VerifyCampaignRules(writer, catalogue_of, waits)
        self.roll_back = RollBackCampaignRules(writer, catalogue_of, calls, waits)
        self.complete = CompleteCampaignRules(writer)
        self.fail = FailCampaignRules(writer)


def is_finished(deployment: Deployment) -> bool:
    """Whether the deployment has its outcome."""
    return deployment.outcome is not None
