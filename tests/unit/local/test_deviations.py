"""What the embedded AWS takes otherwise than AWS."""

from typing import Any

from local.deviations import refs_as_on_aws


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
