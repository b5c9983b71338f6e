"""What each function may do: what its adapters do, and nothing else."""

from __future__ import annotations

import ast

import pytest

from tests import template
from tests.contract.deployed import managed_policies, rights_of
from tests.contract.source import PACKAGE, tree_of

FUNCTIONS = template.functions()
AUDIT = "AuditTable"
DATA = {AUDIT, "RunsTable", "HoldsTable", "RulesTable", "ExportsTable", "DeploymentsTable"}
REWRITES = {"dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem"}
# The adapters of wiring, and the policy that each needs.
NEEDS = {
    "runs": {"RunsPolicy"},
    "slots": {"RunsPolicy"},
    "policies": {"PolicyParametersPolicy"},
    "holds": {"HoldsPolicy"},
    "organisation": {"OrganisationsPolicy"},
    "genesys": {"GenesysPolicy"},
    "rules": {"RulesPolicy"},
    "registrations": {"RegistrationsPolicy"},
    "webhook_url": {"WebhookUrlPolicy"},
    "directory": {"SubscribersPolicy"},
    "_deliveries": {"DeliveriesPolicy"},
    "exports": {"ExportsPolicy"},
    "deployments": {"DeploymentsPolicy"},
}
# Reading alone needs less.
READERS = {
    "ReadPurgeFunction": {"RunsReadPolicy", "AuditReadPolicy"},
    "ReadPurgeRuleFunction": {"AuditReadPolicy"},
    "ReadCampaignRulesFunction": {"DeploymentsReadPolicy", "AuditReadPolicy"},
    "PublishNotificationsFunction": {"RunsReadPolicy", "SubscribersPolicy", "DeliveriesPolicy"},
}
# What writes nothing is not audited, and what tells of facts makes none.
SILENT = {"ValidatePurgeFunction", "PublishNotificationsFunction", "EvaluateContactsFunction"}

each_function = pytest.mark.parametrize("function", FUNCTIONS)


def builder_of(function: str) -> str:
    folder = template.resources("AWS::Serverless::Function")[function]["CodeUri"]
    return str(folder.rpartition("/")[2])


def adapters_of(builder: str) -> set[str]:
    """The wiring functions that a builder calls or hands on, and those that they do."""
    defined = {
        node.name: {
            ast.unparse(named).removeprefix("adapters.")
            for named in ast.walk(node)
            if isinstance(named, ast.Name | ast.Attribute)
        }
        for path in (PACKAGE / "wiring").glob("*.py")
        for node in tree_of(path).body
        if isinstance(node, ast.FunctionDef)
    }
    found, waiting = set(), [builder]
    while waiting:
        name = waiting.pop()
        if name in defined and name not in found:
            found.add(name)
            waiting += defined[name]
    return found


@each_function
def test_a_functions_policies_are_those_of_its_adapters(function: str) -> None:
    properties = template.resources("AWS::Serverless::Function")[function]
    given = {each["Ref"] for each in properties["Policies"] if set(each) == {"Ref"}}
    needed = set().union(*(NEEDS.get(each, set()) for each in adapters_of(builder_of(function))))
    if function not in SILENT:
        needed |= {"AuditAppendPolicy"}
    assert given == READERS.get(function, needed)


@each_function
def test_a_function_has_a_role_of_its_own(function: str) -> None:
    assert "Role" not in template.resources("AWS::Serverless::Function")[function]
    assert rights_of(function)


@each_function
def test_who_may_touch_the_audit_may_not_rewrite_it(function: str) -> None:
    rights = rights_of(function)
    touches = any(AUDIT in r.resources and r.effect == "Allow" for r in rights)
    denied = {a for r in rights if r.effect == "Deny" and AUDIT in r.resources for a in r.actions}
    assert touches is (function not in SILENT)
    assert (denied >= REWRITES | {"dynamodb:PartiQL*"}) is touches


@each_function
def test_no_function_may_update_or_delete_an_item_of_ours(function: str) -> None:
    allowed = {
        action
        for right in rights_of(function)
        if right.effect == "Allow" and DATA & set(right.resources)
        for action in right.actions
    }
    assert not allowed & REWRITES
    assert not [action for action in allowed if "*" in action]


@each_function
def test_no_function_has_a_right_on_everything(function: str) -> None:
    for right in rights_of(function):
        if right.effect == "Allow":
            assert "*" not in right.resources
            assert not [action for action in right.actions if action.endswith("*")]


def those_who_may(action: str) -> dict[str, list[str]]:
    """The resources on which each function may do something in S3."""
    found = {
        function: [
            resource
            for right in rights_of(function)
            if action in right.actions
            for resource in right.resources
        ]
        for function in FUNCTIONS
    }
    return {function: resources for function, resources in found.items() if resources}


def test_only_planning_reads_lists_of_ids_and_only_evaluating_reads_contacts() -> None:
    assert those_who_may("s3:GetObject") == {
        "PlanPurgeFunction": ["IdListsBucket.Arn/*"],
        "EvaluateContactsFunction": ["ContactsBucket.Arn/*"],
    }


def test_an_export_and_matches_are_all_that_anybody_stores_in_s3_and_nobody_deletes() -> None:
    assert those_who_may("s3:PutObject") == {
        "ExportCampaignRuleChangesFunction": ["CampaignRuleChangesBucket.Arn/*"],
        "EvaluateContactsFunction": ["ContactsBucket.Arn/matches/*"],
    }
    actions = {a for f in FUNCTIONS for r in rights_of(f) for a in r.actions if a.startswith("s3:")}
    assert actions == {"s3:GetObject", "s3:ListBucket", "s3:PutObject"}


def test_only_submitting_and_recovering_start_executions() -> None:
    starters = {
        function: resource.rpartition(":")[2]
        for function in FUNCTIONS
        for right in rights_of(function)
        if "states:StartExecution" in right.actions
        for resource in right.resources
    }
    assert starters == {
        "SubmitPurgeFunction": "genesys-purge-purge-run",
        "SubmitCampaignRulesFunction": "genesys-purge-deploy-campaign-rules",
        "RecoverCampaignRulesFunction": "genesys-purge-deploy-campaign-rules",
    }


def test_the_secret_is_read_by_those_alone_that_call_genesys() -> None:
    assert readers_of("GenesysSecret") == {
        function for function in FUNCTIONS if "genesys" in adapters_of(builder_of(function))
    }


def test_the_secrets_of_webhooks_are_read_by_those_alone_that_check_or_make_signatures() -> None:
    assert readers_of("WebhookSecret") == {"IngestWebhookFunction"}
    assert readers_of("SubscribersSecret") == {
        "PublishNotificationsFunction",
        "DeliverNotificationFunction",
    }


def readers_of(secret: str) -> set[str]:
    return {
        function
        for function in FUNCTIONS
        for right in rights_of(function)
        if "secretsmanager:GetSecretValue" in right.actions and secret in right.resources
    }


def test_nobody_may_write_holds_policies_or_secrets() -> None:
    actions = {a for f in FUNCTIONS for r in rights_of(f) if r.effect == "Allow" for a in r.actions}
    assert not {a for a in actions if a.startswith(("ssm:Put", "secretsmanager:Put"))}
    holds = [r for f in FUNCTIONS for r in rights_of(f) if "HoldsTable" in r.resources]
    assert {action for right in holds for action in right.actions} == {"dynamodb:Scan"}


def test_every_policy_is_used() -> None:
    used = {
        each["Ref"]
        for properties in template.resources("AWS::Serverless::Function").values()
        for each in properties["Policies"]
        if set(each) == {"Ref"}
    }
    assert used == set(managed_policies())
