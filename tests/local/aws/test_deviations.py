"""What the embedded AWS takes otherwise than AWS."""

from typing import Any

from local.aws.deviations import refs_as_on_aws, with_loopback_receivers, with_time_to_start


def rewritten(value: Any) -> Any:
    resources = {
        "Key": {"Type": "AWS::SecretsManager::Secret"},
        "Table": {"Type": "AWS::DynamoDB::Table"},
        "Reader": {"Type": "AWS::IAM::ManagedPolicy", "Properties": value},
    }
    return refs_as_on_aws({"Resources": resources})["Resources"]["Reader"]["Properties"]


def test_the_ref_of_a_secret_becomes_its_arn_at_any_depth() -> None:
    assert rewritten([{"Resource": {"Ref": "Key"}}]) == [
        {"Resource": {"Fn::GetAtt": ["Key", "Id"]}}
    ]


def test_the_ref_of_anything_else_stays() -> None:
    assert rewritten({"Ref": "Table"}) == {"Ref": "Table"}


def test_a_secret_within_a_text_becomes_its_arn() -> None:
    assert rewritten({"Fn::Sub": "${Key}*${Table}"}) == {"Fn::Sub": "${Key.Id}*${Table}"}


def test_a_variable_of_the_same_name_is_left_alone() -> None:
    value = {"Fn::Sub": ["${Key}", {"Key": {"Ref": "Table"}}]}
    assert rewritten(value) == value


def test_the_variables_of_a_text_are_rewritten() -> None:
    assert rewritten({"Fn::Sub": ["${x}${Key}", {"x": {"Ref": "Key"}}]}) == {
        "Fn::Sub": ["${x}${Key.Id}", {"x": {"Fn::GetAtt": ["Key", "Id"]}}]
    }


def test_every_function_may_notify_receivers_on_this_machine() -> None:
    variables = {"Function": {"Environment": {"Variables": {"A": "1"}}, "Timeout": 60}}
    given = with_loopback_receivers({"Globals": variables, "Resources": {}})
    assert given["Globals"]["Function"] == {
        "Environment": {"Variables": {"A": "1", "LOOPBACK_RECEIVERS": "allowed"}},
        "Timeout": 60,
    }


def test_a_function_with_little_time_gets_a_minute_and_nothing_else_changes() -> None:
    resources = {
        name: {"Type": kind, "Properties": properties}
        for name, kind, properties in (
            ("Hasty", "AWS::Serverless::Function", {"CodeUri": "x", "Timeout": 9}),
            ("Patient", "AWS::Serverless::Function", {"Timeout": 900}),
            ("Usual", "AWS::Serverless::Function", {}),
            ("Other", "AWS::Lambda::Url", {"Timeout": 9}),
        )
    }
    given = with_time_to_start({"Resources": resources})["Resources"]
    assert given.pop("Hasty")["Properties"] == {"CodeUri": "x", "Timeout": 60}
    assert given == {name: each for name, each in resources.items() if name != "Hasty"}
