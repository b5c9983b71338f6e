"""Each function's role allows the actions of its adapters, and nothing else."""

from __future__ import annotations

import ast

from genesys_purge.store.protections import HOLD_ATTRIBUTES

from local.aws.people import POLICIES
from tests import template
from tests.contract.deployed import managed_policies, rights_of
from tests.contract.source import PACKAGE, tree_of

FUNCTIONS = template.functions()
AUDIT = "AuditTable"
PERSONAL = "PersonalTable"
ERASER = "ErasePersonalDataFunction"
DATA = {
    AUDIT,
    PERSONAL,
    "RunsTable",
    "HoldsTable",
    "ApprovalsTable",
    "HeldIdsTable",
    "HeldTimesTable",
    "MirrorsTable",
    "PoliciesTable",
    "StopsTable",
    "SettingsTable",
    "RulesTable",
    "ExportsTable",
    "DeploymentsTable",
}
REWRITES = {"dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem"}
# The adapters of wiring, and the policy that each needs.
NEEDS = {
    "runs": {"RunsPolicy"},
    "cancellations": {"RunsPolicy"},
    "cases": {"PlansReadPolicy"},
    "plan_purge": {"PlansReadPolicy"},
    "open_runs": {"OpenRunsPolicy"},
    "slots": {"RunsPolicy"},
    "poll_store": {"RunsPolicy"},
    "policies": {"PolicyParametersPolicy"},
    "holds": {"HoldsPolicy"},
    "purge_policies": {"PoliciesReadPolicy"},
    "stops": {"StopsPolicy"},
    "organisation": {"OrganisationsPolicy"},
    "approvals": {"ApprovalsWritePolicy"},
    "override_callers": {"OverrideCallersPolicy"},
    "organisations": {"OrganisationsPolicy"},
    "_client": {"GenesysPolicy"},
    "rules": {"RulesPolicy"},
    "registrations": {"RegistrationsPolicy"},
    "webhook_url": {"WebhookUrlPolicy"},
    "directory": {"SubscribersPolicy"},
    "_deliveries": {"DeliveriesPolicy"},
    "exports": {"ExportsPolicy"},
    "deployments": {"DeploymentsPolicy"},
    "evidence": {"EvidencePolicy"},
    "publish_seals": {"SealingPolicy"},
    "certify_run": {"PlansReadPolicy"},
}
# Placing a hold, and widening one, also reads the batches in flight.
PLACES = {"AuditAppendPolicy", "RunsReadPolicy", "PlansReadPolicy", "OrganisationsPolicy"}
# Functions that use a part of an adapter need less.
READERS = {
    "ReadPurgeFunction": {
        "RunsReadPolicy",
        "PlansReadPolicy",
        "RunListPolicy",
        "AuditReadPolicy",
    },
    "ValidatePurgeFunction": {
        "RunsReadPolicy",
        "PolicyParametersPolicy",
        "OverrideCallersPolicy",
        "OrganisationsPolicy",
    },
    "DecideApprovalFunction": {"AuditAppendPolicy", "ApprovalsWritePolicy", "StopStorePolicy"},
    "RequestResumeFunction": {"AuditAppendPolicy", "ApprovalsWritePolicy", "StopStorePolicy"},
    "ReadApprovalsFunction": {"ApprovalsReadPolicy"},
    "RemindApproversFunction": {"AuditAppendPolicy", "ApprovalsWritePolicy", "RunsReadPolicy"},
    "ReadPoliciesFunction": {"PoliciesReadPolicy", "AuditReadPolicy"},
    "SubmitBatchFunction": {
        "AuditAppendPolicy",
        "RunsPolicy",
        "PlansReadPolicy",
        "PolicyParametersPolicy",
        "HoldsPolicy",
        "StopsPolicy",
        "ApprovalsWritePolicy",
        "OrganisationsPolicy",
        "GenesysPolicy",
    },
    "CheckSealsFunction": {
        "AuditAppendPolicy",
        "EvidencePolicy",
        "SealingPolicy",
        "OpenRunsPolicy",
        "RunListPolicy",
    },
    "StopDeletionFunction": {
        "AuditAppendPolicy",
        "RunsReadPolicy",
        "OpenRunsPolicy",
        "OrganisationsPolicy",
        "PoliciesReadPolicy",
        "StopStorePolicy",
    },
    "ReadStopsFunction": {"AuditReadPolicy"},
    "PutSettingFunction": {
        "AuditAppendPolicy",
        "ApprovalsWritePolicy",
        "InheritedSettingsPolicy",
    },
    "ReadSettingsFunction": {"AuditReadPolicy", "InheritedSettingsPolicy"},
    "PlaceHoldFunction": PLACES | {"GenesysPolicy"},
    "ImportHoldFunction": PLACES,
    "ChangeHoldFunction": PLACES | {"ApprovalsWritePolicy"},
    "ReadHoldsFunction": {"HoldsPolicy", "ApprovalsReadPolicy", "AuditReadPolicy"},
    "ReadPurgeRuleFunction": {"RulesReadPolicy", "AuditReadPolicy"},
    "ReadCampaignRulesFunction": {"DeploymentsReadPolicy", "AuditReadPolicy"},
    "PublishNotificationsFunction": {"RunsReadPolicy", "SubscribersPolicy", "DeliveriesPolicy"},
    # It appends to the audit by rights of its own.
    ERASER: {"RunsReadPolicy"},
}
SEALERS = ("SealAuditFunction", "CheckSealsFunction", "CertifyRunFunction")
# For people who copy files and items, and call no route.
COPYING = {"EvidenceAccess", "DisclosureAccess"}
# These functions write no audit records.
SILENT = {
    "ValidatePurgeFunction",
    "PublishNotificationsFunction",
    "EvaluateContactsFunction",
    "LookUpHeldConversationsFunction",
    "ReadApprovalsFunction",
}


