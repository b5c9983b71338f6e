"""The adaptations of the template to the embedded AWS."""

from typing import Any

from local.aws.deviations import (
    refs_as_on_aws,
    with_known_rights,
    with_loopback_receivers,
    with_reachable_apis,
    with_time_to_start,
)


def rewritten(value: Any) -> Any:
    resources = {
        "Key": {"Type": "AWS::SecretsManager::Secret"},
        "Table": {"Type": "AWS::DynamoDB::Table"},
        "Reader": {"Type": "AWS::IAM::ManagedPolicy", "Properties": value},
    }
    return refs_as_on_aws({"Resources": resources})["Resources"]["Reader"]["Properties"]


def test_ref_of_a_secret_becomes_its_arn_at_any_depth() -> None:
    assert rewritten([{"Resource": {"Ref": "Key"}}]) == [
        {"Resource": {"Fn::GetAtt": ["Key", "Id"]}}
    ]


def test_ref_of_another_resource_is_kept() -> None:
    assert rewritten({"Ref": "Table"}) == {"Ref": "Table"}


def test_secret_in_a_sub_text_becomes_its_arn() -> None:
    assert rewritten({"Fn::Sub": "${Key}*${Table}"}) == {"Fn::Sub": "${Key.Id}*${Table}"}


def test_sub_variable_with_the_name_of_a_secret_is_kept() -> None:
    value = {"Fn::Sub": ["${Key}", {"Key": {"Ref": "Table"}}]}
    assert rewritten(value) == value


def test_secrets_in_sub_variables_become_arns() -> None:
    assert rewritten({"Fn::Sub": ["${x}${Key}", {"x": {"Ref": "Key"}}]}) == {
        "Fn::Sub": ["${x}${Key.Id}", {"x": {"Fn::GetAtt": ["Key", "Id"]}}]
    }


def test_functions_may_notify_receivers_on_this_machine() -> None:
    variables = {"Function": {"Environment": {"Variables": {"A": "1"}}, "Timeout": 60}}
    given = with_loopback_receivers({"Globals": variables, "Resources": {}})
    assert given["Globals"]["Function"] == {
        "Environment": {"Variables": {"A": "1", "LOOPBACK_RECEIVERS": "allowed"}},
        "Timeout": 60,
    }


def test_condition_over_the_keys_of_kms_is_left_out() -> None:
    given: Any = {"Effect": "Allow", "Condition": {"StringEquals": {"kms:MessageType": "RAW"}}}
    other: Any = {"Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    found = with_known_rights({"Resources": {"a": [given, other]}})
    assert found == {"Resources": {"a": [{"Effect": "Allow"}, other]}}


def test_right_on_the_schedules_of_a_group_is_one_on_all_schedules() -> None:
    arn = "arn:aws:scheduler:eu-west-1:1:schedule"
    given: Any = {"Resources": {"a": [{"Fn::Sub": f"{arn}/${{Group}}/*"}, f"{arn}-group/x", 1]}}
    assert with_known_rights(given) == {
        "Resources": {"a": [{"Fn::Sub": f"{arn}/*/*"}, f"{arn}-group/x", 1]}
    }


def test_short_function_timeouts_become_a_minute() -> None:
    resources = {
        name: {"Type": kind, "Properties": properties}
        for name, kind, properties in (
            ("Short", "AWS::Serverless::Function", {"CodeUri": "x", "Timeout": 9}),
            ("Long", "AWS::Serverless::Function", {"Timeout": 900}),
            ("Default", "AWS::Serverless::Function", {}),
            ("Other", "AWS::Lambda::Url", {"Timeout": 9}),
        )
    }
    given = with_time_to_start({"Resources": resources})["Resources"]
    assert given.pop("Short")["Properties"] == {"CodeUri": "x", "Timeout": 60}
    assert given == {name: each for name, each in resources.items() if name != "Short"}


def test_address_of_an_api_is_one_that_resolves() -> None:
    outputs = {
        "ApiUrl": {"Value": {"Fn::GetAtt": ["Api", "ApiEndpoint"]}},
        "WebhookUrl": {"Value": {"Fn::Sub": "${Api.ApiEndpoint}/webhooks/genesys"}},
        "Bucket": {"Value": {"Fn::GetAtt": ["Lists", "Arn"]}},
    }
    reachable = with_reachable_apis({"Outputs": outputs}, "http://127.0.0.1:1")["Outputs"]
    address = "http://127.0.0.1:1/_aws/execute-api/${Api}"
    assert [each["Value"] for each in reachable.values()] == [
        {"Fn::Sub": address},
        {"Fn::Sub": f"{address}/webhooks/genesys"},
        {"Fn::GetAtt": ["Lists", "Arn"]},
    ]
