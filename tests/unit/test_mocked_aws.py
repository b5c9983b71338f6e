"""The mocked AWS answers without HTTP, as botocore does over HTTP."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import pytest
from botocore.endpoint import Endpoint
from botocore.exceptions import ClientError, ParamValidationError
from moto import mock_aws

from tests.mocked_aws import client, mocked_aws


def calls() -> list[Any]:
    """An answer of each service, without what differs from call to call."""
    dynamodb, sqs = client("dynamodb"), client("sqs")
    key = {"runId": {"S": "run-1"}, "item": {"S": "run"}}
    definition = {
        "KeySchema": [
            {"AttributeName": "runId", "KeyType": "HASH"},
            {"AttributeName": "item", "KeyType": "RANGE"},
        ],
        "AttributeDefinitions": [
            {"AttributeName": name, "AttributeType": "S"} for name in ("runId", "item")
        ],
    }
    dynamodb.create_table(TableName="T", BillingMode="PAY_PER_REQUEST", **definition)
    puts = [{"Put": {"TableName": "T", "Item": key | {"count": {"N": "1"}}}}]
    queue = sqs.create_queue(QueueName="queue")["QueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody="body")
    client("ssm").put_parameter(Name="name", Value="value", Type="String")
    client("secretsmanager").create_secret(Name="name", SecretString="value")
    client("events").create_event_bus(Name="bus")
    event = {"Source": "tests", "DetailType": "kind", "Detail": "{}", "EventBusName": "bus"}
    answers = [
        dynamodb.transact_write_items(TransactItems=puts),
        dynamodb.get_item(TableName="T", Key=key),
        dynamodb.describe_table(TableName="T")["Table"]["KeySchema"],
        dynamodb.query(
            TableName="T",
            KeyConditionExpression="runId = :r",
            ExpressionAttributeValues={":r": key["runId"]},
        ),
        sqs.receive_message(QueueUrl=queue)["Messages"][0]["Body"],
        client("ssm").get_parameter(Name="name")["Parameter"]["Value"],
        client("secretsmanager").get_secret_value(SecretId="name")["SecretString"],
        client("events").put_events(Entries=[event])["FailedEntryCount"],
    ]
    return [without_metadata(each) for each in answers]


def without_metadata(answer: Any) -> Any:
    if not isinstance(answer, dict):
        return answer
    return {name: each for name, each in answer.items() if name != "ResponseMetadata"}


def test_direct_answers_equal_those_over_http() -> None:
    with mock_aws():
        over_http = calls()
    with mocked_aws():
        assert calls() == over_http


def test_direct_calls_use_no_http() -> None:
    with mocked_aws(), patch.object(Endpoint, "make_request") as over_http:
        calls()
    assert over_http.call_count == 0


def test_errors_of_the_service_are_those_of_boto3() -> None:
    ssm = client("ssm")
    with mocked_aws(), pytest.raises(ssm.exceptions.ParameterNotFound):
        ssm.get_parameter(Name="missing")


def test_refused_transaction_names_its_reasons() -> None:
    key = {"runId": {"S": "run-1"}, "item": {"S": "run"}}
    put = {"TableName": "RunsTable", "Item": key, "ConditionExpression": "attribute_exists(runId)"}
    with mocked_aws("RunsTable"), pytest.raises(ClientError) as refused:
        client("dynamodb").transact_write_items(TransactItems=[{"Put": put}])
    reasons: Any = refused.value.response
    assert [each["Code"] for each in reasons["CancellationReasons"]] == ["ConditionalCheckFailed"]


def test_wrong_parameter_is_refused_before_the_call() -> None:
    with mocked_aws("RunsTable"), pytest.raises(ParamValidationError):
        client("dynamodb").get_item(TableName="RunsTable", Keys={})