def builder_of(function: str) -> str:
    folder = template.resources("AWS::Serverless::Function")[function]["CodeUri"]
    return str(folder.rpartition("/")[2])


def adapters_of(builder: str) -> set[str]:
    """The wiring functions that a builder refers to, directly or through others."""
    defined = {
        node.name: {
            ast.unparse(named).rpartition(".")[2]
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


def policies_of(function: str) -> set[str]:
    """The managed policies of a function's role."""
    policies = template.resources("AWS::Serverless::Function")[function]["Policies"]
    return {each["Ref"] for each in policies if set(each) == {"Ref"}}


def policies_needed(function: str) -> set[str]:
    if function in READERS:
        return READERS[function]
    needed = set().union(*(NEEDS.get(each, set()) for each in adapters_of(builder_of(function))))
    return needed if function in SILENT else needed | {"AuditAppendPolicy"}


def allowed_to(function: str, *resources: str) -> set[str]:
    """The actions that a function's role allows on any of the resources."""
    return {
        action
        for right in rights_of(function)
        if right.effect == "Allow" and set(resources) & set(right.resources)
        for action in right.actions
    }


def test_function_policies_match_its_adapters() -> None:
    assert {name: policies_of(name) for name in FUNCTIONS} == {
        name: policies_needed(name) for name in FUNCTIONS
    }


def test_every_function_has_its_own_role() -> None:
    functions = template.resources("AWS::Serverless::Function")
    assert [name for name in FUNCTIONS if "Role" in functions[name]] == []
    assert [name for name in FUNCTIONS if not rights_of(name)] == []


def denied_on(table: str, function: str) -> set[str]:
    rights = [r for r in rights_of(function) if r.effect == "Deny" and table in r.resources]
    return {action for right in rights for action in right.actions}


def test_writers_of_personal_data_are_denied_to_change_or_delete_it() -> None:
    rewrites = REWRITES | {"dynamodb:PartiQL*"}
    writers = [n for n in FUNCTIONS if "dynamodb:PutItem" in allowed_to(n, PERSONAL)]
    lacking = {name: rewrites - denied_on(PERSONAL, name) for name in writers}
    assert {name: actions for name, actions in lacking.items() if actions} == {
        ERASER: {"dynamodb:DeleteItem"}
    }


def test_erasing_reaches_the_audit_personal_data_and_runs_only() -> None:
    rights = [each for each in rights_of(ERASER) if each.effect == "Allow"]
    assert {each for right in rights for each in right.resources} == {AUDIT, PERSONAL, "RunsTable"}
    assert allowed_to(ERASER, "RunsTable") & {"dynamodb:PutItem"} == set()


def test_functions_with_audit_rights_are_denied_rewrites() -> None:
    touches = {name for name in FUNCTIONS if allowed_to(name, AUDIT)}
    denied = {n for n in FUNCTIONS if denied_on(AUDIT, n) >= REWRITES | {"dynamodb:PartiQL*"}}
    assert touches == denied == set(FUNCTIONS) - SILENT


def test_only_erasing_deletes_and_only_personal_data() -> None:
    found = {name: allowed_to(name, *DATA) & REWRITES for name in FUNCTIONS}
    assert {name: actions for name, actions in found.items() if actions} == {
        ERASER: {"dynamodb:DeleteItem"}
    }
    assert those_who_may("dynamodb:DeleteItem")[ERASER] == [PERSONAL, AUDIT]
    assert denied_on(AUDIT, ERASER) >= {"dynamodb:DeleteItem"}
    assert [name for name in FUNCTIONS if "*" in "".join(allowed_to(name, *DATA))] == []


def test_no_function_has_a_right_on_everything() -> None:
    offenders = [
        f"{name}: {right}"
        for name in FUNCTIONS
        for right in rights_of(name)
        if right.effect == "Allow"
        if "*" in right.resources or any(action.endswith("*") for action in right.actions)
    ]
    assert offenders == []


def those_who_may(action: str) -> dict[str, list[str]]:
    """The resources on which each function is allowed the action."""
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


def test_functions_read_only_the_objects_of_their_work() -> None:
    plans = ["PlansBucket.Arn/*"]
    assert those_who_may("s3:GetObject") == {
        "PlanPurgeFunction": [*plans, "IdListsBucket.Arn/*"],
        "SubmitBatchFunction": plans,
        "PollBatchFunction": plans,
        "VerifyBatchFunction": plans,
        "SettleRunsFunction": plans,
        "ReadPurgeFunction": plans,
        **dict.fromkeys(("PlaceHoldFunction", "ImportHoldFunction", "ChangeHoldFunction"), plans),
        "EvaluateContactsFunction": ["ContactsBucket.Arn/*"],
        **{name: ["EvidenceBucket.Arn/*"] for name in SEALERS},
        "CertifyRunFunction": ["EvidenceBucket.Arn/*", *plans],
    }


def test_only_planning_exporting_evaluating_and_sealing_store_objects() -> None:
    assert those_who_may("s3:PutObject") == {
        "PlanPurgeFunction": ["PlansBucket.Arn/*"],
        "ExportCampaignRuleChangesFunction": ["CampaignRuleChangesBucket.Arn/*"],
        "EvaluateContactsFunction": ["ContactsBucket.Arn/matches/*"],
        **{name: ["EvidenceBucket.Arn/*"] for name in SEALERS},
    }
    actions = {a for f in FUNCTIONS for r in rights_of(f) for a in r.actions if a.startswith("s3:")}
    assert actions == {"s3:GetObject", "s3:ListBucket", "s3:PutObject"}


def test_only_submitting_settling_and_recovering_start_executions() -> None:
    starters = {
        function: resource.rpartition(":")[2]
        for function in FUNCTIONS
        for right in rights_of(function)
        if "states:StartExecution" in right.actions
        for resource in right.resources
    }
    assert starters == {
        "SubmitPurgeFunction": "genesys-purge-purge-run",
        "RunPolicyFunction": "genesys-purge-purge-run",
        "SettleRunsFunction": "genesys-purge-purge-run",
        "SubmitCampaignRulesFunction": "genesys-purge-deploy-campaign-rules",
        "RecoverCampaignRulesFunction": "genesys-purge-deploy-campaign-rules",
    }


def test_only_these_functions_query_indexes_of_runs() -> None:
    queries = those_who_may("dynamodb:Query").items()
    found = {name: [each for each in on if "RunsTable.Arn/index/" in each] for name, on in queries}
    assert {name: on for name, on in found.items() if on} == {
        "ReadPurgeFunction": ["RunsTable.Arn/index/RunListIndex"],
        "SettleRunsFunction": ["RunsTable.Arn/index/OpenRunIndex"],
        "CheckSealsFunction": [
            "RunsTable.Arn/index/OpenRunIndex",
            "RunsTable.Arn/index/RunListIndex",
        ],
        "StopDeletionFunction": ["RunsTable.Arn/index/OpenRunIndex"],
        "CancelPurgeFunction": ["RunsTable.Arn/index/OpenRunIndex"],
    }


def test_only_settling_reads_executions() -> None:
    assert list(those_who_may("states:DescribeExecution")) == ["SettleRunsFunction"]


def test_only_their_reader_lists_deployments() -> None:
    index = "DeploymentsTable.Arn/index/SubmittedIndex"
    queries = those_who_may("dynamodb:Query").items()
    assert [name for name, on in queries if index in on] == ["ReadCampaignRulesFunction"]


def test_settling_may_not_read_what_a_permit_needs() -> None:
    needed = {"HoldsPolicy", "PolicyParametersPolicy"}
    assert not needed & policies_of("SettleRunsFunction")


def test_only_functions_that_call_genesys_read_its_secret() -> None:
    assert readers_of("GenesysSecret") == {
        name for name in FUNCTIONS if "_client" in adapters_of(builder_of(name))
    }


def test_only_signing_and_checking_functions_read_webhook_secrets() -> None:
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


def test_only_five_functions_write_holds_and_none_parameters_or_secrets() -> None:
    actions = {a for f in FUNCTIONS for r in rights_of(f) if r.effect == "Allow" for a in r.actions}
    assert not {a for a in actions if a.startswith(("ssm:Put", "secretsmanager:Put"))}
    holds = [r for f in FUNCTIONS for r in rights_of(f) if "HoldsTable" in r.resources]
    assert {action for right in holds for action in right.actions} == {
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:Scan",
    }
    writers = those_who_may("dynamodb:PutItem").items()
    for table in ("HoldsTable", "HeldIdsTable"):
        found = {name for name, tables in writers if table in tables}
        assert found == {
            "PlaceHoldFunction",
            "ImportHoldFunction",
            "ChangeHoldFunction",
            "DecideApprovalFunction",
            "ReviewHoldsFunction",
        }


def test_only_apply_policy_writes_policies() -> None:
    writers = those_who_may("dynamodb:PutItem").items()
    assert [name for name, on in writers if "PoliciesTable" in on] == ["ApplyPolicyFunction"]


def test_only_six_functions_read_policies() -> None:
    readers = those_who_may("dynamodb:Query").items()
    assert {name for name, on in readers if "PoliciesTable" in on} == {
        "ApplyPolicyFunction",
        "ReadPoliciesFunction",
        "RunPolicyFunction",
        "PlanPurgeFunction",
        "SubmitBatchFunction",
        "StopDeletionFunction",
    }


def test_only_apply_policy_changes_schedules_and_only_those_of_policies() -> None:
    group = "arn:aws:scheduler:us-east-1:123456789012:schedule/PolicySchedules/*"
    for action in ("scheduler:CreateSchedule", "scheduler:UpdateSchedule"):
        assert those_who_may(action) == {"ApplyPolicyFunction": [group]}
    assert those_who_may("scheduler:GetSchedule") == {
        "ApplyPolicyFunction": [group],
        "ReadPoliciesFunction": [group],
    }
    actions = {a for f in FUNCTIONS for r in rights_of(f) for a in r.actions}
    assert {each for each in actions if each.startswith(("scheduler:", "iam:"))} == {
        "scheduler:CreateSchedule",
        "scheduler:UpdateSchedule",
        "scheduler:GetSchedule",
        "iam:PassRole",
    }


def test_only_apply_policy_passes_a_role_and_only_to_the_scheduler() -> None:
    assert those_who_may("iam:PassRole") == {"ApplyPolicyFunction": ["PolicyScheduleRole"]}
    policies = template.resources("AWS::Serverless::Function")["ApplyPolicyFunction"]["Policies"]
    (condition,) = [
        each["Condition"]
        for policy in policies
        for each in policy.get("Statement", ())
        if each["Action"] == "iam:PassRole"
    ]
    assert condition == {"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}}


def test_no_role_has_more_managed_policies_than_iam_allows() -> None:
    # SAM adds one, for the logs.
    assert [name for name in FUNCTIONS if len(policies_of(name)) > 9] == []


def test_only_stopping_and_resuming_write_stops() -> None:
    writers = {name for name in FUNCTIONS if "dynamodb:PutItem" in allowed_to(name, "StopsTable")}
    assert writers == {"StopDeletionFunction", "RequestResumeFunction", "DecideApprovalFunction"}


def test_only_put_setting_and_decisions_write_settings() -> None:
    writers = those_who_may("dynamodb:PutItem").items()
    assert [name for name, on in writers if "SettingsTable" in on] == [
        "PutSettingFunction",
        "DecideApprovalFunction",
    ]


def test_planning_and_decisions_reach_the_approval_rules_only() -> None:
    functions = template.resources("AWS::Serverless::Function")
    found = {
        name: [
            each["Condition"]["ForAllValues:StringEquals"]["dynamodb:LeadingKeys"]
            for policy in functions[name]["Policies"]
            for each in policy.get("Statement", ())
            if template.resolved(each["Resource"]) == "SettingsTable" and "Condition" in each
        ]
        for name in FUNCTIONS
    }
    assert {name: keys for name, keys in found.items() if keys} == {
        "PlanPurgeFunction": [["approval-rules"]],
        "DecideApprovalFunction": [["approval-rules"]],
    }


def test_functions_read_only_the_settings_of_their_work() -> None:
    named = {
        policy: [
            each["Condition"]["ForAllValues:StringEquals"]["dynamodb:LeadingKeys"]
            for each in document["PolicyDocument"]["Statement"]
            if template.resolved(each["Resource"]) == "SettingsTable"
        ]
        for policy, document in template.resources("AWS::IAM::ManagedPolicy").items()
    }
    assert {policy: keys for policy, keys in named.items() if keys} == {
        "PolicyParametersPolicy": [["retention-matrix"]],
        "OrganisationsPolicy": [["organisations", "default-classification"]],
    }


def test_put_setting_reads_the_organisations_of_holds_and_no_conversation() -> None:
    (condition,) = [
        each["Condition"]
        for policy in template.resources("AWS::Serverless::Function")["PutSettingFunction"][
            "Policies"
        ]
        for each in policy.get("Statement", ())
        if template.resolved(each["Resource"]) == "HoldsTable"
    ]
    assert condition == {
        "ForAllValues:StringEquals": {
            "dynamodb:Attributes": HOLD_ATTRIBUTES.split(", "),
        },
        "StringEquals": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"},
    }
    assert allowed_to("PutSettingFunction", "HoldsTable", "StopsTable") == {"dynamodb:Scan"}


def test_only_the_look_up_writes_the_times_of_holds_and_nothing_else() -> None:
    looking_up = "LookUpHeldConversationsFunction"
    writers = {
        name for name in FUNCTIONS if "dynamodb:PutItem" in allowed_to(name, "HeldTimesTable")
    }
    assert writers == {looking_up}
    written = those_who_may("dynamodb:PutItem")[looking_up]
    assert set(written) == {"HeldTimesTable", "CircuitTable"}


def test_every_managed_policy_is_used() -> None:
    used = {policy for function in FUNCTIONS for policy in policies_of(function)}
    assert used == set(managed_policies()) - set(POLICIES.values()) - COPYING
