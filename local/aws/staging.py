"""Uploads the local files of a template to S3, from where CloudFormation reads them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import yaml

from local.aws.lambda_packages import RUNTIME, function_package, layer_package
from local.aws.template import Resource, Template, local_path, resources_of

FUNCTION = "AWS::Serverless::Function"
LAYER = "AWS::Serverless::LayerVersion"
STATE_MACHINE = "AWS::Serverless::StateMachine"

BUCKET = "local-staging"


class Bucket(Protocol):
    """The S3 call that staging uses."""

    def put_object(self, *, Bucket: str, Key: str, Body: bytes) -> Any:  # noqa: N803  as boto3 names it
        """Stores an object."""


class Staging:
    """Uploads code and definitions, and makes the template refer to them."""

    def __init__(self, s3: Bucket, project: Path) -> None:
        self._s3 = s3
        self._project = project

    def stage(self, template: Template) -> Template:
        """The template with each local path replaced by an object in the staging bucket."""
        layers = [
            self._project / path
            for _, resource in resources_of(template, LAYER)
            if (path := local_path(resource, "ContentUri"))
        ]
        kinds: dict[str, tuple[str, Callable[[Path], bytes], Resource]] = {
            FUNCTION: ("CodeUri", lambda p: function_package(p, layers), {"Runtime": RUNTIME}),
            LAYER: ("ContentUri", lambda _: layer_package(), {}),
            STATE_MACHINE: ("DefinitionUri", definition, {}),
        }
        resources = {
            name: self._staged(name, resource, *kinds[resource["Type"]])
            if resource["Type"] in kinds
            else resource
            for name, resource in template["Resources"].items()
        }
        return template | {"Resources": resources}

    def _staged(
        self,
        name: str,
        resource: Resource,
        field: str,
        package: Callable[[Path], bytes],
        properties: Resource,
    ) -> Resource:
        path = local_path(resource, field)
        if path is None:
            return resource
        self._s3.put_object(Bucket=BUCKET, Key=name, Body=package(self._project / path))
        location = {"Bucket": BUCKET, "Key": name}
        return resource | {"Properties": resource["Properties"] | {field: location} | properties}


def definition(path: Path) -> bytes:
    """A state machine's definition as JSON, because the embedded AWS cannot read YAML from S3."""
    return json.dumps(yaml.safe_load(path.read_text())).encode()
