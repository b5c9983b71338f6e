"""template.yaml as the tests' source of tables, environments and substitutions."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parent.parent
PSEUDO = {
    "AWS::Partition": "aws",
    "AWS::Region": "us-east-1",
    "AWS::AccountId": "123456789012",
    "AWS::StackName": "genesys-purge",
}


class _Loader(yaml.CSafeLoader):
    """Reads CloudFormation's short forms as `{"Ref": name}` and the like."""


def _short_form(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short_form)


@cache
def template() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load((ROOT / "template.yaml").read_text(), _Loader)  # noqa: S506  _Loader is a SafeLoader
    return loaded


def resources(kind: str) -> dict[str, dict[str, Any]]:
    """The properties of every resource of a type, by logical id."""
    return {
        name: resource.get("Properties", {})
        for name, resource in template()["Resources"].items()
        if resource["Type"] == kind
    }


def resolved(value: Any) -> Any:
    """A value as CloudFormation resolves it; the name of a resource is its logical id."""
    if isinstance(value, list):
        return [resolved(each) for each in value]
    if not isinstance(value, dict):
        return value
    match value:
        case {"Ref": name}:
            parameters = template()["Parameters"]
            return (
                str(parameters[name]["Default"]) if name in parameters else PSEUDO.get(name, name)
            )
        case {"Fn::GetAtt": target}:
            return str(target).rpartition(".")[0]
        case {"Fn::If": [_, _, otherwise]}:
            # The conditions are about parameters that are empty by default.
            return resolved(otherwise)
        case {"Fn::Sub": str(text)}:
            return re.sub(r"\$\{([^}]+)\}", lambda m: PSEUDO.get(m[1], m[1]), text)
    return {name: resolved(each) for name, each in value.items()}


def tables() -> list[dict[str, Any]]:
    """The arguments of `create_table` for every table; the name is the logical id."""
    wanted = ("AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes")
    return [
        {"TableName": name}
        | {key: properties[key] for key in wanted if key in properties}
        | _stream(properties)
        for name, properties in resources("AWS::DynamoDB::Table").items()
    ]


def _stream(properties: Mapping[str, Any]) -> dict[str, Any]:
    specified = properties.get("StreamSpecification")
    return {"StreamSpecification": specified | {"StreamEnabled": True}} if specified else {}


def functions() -> list[str]:
    return list(resources("AWS::Serverless::Function"))


def routes() -> dict[str, str]:
    """The function behind each route of the HTTP API, as `VERB /path`."""
    return {
        f"{event['Properties']['Method']} {event['Properties']['Path']}": function
        for function, properties in resources("AWS::Serverless::Function").items()
        for event in properties.get("Events", {}).values()
        if event["Type"] == "HttpApi"
    }


def environment() -> dict[str, str]:
    """The environment variables of all functions together."""
    variables = dict(template()["Globals"]["Function"]["Environment"]["Variables"])
    for properties in resources("AWS::Serverless::Function").values():
        variables |= properties.get("Environment", {}).get("Variables", {})
    return {name: str(resolved(value)) for name, value in variables.items()}


def state_machine(name: str = "PurgeRunStateMachine") -> tuple[str, dict[str, str]]:
    """A machine's ASL text, and its substitutions for an engine without distributed maps."""
    properties = resources("AWS::Serverless::StateMachine")[name]
    text = (ROOT / properties["DefinitionUri"]).read_text()
    substitutions = resolved(properties["DefinitionSubstitutions"])
    inline = {"MapMode": "INLINE"} if "MapMode" in substitutions else {}
    return text, substitutions | inline


@cache
def handler(function: str) -> Callable[[Any, Any], Any]:
    """The handler of a function by logical id, loaded from its own folder."""
    folder = resources("AWS::Serverless::Function")[function]["CodeUri"]
    name = folder.replace("/", ".") + ".handler"
    spec = importlib.util.spec_from_file_location(name, ROOT / folder / "handler.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    loaded: Callable[[Any, Any], Any] = module.handler
    return loaded


def operators_parameters() -> dict[str, str]:
    """The parameters, by name, that an operator sets in a new stack before it may delete."""
    return {environment()["SWITCH_PARAMETER"]: "on"}
