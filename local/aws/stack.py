"""The resources of a deployed stack, under readable names."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePath

from local.aws.staging import FUNCTION, STATE_MACHINE
from local.aws.template import Template, local_path, resources_of


@dataclass(frozen=True)
class Stack:
    """Physical names and ARNs.

    The keys are the folder of a function, the file stem of a state machine, and the logical id of
    any other resource.
    """

    functions: Mapping[str, str]
    state_machines: Mapping[str, str]
    tables: Mapping[str, str]
    buckets: Mapping[str, str]
    secrets: Mapping[str, str]
    queues: Mapping[str, str]
    event_bus: str | None
    api_id: str | None


def ids_in(summaries: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """The physical id of each resource, by its logical id."""
    return {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in summaries}


def read_stack(template: Template, summaries: Iterable[Mapping[str, str]]) -> Stack:
    """The stack of a template, from the summaries of its resources."""
    listed = list(summaries)
    ids = ids_in(listed)

    def by_path(resource_type: str, field: str) -> dict[str, str]:
        return {
            PurePath(path).name.partition(".")[0]: ids[name]
            for name, resource in resources_of(template, resource_type)
            if (path := local_path(resource, field))
        }

    def by_name(resource_type: str) -> dict[str, str]:
        return {
            each["LogicalResourceId"]: each["PhysicalResourceId"]
            for each in listed
            if each["ResourceType"] == resource_type
        }

    return Stack(
        functions=by_path(FUNCTION, "CodeUri"),
        state_machines=by_path(STATE_MACHINE, "DefinitionUri"),
        tables=by_name("AWS::DynamoDB::Table"),
        buckets=by_name("AWS::S3::Bucket"),
        secrets=by_name("AWS::SecretsManager::Secret"),
        queues=by_name("AWS::SQS::Queue"),
        event_bus=by_name("AWS::Events::EventBus").get("Events"),
        api_id=next(iter(by_name("AWS::ApiGatewayV2::Api").values()), None),
    )
