"""The template: retention, encryption, access, delivery, and alarms of every resource."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from typing import Any

import pytest
from genesys_purge.calling.deleting import LATEST_SENDING
from genesys_purge.campaign_rules.exporting.change_export import LEASE_SECONDS
from genesys_purge.genesys.bounded_http import LONGEST_CALL
from genesys_purge.model.audit import Action
from genesys_purge.time_left import STORING_SECONDS
from moto.events.models import EventPattern

from tests import template
from tests.contract.deployed import rights_of
from tests.contract.source import function_folders
from tests.template import ROOT
from tests.unit.webhooks.outbound.test_bodies import EVENTS

RESOURCES: dict[str, dict[str, Any]] = template.template()["Resources"]
KEPT_TABLES = [
    "RunsTable",
    "AuditTable",
    "PersonalTable",
    "HoldsTable",
    "ApprovalsTable",
    "HeldIdsTable",
    "HeldTimesTable",
    "MirrorsTable",
    "PoliciesTable",
    "StopsTable",
    "SettingsTable",
    "SealsTable",
    "RulesTable",
    "DeploymentsTable",
    "ExportsTable",
]
PARAMETERS = template.template()["Parameters"]
GLOBALS = template.template()["Globals"]["Function"]


def properties(name: str) -> dict[str, Any]:
    found: dict[str, Any] = RESOURCES[name].get("Properties", {})
    return found


def of_type(kind: str) -> list[str]:
    return [name for name, each in RESOURCES.items() if each["Type"] == kind]


def test_every_function_is_a_folder_and_every_folder_a_function() -> None:
    folders = {path.name for path in function_folders()}
    named = {"".join(word.title() for word in name.split("_")) + "Function" for name in folders}
    assert set(template.functions()) == named
    for name in template.functions():
        words = name.removesuffix("Function")
        folder = "".join(f"_{c.lower()}" if c.isupper() else c for c in words).removeprefix("_")
        assert properties(name)["CodeUri"] == f"functions/{folder}"


def those_without(names: list[str], expected: dict[str, Any]) -> list[str]:
    """The resources whose properties differ from the expected ones."""
    return [
        f"{name}.{key}"
        for name in names
        for key, value in expected.items()
        if properties(name).get(key) != value
    ]


def test_tables_of_records_are_retained_protected_and_encrypted() -> None:
    for table in KEPT_TABLES:
        assert RESOURCES[table]["DeletionPolicy"] == "Retain", table
        assert RESOURCES[table]["UpdateReplacePolicy"] == "Retain", table
        assert "TimeToLiveSpecification" not in properties(table), table
    expected = {
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
        "DeletionProtectionEnabled": True,
        "SSESpecification": {"SSEEnabled": True},
    }
    assert those_without(KEPT_TABLES, expected) == []


def test_every_table_is_one_of_records_or_the_circuit_table() -> None:
    assert set(of_type("AWS::DynamoDB::Table")) == {*KEPT_TABLES, "CircuitTable"}
    assert properties("CircuitTable")["SSESpecification"] == {"SSEEnabled": True}


def test_log_groups_have_the_chosen_retention() -> None:
    groups = of_type("AWS::Logs::LogGroup")
    assert groups
    assert those_without(groups, {"RetentionInDays": {"Ref": "LogRetentionDays"}}) == []


def test_every_function_logs_to_the_group_with_a_retention() -> None:
    assert GLOBALS["LoggingConfig"] == {"LogFormat": "JSON", "LogGroup": {"Ref": "FunctionLogs"}}
    assert not [name for name in template.functions() if "LoggingConfig" in properties(name)]


def test_queues_are_encrypted() -> None:
    queues = of_type("AWS::SQS::Queue")
    assert queues
    assert those_without(queues, {"SqsManagedSseEnabled": True}) == []


def test_buckets_are_private_encrypted_and_retained() -> None:
    for bucket in of_type("AWS::S3::Bucket"):
        settings = properties(bucket)
        assert set(settings["PublicAccessBlockConfiguration"].values()) == {True}, bucket
        assert len(settings["PublicAccessBlockConfiguration"]) == 4, bucket
        assert settings["BucketEncryption"]["ServerSideEncryptionConfiguration"], bucket
        assert RESOURCES[bucket]["DeletionPolicy"] == "Retain", bucket


def test_sealed_records_are_locked_for_the_chosen_days() -> None:
    bucket = properties("EvidenceBucket")
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert bucket["ObjectLockEnabled"] is True
    retention = {"Mode": {"Ref": "EvidenceLockMode"}, "Days": {"Ref": "EvidenceDays"}}
    assert bucket["ObjectLockConfiguration"]["Rule"] == {"DefaultRetention": retention}
    assert "LifecycleConfiguration" not in bucket


def test_sealed_records_may_be_locked_against_everybody() -> None:
    found = template.template()["Parameters"]["EvidenceLockMode"]
    assert (found["Default"], found["AllowedValues"]) == (
        "GOVERNANCE",
        ["GOVERNANCE", "COMPLIANCE"],
    )


def test_production_locks_sealed_records_against_everybody() -> None:
    with (ROOT / "samconfig.toml").open("rb") as file:
        stacks = tomllib.load(file)
    del stacks["version"]
    chosen = [
        name
        for name, each in stacks.items()
        if "COMPLIANCE" in each["deploy"]["parameters"].get("parameter_overrides", "")
    ]
    assert chosen == ["prod"]


@pytest.mark.parametrize(
    ("key", "kind"),
    [("SealKey", "ECC_NIST_EDWARDS25519"), ("CertificateKey", "ECC_NIST_P256")],
)
def test_keys_sign_and_stay(key: str, kind: str) -> None:
    assert (properties(key)["KeySpec"], properties(key)["KeyUsage"]) == (kind, "SIGN_VERIFY")
    assert RESOURCES[key]["DeletionPolicy"] == "Retain"


def test_only_sealing_and_certifying_functions_sign() -> None:
    signers = {
        name: right.resources
        for name in template.functions()
        for right in rights_of(name)
        if "kms:Sign" in right.actions
    }
    assert signers == {
        "SealAuditFunction": ("SealKey", "AWS::NoValue"),
        "CheckSealsFunction": ("SealKey", "AWS::NoValue"),
        "CertifyRunFunction": ("CertificateKey",),
    }


def test_sealing_functions_may_use_the_configured_keys_of_the_log_only() -> None:
    (document,) = (
        each["PolicyDocument"]
        for name, each in template.resources("AWS::IAM::ManagedPolicy").items()
        if name == "SealingPolicy"
    )
    keys = [
        {"Fn::If": ["HasSealKey", {"Ref": "SealKeyArn"}, {"Fn::GetAtt": "SealKey.Arn"}]},
        {
            "Fn::If": [
                "HasPreviousSealKey",
                {"Ref": "PreviousSealKeyArn"},
                {"Ref": "AWS::NoValue"},
            ]
        },
    ]
    rights = {
        each["Action"]: each["Resource"]
        for each in document["Statement"]
        if each["Action"].startswith("kms:")
    }
    assert rights == {"kms:GetPublicKey": keys, "kms:Sign": keys}


# Parts of uploads that broke off stay for ever otherwise.
ABORT = {"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}}


def test_exports_are_locked_and_contacts_expire() -> None:
    changes, contacts = properties("CampaignRuleChangesBucket"), properties("ContactsBucket")
    assert changes["VersioningConfiguration"] == {"Status": "Enabled"}
    assert changes["ObjectLockEnabled"] is True
    assert changes["ObjectLockConfiguration"]["Rule"] == {
        "DefaultRetention": {"Mode": "GOVERNANCE", "Days": {"Ref": "ExportRetentionDays"}}
    }
    assert "LifecycleConfiguration" not in changes
    (rule,) = contacts["LifecycleConfiguration"]["Rules"]
    assert rule == {"Status": "Enabled", "ExpirationInDays": {"Ref": "ContactDays"}, **ABORT}
    assert "VersioningConfiguration" not in contacts


def test_lists_of_ids_expire_with_all_their_versions() -> None:
    (rule,) = properties("IdListsBucket")["LifecycleConfiguration"]["Rules"]
    assert rule == {
        "Status": "Enabled",
        "ExpirationInDays": {"Ref": "IdListDays"},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
        **ABORT,
    }


@pytest.mark.parametrize("bucket", of_type("AWS::S3::Bucket"))
def test_buckets_refuse_plain_http(bucket: str) -> None:
    policy = properties(f"{bucket}Policy")
    (statement,) = [
        each for each in policy["PolicyDocument"]["Statement"] if each["Sid"] == "TlsOnly"
    ]
    assert policy["Bucket"] == {"Ref": bucket}
    denied = [statement[name] for name in ("Effect", "Principal", "Action")]
    assert denied == ["Deny", "*", "s3:*"]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert template.resolved(statement["Resource"]) == [bucket, f"{bucket}.Arn/*"]


def test_secrets_are_retained() -> None:
    for secret in of_type("AWS::SecretsManager::Secret"):
        assert RESOURCES[secret]["DeletionPolicy"] == "Retain", secret


def test_no_variable_holds_a_secret_or_logs_events() -> None:
    assert not {"POWERTOOLS_LOGGER_LOG_EVENT", "POWERTOOLS_DEV"} & set(template.environment())
    assert template.environment()["GENESYS_SECRET"] == "GenesysSecret"
    assert not [name for name in template.environment() if "PASSWORD" in name or "TOKEN" in name]


def test_intent_lease_outlasts_every_function_that_calls() -> None:
    lease = int(template.environment()["INTENT_LEASE_SECONDS"])
    for caller in ("ApplyCampaignRules", "RollBackCampaignRules"):
        assert properties(f"{caller}Function").get("Timeout", GLOBALS["Timeout"]) <= lease, caller


def test_intent_lease_outlasts_the_last_sending_of_a_deletion() -> None:
    """These functions may read for minutes before the intent, but not after it."""
    lease = int(template.environment()["INTENT_LEASE_SECONDS"])
    assert LATEST_SENDING.total_seconds() + LONGEST_CALL + STORING_SECONDS <= lease


def test_export_lease_outlasts_its_function() -> None:
    assert properties("ExportCampaignRuleChangesFunction")["Timeout"] <= LEASE_SECONDS


def events(kind: str) -> list[tuple[str, dict[str, Any]]]:
    """Every event of a kind that invokes a function, with the function's name."""
    return [
        (name, event["Properties"])
        for name in template.functions()
        for event in properties(name).get("Events", {}).values()
        if event["Type"] == kind
    ]


