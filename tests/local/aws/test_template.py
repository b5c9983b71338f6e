"""Reading and reducing the template."""

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


def test_relative_path_is_local() -> None:
    assert local_path({"Properties": {"CodeUri": "functions/a"}}, "CodeUri") == "functions/a"


def test_object_in_s3_and_inline_code_are_not_local() -> None:
    assert local_path({"Properties": {"CodeUri": "s3://bucket/key"}}, "CodeUri") is None
    assert local_path({"Properties": {"CodeUri": {"Bucket": "b"}}}, "CodeUri") is None
    assert local_path({"Properties": {}}, "CodeUri") is None


def test_resources_of_the_types_are_removed() -> None:
    kept = without_types(template(A={"Type": RULE}, B={"Type": "T"}), frozenset({RULE}))
    assert list(kept["Resources"]) == ["B"]


def test_depends_on_loses_removed_resources() -> None:
    resources = template(A={"Type": RULE}, B={"Type": "T", "DependsOn": ["A", "C"]})
    kept = without_types(resources, frozenset({RULE}))
    assert kept["Resources"]["B"]["DependsOn"] == ["C"]


def test_logical_id_replaces_references_to_removed_resources() -> None:
    properties = {"X": {"Ref": "A"}, "Y": [{"Fn::GetAtt": ["A", "Arn"]}], "Z": {"Ref": "C"}}
    resources = template(A={"Type": RULE}, B={"Type": "T", "Properties": properties})
    kept = without_types(resources, frozenset({RULE}))
    assert kept["Resources"]["B"]["Properties"] == {"X": "A", "Y": ["A"], "Z": {"Ref": "C"}}


def test_outputs_of_removed_resources_are_removed() -> None:
    outputs = {"X": {"Value": {"Fn::GetAtt": "A.Arn"}}, "Y": {"Value": {"Ref": "B"}}}
    resources = template(A={"Type": RULE}, B={"Type": "T"}) | {"Outputs": outputs}
    assert list(without_types(resources, frozenset({RULE}))["Outputs"]) == ["Y"]


def test_template_without_these_types_is_unchanged() -> None:
    resources = template(B={"Type": "T", "DependsOn": "C"}) | {"Outputs": {}}
    assert without_types(resources, frozenset({RULE}))["Resources"]["B"]["DependsOn"] == ["C"]
