"""The template: what is deployed keeps what it must keep, and says what it did."""

from __future__ import annotations

import json
from typing import Any

import pytest
from genesys_purge.campaign_rules.exporting.change_export import LEASE
from genesys_purge.model.audit import Action
from genesys_purge.model.retention import RetentionMatrix, default_matrix
from genesys_purge.webhooks.notifications import BATCH_ENDS, JOB_ENDS, RUN_ENDS

from tests import template
from tests.contract.source import FUNCTIONS

RESOURCES: dict[str, dict[str, Any]] = template.template()["Resources"]
KEPT_TABLES = [
    "RunsTable",
    "AuditTable",
    "HoldsTable",
    "RulesTable",
    "DeploymentsTable",
    "ExportsTable",
]
GLOBALS = template.template()["Globals"]["Function"]


def properties(name: str) -> dict[str, Any]:
    found: dict[str, Any] = RESOURCES[name].get("Properties", {})
    return found


def of_type(kind: str) -> list[str]:
    return [name for name, each in RESOURCES.items() if each["Type"] == kind]


def test_every_function_is_a_folder_and_every_folder_a_function() -> None:
    folders = {path.name for path in FUNCTIONS.iterdir()}
    named = {"".join(word.title() for word in name.split("_")) + "Function" for name in folders}
    assert set(template.functions()) == named
    for name in template.functions():
        words = name.removesuffix("Function")
        folder = "".join(f"_{c.lower()}" if c.isupper() else c for c in words).removeprefix("_")
        assert properties(name)["CodeUri"] == f"functions/{folder}"


