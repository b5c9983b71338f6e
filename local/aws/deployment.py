"""Deploys the project's `template.yaml` to the embedded AWS."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from local.aws.deviations import LEFT_OUT, adapted
from local.aws.session import AwsSession
from local.aws.staging import BUCKET, Staging
from local.aws.template import Template, read_template, without_types
from local.errors import CommandFailed

STACK = "genesys-purge"
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
TEMPLATE_KEY = "template.json"


class DeploymentFailed(CommandFailed):
    """The stack was not created; the message names each failed resource and its reason."""


class Deployment:
    """Creates one stack in an embedded AWS."""

    def __init__(self, session: AwsSession, project: Path) -> None:
        self._session = session
        self._project = project
        self._s3 = session.client("s3")
        self._cloudformation = session.client("cloudformation")
        self.template: Template = read_template(project / "template.yaml")

    def create(self, parameters: Mapping[str, str]) -> frozenset[str]:
        """Creates the stack and returns the resource types that were left out."""
        unknown = sorted(parameters.keys() - self.template.get("Parameters", {}).keys())
        if unknown:
            raise DeploymentFailed(f"the template has no parameter {', '.join(unknown)}")
        self._s3.create_bucket(Bucket=BUCKET)
        staged = adapted(
            Staging(self._s3, self._project).stage(self.template), self._session.endpoint
        )
        self._start(without_types(staged, LEFT_OUT), parameters)
        self._await_created()
        return LEFT_OUT & {each["Type"] for each in staged["Resources"].values()}

    def _start(self, template: Template, parameters: Mapping[str, str]) -> None:
        body = json.dumps(template).encode()
        self._s3.put_object(Bucket=BUCKET, Key=TEMPLATE_KEY, Body=body)
        try:
            self._cloudformation.create_stack(
                StackName=STACK,
                TemplateURL=f"{self._session.endpoint}/{BUCKET}/{TEMPLATE_KEY}",
                Parameters=[
                    {"ParameterKey": key, "ParameterValue": value}
                    for key, value in parameters.items()
                ],
                Capabilities=CAPABILITIES,
                OnFailure="DO_NOTHING",
            )
        except ClientError as error:
            raise DeploymentFailed(str(error)) from error

    def _await_created(self) -> None:
        while (status := self.describe()["StackStatus"]) == "CREATE_IN_PROGRESS":
            time.sleep(0.05)
        if status != "CREATE_COMPLETE":
            raise DeploymentFailed(f"the stack is {status}: {'; '.join(self._failures())}")

    def describe(self) -> Any:
        """The stack as CloudFormation describes it."""
        return self._cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]

    def outputs(self) -> dict[str, str]:
        """The outputs of the stack by name."""
        return {
            each["OutputKey"]: each["OutputValue"] for each in self.describe().get("Outputs", [])
        }

    def resources(self) -> list[dict[str, str]]:
        """The summaries of the stack's resources."""
        pages = self._cloudformation.get_paginator("list_stack_resources").paginate(StackName=STACK)
        return [each for page in pages for each in page["StackResourceSummaries"]]

    def transformed(self) -> Template:
        """The template after the SAM transform."""
        answer = self._cloudformation.get_template(StackName=STACK, TemplateStage="Processed")
        return dict(answer["TemplateBody"])

    def _failures(self) -> list[str]:
        events = self._cloudformation.describe_stack_events(StackName=STACK)["StackEvents"]
        return [
            f"{each['LogicalResourceId']}: {each.get('ResourceStatusReason', 'no reason given')}"
            for each in reversed(events)
            if each["ResourceStatus"].endswith("_FAILED")
        ]
