"""The upload of local files for CloudFormation."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from local.aws.staging import BUCKET, Staging

TEMPLATE: dict[str, Any] = {
    "Parameters": {"P": {}},
    "Resources": {
        "Layer": {
            "Type": "AWS::Serverless::LayerVersion",
            "Properties": {"ContentUri": "layers/shared", "RetentionPolicy": "Delete"},
        },
        "SubmitFunction": {
            "Type": "AWS::Serverless::Function",
            "Properties": {"CodeUri": "functions/submit", "Runtime": "python3.13", "Timeout": 5},
        },
        "Machine": {
            "Type": "AWS::Serverless::StateMachine",
            "Properties": {"DefinitionUri": "machines/run.asl.yaml"},
        },
        "Table": {"Type": "AWS::DynamoDB::Table", "Properties": {}},
    },
}


class Objects:
    """An S3 that stores objects."""

    def __init__(self) -> None:
        self.stored: dict[str, bytes] = {}

    def put_object(self, *, Bucket: str, Key: str, Body: bytes) -> None:
        assert Bucket == BUCKET
        self.stored[Key] = Body


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "functions/submit").mkdir(parents=True)
    (tmp_path / "functions/submit/handler.py").write_text("handler = None")
    (tmp_path / "machines").mkdir()
    (tmp_path / "machines/run.asl.yaml").write_text("StartAt: A\nStates: {A: {Type: '${Kind}'}}")
    return tmp_path


def staged(project: Path, template: Any = TEMPLATE) -> tuple[dict[str, bytes], dict[str, Any]]:
    objects = Objects()
    result = Staging(objects, project).stage(template)
    return objects.stored, result["Resources"]


def test_local_paths_become_objects_in_s3(project: Path) -> None:
    _, resources = staged(project)
    assert resources["SubmitFunction"]["Properties"]["CodeUri"] == {
        "Bucket": BUCKET,
        "Key": "SubmitFunction",
    }
    assert resources["Layer"]["Properties"]["ContentUri"] == {"Bucket": BUCKET, "Key": "Layer"}
    assert resources["Machine"]["Properties"]["DefinitionUri"]["Key"] == "Machine"


def test_functions_run_on_the_python_of_this_machine(project: Path) -> None:
    objects, resources = staged(project)
    properties = resources["SubmitFunction"]["Properties"]
    assert (properties["Runtime"], properties["Timeout"]) == ("provided.al2023", 5)
    package = zipfile.ZipFile(io.BytesIO(objects["SubmitFunction"]))
    assert str(project / "layers/shared") in package.read("bootstrap").decode()


def test_definition_becomes_json_with_its_substitutions(project: Path) -> None:
    objects, _ = staged(project)
    assert json.loads(objects["Machine"])["States"] == {"A": {"Type": "${Kind}"}}


def test_other_properties_are_kept(project: Path) -> None:
    _, resources = staged(project)
    assert resources["Table"] == TEMPLATE["Resources"]["Table"]
    assert resources["Layer"]["Properties"]["RetentionPolicy"] == "Delete"


def test_code_that_is_already_in_s3_is_kept(project: Path) -> None:
    function = {
        "Type": "AWS::Serverless::Function",
        "Properties": {"CodeUri": {"Bucket": "b", "Key": "k"}},
    }
    objects, resources = staged(project, {"Resources": {"F": function}})
    assert resources == {"F": function}
    assert objects == {}