def test_api_requires_iam_except_on_the_webhook() -> None:
    api = properties("Api")
    assert api["Auth"] == {"EnableIamAuthorizer": True, "DefaultAuthorizer": "AWS_IAM"}
    open_to_all = []
    for name, event in events("HttpApi"):
        assert event["ApiId"] == {"Ref": "Api"}
        if "Auth" in event:
            open_to_all.append((name, event["Method"], event["Path"], event["Auth"]))
        else:
            assert event["Method"] in ("GET", "POST", "PUT")
    auth = {"Authorizer": "NONE"}
    assert open_to_all == [("IngestWebhookFunction", "ANY", "/webhooks/genesys", auth)]


def test_webhook_function_times_out_before_genesys_does() -> None:
    assert properties("IngestWebhookFunction")["Timeout"] < 10


@pytest.mark.parametrize(("function", "event"), events("SQS"))
def test_queue_outlasts_its_consumer_and_has_dead_letters(
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
    watched = dimensions_of_alarms()
    name = {"Fn::GetAtt": f"{dead_letters}.QueueName"}
    assert [{"Name": "QueueName", "Value": name}] in watched


def metrics_of(alarm: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The metric of an alarm, or all metrics of its expression."""
    sums = alarm.get("Metrics")
    if sums is None:
        return [dict(alarm)]
    return [each["MetricStat"]["Metric"] for each in sums if "MetricStat" in each]


def dimensions_of_alarms() -> list[Any]:
    alarms = map(properties, of_type("AWS::CloudWatch::Alarm"))
    return [each["Dimensions"] for alarm in alarms for each in metrics_of(alarm)]


CONSUMERS = {
    "PublishNotificationsFunction": "UnpublishedAuditRecords",
    "SealAuditFunction": "UnsealedRecords",
}


def test_consumers_of_the_audit_stream_keep_what_fails_and_are_watched() -> None:
    assert [function for function, _ in events("DynamoDB")] == list(CONSUMERS)
    alarms = dimensions_of_alarms()
    for function, event in events("DynamoDB"):
        queue = CONSUMERS[function]
        assert event["Stream"] == {"Fn::GetAtt": "AuditTable.StreamArn"}
        assert event["StartingPosition"] == "TRIM_HORIZON"
        assert event["BisectBatchOnFunctionError"] is True
        failed = event["DestinationConfig"]["OnFailure"]["Destination"]
        assert failed == {"Fn::GetAtt": f"{queue}.Arn"}
        assert [{"Name": "QueueName", "Value": {"Fn::GetAtt": f"{queue}.QueueName"}}] in alarms
    assert properties("AuditTable")["StreamSpecification"] == {"StreamViewType": "NEW_IMAGE"}


def test_notifications_stop_at_a_record_that_fails_and_seals_repeat_the_batch() -> None:
    reports = {name: each.get("FunctionResponseTypes") for name, each in events("DynamoDB")}
    assert reports == {
        "PublishNotificationsFunction": ["ReportBatchItemFailures"],
        "SealAuditFunction": None,
    }


def passes(function: str, name: str, action: Action) -> bool:
    """Whether the consumer gets a stream record of this event and action."""
    new_image = {} if name == "REMOVE" else {"NewImage": {"action": {"S": str(action)}}}
    record: Any = {"eventName": name, "dynamodb": new_image}
    filters = dict(events("DynamoDB"))[function]["FilterCriteria"]["Filters"]
    patterns = [EventPattern(each["Pattern"], json.loads(each["Pattern"])) for each in filters]
    return any(each.matches_event(record) for each in patterns)


def test_new_records_with_a_notification_are_published() -> None:
    passing = {each for each in Action if passes("PublishNotificationsFunction", "INSERT", each)}
    assert not {each for each in passing if each.startswith("notification_")}
    assert EVENTS.keys() <= passing
    assert Action.AUDIT_ALTERED not in passing


def test_every_new_and_changed_audit_record_reaches_the_seal() -> None:
    assert "FilterCriteria" not in dict(events("DynamoDB"))["SealAuditFunction"]


def test_altered_audit_raises_an_alarm_at_the_first_change() -> None:
    alarm = properties("AuditAlteredAlarm")
    found = [alarm[name] for name in ("MetricName", "Statistic", "Threshold", "EvaluationPeriods")]
    assert found == ["AuditAltered", "Sum", 1, 1]
    assert alarm["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"


def test_api_is_throttled_and_logged() -> None:
    api = properties("Api")
    assert 0 < api["DefaultRouteSettings"]["ThrottlingRateLimit"] <= 100
    assert 0 < api["DefaultRouteSettings"]["ThrottlingBurstLimit"] <= 200
    logged = json.loads(api["AccessLogSettings"]["Format"]["Fn::Sub"])
    who = {"caller", "sourceIp"}
    why = {"status", "error", "integrationError"}
    assert set(logged) == {"service", "stack", "requestId", "route", "latency", *who, *why}
    assert logged["caller"] == "$context.identity.userArn"


def test_webhook_that_is_not_accepted_raises_the_alarm_of_its_stack() -> None:
    settings = properties("RefusedWebhooksFilter")
    assert settings["LogGroupName"] == {"Ref": "ApiLogs"}
    assert properties("Api")["AccessLogSettings"]["DestinationArn"] == {"Fn::GetAtt": "ApiLogs.Arn"}
    logged = json.loads(properties("Api")["AccessLogSettings"]["Format"]["Fn::Sub"])
    # Genesys gets 200 for every recorded webhook, and everything else is a refusal.
    condition = '{ $.route = "ANY /webhooks/genesys" && $.status != "200" }'
    assert settings["FilterPattern"] == condition
    assert (logged["route"], logged["status"]) == ("$context.routeKey", "$context.status")
    (metric,) = settings["MetricTransformations"]
    dimensions = {each["Key"]: each["Value"] for each in metric["Dimensions"]}
    assert dimensions == {"service": "$.service", "stack": "$.stack"}
    assert (logged["service"], logged["stack"]) == ("genesys-purge", "${AWS::StackName}")
    alarm = properties("RefusedWebhooksAlarm")
    assert (alarm["Namespace"], alarm["MetricName"]) == (
        metric["MetricNamespace"],
        metric["MetricName"],
    )
    stack = {"Name": "stack", "Value": {"Ref": "AWS::StackName"}}
    assert alarm["Dimensions"] == [{"Name": "service", "Value": "genesys-purge"}, stack]


@pytest.mark.parametrize("schedule", of_type("AWS::Scheduler::Schedule"))
def test_schedule_sends_its_scheduled_time_and_has_dead_letters(schedule: str) -> None:
    target = properties(schedule)["Target"]
    assert "<aws.scheduler.scheduled-time>" in str(target["Input"]["Fn::Sub"])
    assert target["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": "UndeliveredRequests.Arn"}}
    assert properties(schedule)["FlexibleTimeWindow"] == {"Mode": "OFF"}
    allowed = properties("SchedulerRole")["Policies"][0]["PolicyDocument"]["Statement"][0]
    assert target["Arn"] in allowed["Resource"]


SCHEDULES = [("RetentionPurgeSchedule", "Purge"), ("ExportRuleChangesSchedule", "Export")]
# They delete nothing, and each stack needs them from the start, so they may run at once and always.
HARMLESS = "SettleRunsSchedule"
LOOK_UP = "LookUpHeldConversationsSchedule"
REVIEWS = "ReviewHoldsSchedule"
MIRROR = "MirrorHoldsSchedule"
REMINDERS = "RemindApproversSchedule"
SEALS = "CheckSealsSchedule"


def test_every_schedule_but_the_harmless_ones_has_parameters() -> None:
    found = set(of_type("AWS::Scheduler::Schedule"))
    harmless = {HARMLESS, LOOK_UP, REVIEWS, MIRROR, REMINDERS, SEALS}
    assert found == harmless | {schedule for schedule, _ in SCHEDULES}


def test_held_conversations_are_looked_up_by_one_invocation_at_a_time() -> None:
    schedule = properties(LOOK_UP)
    assert (schedule["ScheduleExpression"], schedule["State"]) == ("rate(5 minutes)", "ENABLED")
    assert schedule["Target"]["Arn"] == {"Fn::GetAtt": "LookUpHeldConversationsFunction.Arn"}
    assert schedule["Target"]["RetryPolicy"] == {"MaximumRetryAttempts": 0}
    function = properties("LookUpHeldConversationsFunction")
    assert function["Timeout"] < 300
    assert function["EventInvokeConfig"]["MaximumRetryAttempts"] == 0


def test_time_of_a_hold_that_is_unknown_for_an_hour_raises_an_alarm() -> None:
    alarm = properties("UnknownHeldTimesAlarm")
    found = [alarm[name] for name in ("MetricName", "Statistic", "Threshold")]
    assert found == ["UnknownHeldTimes", "Minimum", 1]
    assert alarm["Period"] * alarm["EvaluationPeriods"] == 3_600


def test_runs_are_settled_every_five_minutes_by_one_invocation_at_a_time() -> None:
    schedule = properties(HARMLESS)
    assert (schedule["ScheduleExpression"], schedule["State"]) == ("rate(5 minutes)", "ENABLED")
    assert schedule["Target"]["Arn"] == {"Fn::GetAtt": "SettleRunsFunction.Arn"}
    assert schedule["Target"]["RetryPolicy"] == {"MaximumRetryAttempts": 0}
    function = properties("SettleRunsFunction")
    assert function["Timeout"] < 300
    assert function["EventInvokeConfig"]["MaximumRetryAttempts"] == 0


def test_seals_are_checked_every_five_minutes_by_one_invocation_at_a_time() -> None:
    schedule = properties(SEALS)
    assert (schedule["ScheduleExpression"], schedule["State"]) == ("rate(5 minutes)", "ENABLED")
    assert schedule["Target"]["Arn"] == {"Fn::GetAtt": "CheckSealsFunction.Arn"}
    assert schedule["Target"]["RetryPolicy"] == {"MaximumRetryAttempts": 0}
    function = properties("CheckSealsFunction")
    assert function["Timeout"] < 300
    assert function["EventInvokeConfig"]["MaximumRetryAttempts"] == 0


def test_old_seals_and_missing_checks_raise_an_alarm() -> None:
    alarm = properties("SealAgeAlarm")
    found = [alarm[name] for name in ("MetricName", "Statistic", "Threshold", "EvaluationPeriods")]
    assert found == ["SealAge", "Maximum", {"Ref": "SealAgeSeconds"}, 1]
    assert alarm["ComparisonOperator"] == "GreaterThanThreshold"
    # Two of three checks may be late.
    assert alarm["Period"] == 3 * 300
    # Records wait for up to ten minutes: for their batch, and for the next check.
    assert alarm["Period"] <= PARAMETERS["SealAgeSeconds"]["MinValue"]


def test_run_that_is_unsettled_for_two_days_raises_an_alarm() -> None:
    alarm = properties("UnsettledRunsAlarm")
    found = [alarm[name] for name in ("MetricName", "Statistic", "Threshold", "EvaluationPeriods")]
    assert found == ["UnsettledSeconds", "Maximum", 2 * 86_400, 1]


@pytest.mark.parametrize(("schedule", "name"), SCHEDULES)
def test_schedule_is_disabled_until_a_deployment_enables_it(schedule: str, name: str) -> None:
    assert properties(schedule)["State"] == {"Ref": f"{name}ScheduleState"}
    state = PARAMETERS[f"{name}ScheduleState"]
    assert (state["Default"], state["AllowedValues"]) == ("DISABLED", ["ENABLED", "DISABLED"])


@pytest.mark.parametrize(("schedule", "name"), SCHEDULES)
def test_schedule_refuses_expressions_that_may_run_at_once(schedule: str, name: str) -> None:
    assert properties(schedule)["ScheduleExpression"] == {"Ref": f"{name}Schedule"}
    expression = PARAMETERS[f"{name}Schedule"]
    given = ["cron(0 3 * * ? *)", "rate(1 day)", "at(2020-01-01T00:00:00)", "cron()", ""]
    allowed = [each for each in given if re.search(expression["AllowedPattern"], each)]
    assert allowed == ["cron(0 3 * * ? *)"]
    assert re.search(expression["AllowedPattern"], expression["Default"])


@pytest.mark.parametrize(("schedule", "_"), SCHEDULES)
def test_schedule_has_the_chosen_time_zone(schedule: str, _: str) -> None:
    assert properties(schedule)["ScheduleExpressionTimezone"] == {"Ref": "ScheduleTimezone"}
    assert PARAMETERS["ScheduleTimezone"]["Default"] == "UTC"


def test_purge_schedule_waits_for_its_state_machine() -> None:
    assert RESOURCES["RetentionPurgeSchedule"]["DependsOn"] == "PurgeRunStateMachine"


@pytest.mark.parametrize("alarm", ["FailedRunsAlarm", "FailedDeploymentsAlarm"])
def test_alarm_counts_executions_that_fail_are_late_or_are_stopped(alarm: str) -> None:
    sums = {each["Id"]: each for each in properties(alarm)["Metrics"]}
    counted = sums.pop("all")
    assert counted["Expression"] == " + ".join(f"FILL({each}, 0)" for each in sums)
    assert [each for each in sums.values() if each["MetricStat"]["Stat"] != "Sum"] == []
    assert len(sums) == 3


def test_email_subscribes_to_the_topic_of_the_alarms() -> None:
    subscription = properties("AlarmSubscription")
    assert (subscription["TopicArn"], subscription["Protocol"]) == (TOPIC, "email")
    assert RESOURCES["AlarmSubscription"]["Condition"] == "HasAlarmEmail"


TOPIC = {"Fn::If": ["HasAlarmTopic", {"Ref": "AlarmTopicArn"}, {"Ref": "Alarms"}]}


def test_alarms_have_a_description_and_notify_the_chosen_topic() -> None:
    for alarm in of_type("AWS::CloudWatch::Alarm"):
        settings = properties(alarm)
        assert settings["AlarmDescription"].endswith("."), alarm
        assert settings["AlarmActions"] == settings["OKActions"] == [TOPIC], alarm
        missing = "breaching" if alarm == "SealAgeAlarm" else "notBreaching"
        assert settings["TreatMissingData"] == missing, alarm


def test_alarms_watch_these_metrics() -> None:
    alarms = map(properties, of_type("AWS::CloudWatch::Alarm"))
    watched = {each["MetricName"] for alarm in alarms for each in metrics_of(alarm)}
    assert watched == {
        "ExecutionsFailed",
        "ExecutionsTimedOut",
        "ExecutionsAborted",
        "ConflictsDetected",
        "ImplausibleCounts",
        "NothingDeleted",
        "RetentionOverrides",
        "ApproximateNumberOfMessagesVisible",
        "RuleNoncompliant",
        "RefusedWebhooks",
        "UnexpectedWebhooks",
        "StorageExhausted",
        "SubjectRequestSecondsLeft",
        "ProtectedConversations",
        "AuditAltered",
        "AuditShorterThanItsSeal",
        "SealAge",
        "SettingsWeakened",
        "PolicyRunsSkipped",
        "PoliciesEndingSoon",
        "UnsettledSeconds",
        "UnknownHeldTimes",
        "MalformedHolds",
        "OverdueHoldReviews",
        "HoldMirrorsFailed",
        "ExpiringApprovals",
    }


def test_template_contains_no_code() -> None:
    text = (template.ROOT / "template.yaml").read_text()
    for inline in (
        "InlineCode",
        "DefinitionBody",
        "DefinitionString",
        "ZipFile",
        "DefinitionUri: {",
    ):
        assert inline not in text