@pytest.mark.parametrize("table", KEPT_TABLES)
def test_a_table_of_facts_survives_mistakes(table: str) -> None:
    settings = properties(table)
    assert RESOURCES[table]["DeletionPolicy"] == "Retain"
    assert RESOURCES[table]["UpdateReplacePolicy"] == "Retain"
    assert settings["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert settings["DeletionProtectionEnabled"] is True
    assert settings["SSESpecification"] == {"SSEEnabled": True}
    assert "TimeToLiveSpecification" not in settings


def test_there_is_no_table_without_rules_for_it() -> None:
    assert set(of_type("AWS::DynamoDB::Table")) == {*KEPT_TABLES, "CircuitTable"}
    assert properties("CircuitTable")["SSESpecification"] == {"SSEEnabled": True}


@pytest.mark.parametrize("group", of_type("AWS::Logs::LogGroup"))
def test_logs_are_kept_for_as_long_as_was_chosen(group: str) -> None:
    assert properties(group)["RetentionInDays"] == {"Ref": "LogRetentionDays"}


def test_every_function_logs_into_the_group_with_a_retention() -> None:
    assert GLOBALS["LoggingConfig"] == {"LogFormat": "JSON", "LogGroup": {"Ref": "FunctionLogs"}}
    assert not [name for name in template.functions() if "LoggingConfig" in properties(name)]


@pytest.mark.parametrize("queue", of_type("AWS::SQS::Queue"))
def test_queues_are_encrypted(queue: str) -> None:
    assert properties(queue)["SqsManagedSseEnabled"] is True


@pytest.mark.parametrize("bucket", of_type("AWS::S3::Bucket"))
def test_buckets_are_private_encrypted_and_kept(bucket: str) -> None:
    settings = properties(bucket)
    assert set(settings["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(settings["PublicAccessBlockConfiguration"]) == 4
    assert settings["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert RESOURCES[bucket]["DeletionPolicy"] == "Retain"


def test_exports_stay_as_they_were_written_and_contacts_do_not_stay() -> None:
    changes, contacts = properties("CampaignRuleChangesBucket"), properties("ContactsBucket")
    assert changes["VersioningConfiguration"] == {"Status": "Enabled"}
    assert changes["ObjectLockEnabled"] is True
    assert changes["ObjectLockConfiguration"]["Rule"] == {
        "DefaultRetention": {"Mode": "GOVERNANCE", "Days": {"Ref": "ExportRetentionDays"}}
    }
    assert "LifecycleConfiguration" not in changes
    (rule,) = contacts["LifecycleConfiguration"]["Rules"]
    assert rule == {"Status": "Enabled", "ExpirationInDays": {"Ref": "ContactDays"}}
    assert "VersioningConfiguration" not in contacts


@pytest.mark.parametrize("bucket", ["CampaignRuleChangesBucket", "ContactsBucket"])
def test_rules_and_contacts_travel_encrypted_or_not_at_all(bucket: str) -> None:
    policy = properties(f"{bucket}Policy")
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert policy["Bucket"] == {"Ref": bucket}
    denied = [statement[name] for name in ("Effect", "Principal", "Action")]
    assert denied == ["Deny", "*", "s3:*"]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert template.resolved(statement["Resource"]) == [bucket, f"{bucket}.Arn/*"]


@pytest.mark.parametrize("secret", of_type("AWS::SecretsManager::Secret"))
def test_secrets_are_kept_and_none_is_in_the_template(secret: str) -> None:
    assert RESOURCES[secret]["DeletionPolicy"] == "Retain"
    if "GenerateSecretString" in properties(secret):
        assert properties(secret)["GenerateSecretString"]["PasswordLength"] >= 32
        assert "SecretString" not in properties(secret)
    else:
        shipped = json.loads(properties(secret)["SecretString"])
        assert all(value in ("replace me", []) for value in shipped.values())


def test_what_a_webhook_is_checked_against_is_known_to_nobody_at_first() -> None:
    generated = properties("WebhookSecret")["GenerateSecretString"]
    assert generated["GenerateStringKey"] == "current"
    assert json.loads(generated["SecretStringTemplate"]) == {"previous": ""}


def test_no_variable_holds_a_secret_or_logs_events() -> None:
    assert not {"POWERTOOLS_LOGGER_LOG_EVENT", "POWERTOOLS_DEV"} & set(template.environment())
    assert template.environment()["GENESYS_SECRET"] == "GenesysSecret"
    assert not [name for name in template.environment() if "PASSWORD" in name or "TOKEN" in name]


@pytest.mark.parametrize("caller", ["SubmitBatch", "ApplyCampaignRules", "RollBackCampaignRules"])
def test_a_call_in_flight_is_left_alone_for_as_long_as_its_function_may_run(caller: str) -> None:
    longest = properties(f"{caller}Function").get("Timeout", GLOBALS["Timeout"])
    assert int(template.environment()["INTENT_LEASE_SECONDS"]) >= longest


def test_an_export_is_left_alone_for_as_long_as_its_function_may_run() -> None:
    assert LEASE.total_seconds() >= properties("ExportCampaignRuleChangesFunction")["Timeout"]


def test_the_shipped_matrix_and_the_parameters_are_one() -> None:
    shipped = RetentionMatrix.parse(json.loads(template.parameters()["RetentionMatrixParameter"]))
    assert shipped == default_matrix()


def test_the_switch_knows_two_words_and_begins_with_on() -> None:
    switch = properties("PurgingSwitchParameter")
    assert (switch["AllowedPattern"], switch["Value"]) == ("^(on|off)$", "on")


def events(kind: str) -> list[tuple[str, dict[str, Any]]]:
    """Every event of a kind that invokes a function, with the function's name."""
    return [
        (name, event["Properties"])
        for name in template.functions()
        for event in properties(name).get("Events", {}).values()
        if event["Type"] == kind
    ]


def test_everything_behind_the_api_is_signed_with_iam_but_what_genesys_signs_itself() -> None:
    api = properties("Api")
    assert api["Auth"] == {"EnableIamAuthorizer": True, "DefaultAuthorizer": "AWS_IAM"}
    open_to_all = []
    for name, event in events("HttpApi"):
        assert event["ApiId"] == {"Ref": "Api"}
        if "Auth" in event:
            open_to_all.append((name, event["Method"], event["Path"], event["Auth"]))
        else:
            assert event["Method"] in ("GET", "POST")
    auth = {"Authorizer": "NONE"}
    assert open_to_all == [("IngestWebhookFunction", "ANY", "/webhooks/genesys", auth)]


def test_the_webhook_answers_well_before_genesys_gives_up() -> None:
    assert properties("IngestWebhookFunction")["Timeout"] < 10


@pytest.mark.parametrize(("function", "event"), events("SQS"))
def test_a_queue_outlasts_its_consumer_and_loses_nothing(
    function: str, event: dict[str, Any]
) -> None:
    (queue, _) = event["Queue"]["Fn::GetAtt"].split(".")
    assert event["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    timeout = properties(function).get("Timeout", GLOBALS["Timeout"])
    assert properties(queue)["VisibilityTimeout"] >= 6 * timeout
    assert properties(queue)["RedrivePolicy"]["maxReceiveCount"] > 10
    dead_letters, _ = properties(queue)["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"].split(
        "."
    )
    assert properties(dead_letters)["MessageRetentionPeriod"] == 1_209_600
    watched = [properties(alarm)["Dimensions"] for alarm in of_type("AWS::CloudWatch::Alarm")]
    name = {"Fn::GetAtt": f"{dead_letters}.QueueName"}
    assert [{"Name": "QueueName", "Value": name}] in watched


def test_every_new_fact_of_the_audit_is_told_or_kept_for_later() -> None:
    ((function, event),) = events("DynamoDB")
    assert function == "PublishNotificationsFunction"
    assert event["StartingPosition"] == "TRIM_HORIZON"
    assert event["DestinationConfig"]["OnFailure"]["Destination"] == {
        "Fn::GetAtt": "UnpublishedFacts.Arn"
    }
    assert properties("AuditTable")["StreamSpecification"] == {"StreamViewType": "NEW_IMAGE"}


def test_the_stream_leaves_out_what_notifications_themselves_leave_in_the_audit() -> None:
    ((_, event),) = events("DynamoDB")
    (pattern,) = (json.loads(each["Pattern"]) for each in event["FilterCriteria"]["Filters"])
    let_through = pattern["dynamodb"]["NewImage"]["action"]["S"]
    prefixes = tuple(each["prefix"] for each in let_through if isinstance(each, dict))
    passing = {a for a in Action if a.startswith(prefixes) or a in let_through}
    assert not {a for a in passing if a.startswith("notification_")}
    assert {*BATCH_ENDS, *JOB_ENDS, *RUN_ENDS, Action.WEBHOOK_RECEIVED} <= passing


def test_the_api_is_throttled_and_logged() -> None:
    api = properties("Api")
    assert 0 < api["DefaultRouteSettings"]["ThrottlingRateLimit"] <= 100
    assert 0 < api["DefaultRouteSettings"]["ThrottlingBurstLimit"] <= 200
    logged = json.loads(api["AccessLogSettings"]["Format"])
    assert set(logged) == {"requestId", "route", "status", "latency"}


@pytest.mark.parametrize("schedule", of_type("AWS::Scheduler::Schedule"))
def test_a_schedule_sends_its_own_time_and_loses_nothing(schedule: str) -> None:
    target = properties(schedule)["Target"]
    assert "<aws.scheduler.scheduled-time>" in str(target["Input"]["Fn::Sub"])
    assert target["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": "UndeliveredRequests.Arn"}}
    assert properties(schedule)["FlexibleTimeWindow"] == {"Mode": "OFF"}
    allowed = properties("SchedulerRole")["Policies"][0]["PolicyDocument"]["Statement"][0]
    assert target["Arn"] in allowed["Resource"]


@pytest.mark.parametrize("alarm", of_type("AWS::CloudWatch::Alarm"))
def test_an_alarm_says_what_happened_and_tells_whoever_was_named(alarm: str) -> None:
    settings = properties(alarm)
    assert settings["AlarmDescription"].endswith(".")
    condition, action, _ = settings["AlarmActions"]["Fn::If"]
    assert (condition, action) == ("HasAlarmTopic", [{"Ref": "AlarmTopicArn"}])
    assert settings["TreatMissingData"] == "notBreaching"


def test_failed_runs_deletions_of_nothing_and_lost_schedules_are_alarms() -> None:
    watched = {properties(alarm)["MetricName"] for alarm in of_type("AWS::CloudWatch::Alarm")}
    assert watched == {
        "ExecutionsFailed",
        "NothingDeleted",
        "ApproximateNumberOfMessagesVisible",
        "RuleNoncompliant",
        "StorageExhausted",
        "SubjectRequestSecondsLeft",
        "ProtectedConversations",
    }


def test_nothing_of_the_template_is_code() -> None:
    text = (template.ROOT / "template.yaml").read_text()
    for inline in (
        "InlineCode",
        "DefinitionBody",
        "DefinitionString",
        "ZipFile",
        "DefinitionUri: {",
    ):
        assert inline not in text
