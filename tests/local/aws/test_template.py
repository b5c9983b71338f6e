"""The template as data."""

from pathlib import Path
from typing import Any

from local.aws.template import local_path, read_template, resources_of, without_types

RULE = "AWS::Config::ConfigRule"


def template(**resources: Any) -> dict[str, Any]:
    return {"Resources": resources}


def test_short_forms_are_expanded(tmp_path: Path) -> None:
    file = tmp_path / "template.yaml"
    file.write_text("Resources: {A: {Type: T, Properties: {X: !Ref B, Y: !GetAtt C.Arn}}}")
    properties = read_template(file)["Resources"]["A"]["Properties"]
    assert properties == {"X": {"Ref": "B"}, "Y": {"Fn::GetAtt": ["C", "Arn"]}}


def test_resources_are_found_by_type() -> None:
    found = resources_of(template(A={"Type": "T"}, B={"Type": "U"}), "T")
    assert list(found) == [("A", {"Type": "T"})]


def test_a_relative_path_is_local() -> None:
    assert local_path({"Properties": {"CodeUri": "functions/a"}}, "CodeUri") == "functions/a"


def test_an_object_of_s3_and_inline_code_are_not_local() -> None:
    assert local_path({"Properties": {"CodeUri": "s3://bucket/key"}}, "CodeUri") is None
    assert local_path({"Properties": {"CodeUri": {"Bucket": "b"}}}, "CodeUri") is None
    assert local_path({"Properties": {}}, "CodeUri") is None


def test_resources_of_the_types_are_dropped() -> None:
    kept = without_types(template(A={"Type": RULE}, B={"Type": "T"}), frozenset({RULE}))
    assert list(kept["Resources"]) == ["B"]


def test_nothing_depends_on_a_dropped_resource_any_more() -> None:
    resources = template(A={"Type": RULE}, B={"Type": "T", "DependsOn": ["A", "C"]})
    kept = without_types(resources, frozenset({RULE}))
    assert kept["Resources"]["B"]["DependsOn"] == ["C"]


def test_the_name_stands_in_where_a_value_of_a_dropped_resource_is_used() -> None:
    properties = {"X": {"Ref": "A"}, "Y": [{"Fn::GetAtt": ["A", "Arn"]}], "Z": {"Ref": "C"}}
    resources = template(A={"Type": RULE}, B={"Type": "T", "Properties": properties})
    kept = without_types(resources, frozenset({RULE}))
    assert kept["Resources"]["B"]["Properties"] == {"X": "A", "Y": ["A"], "Z": {"Ref": "C"}}


def test_outputs_of_a_dropped_resource_are_dropped() -> None:
    outputs = {"X": {"Value": {"Fn::GetAtt": "A.Arn"}}, "Y": {"Value": {"Ref": "B"}}}
    resources = template(A={"Type": RULE}, B={"Type": "T"}) | {"Outputs": outputs}
    assert list(without_types(resources, frozenset({RULE}))["Outputs"]) == ["Y"]


def test_a_template_without_such_resources_stays_as_it_is() -> None:
    resources = template(B={"Type": "T", "DependsOn": "C"}) | {"Outputs": {}}
    assert without_types(resources, frozenset({RULE}))["Resources"]["B"]["DependsOn"] == ["C"]
