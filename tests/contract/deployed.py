"""What is deployed: transformed resources, the rights of functions, the states of machines."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import yaml
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from tests import template

CODE = ("CodeUri", "ContentUri", "DefinitionUri")


@cache
def transformed() -> dict[str, dict[str, Any]]:
    """Every resource after the SAM transform, as CloudFormation creates it."""
    document = copy.deepcopy(template.template())
    for resource in document["Resources"].values():
        properties = resource.get("Properties", {})
        properties |= {name: "s3://bucket/key" for name in CODE if name in properties}
    found: dict[str, dict[str, Any]] = Translator({}, Parser()).translate(document, {})["Resources"]
    return found


class Statement(NamedTuple):
    """One statement of a policy; its ARNs contain logical ids instead of names."""

    effect: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]


def statements(document: Any) -> Iterator[Statement]:
    for each in _listed(document["Statement"]):
        yield Statement(
            each["Effect"],
            tuple(_listed(each["Action"])),
            tuple(str(template.resolved(one)) for one in _listed(each["Resource"])),
        )


def managed_policies() -> dict[str, list[Statement]]:
    found = template.resources("AWS::IAM::ManagedPolicy")
    return {name: list(statements(each["PolicyDocument"])) for name, each in found.items()}


def rights_of(function: str) -> list[Statement]:
    """Every statement of a function's role."""
    rights: list[Statement] = []
    for policy in _listed(template.resources("AWS::Serverless::Function")[function]["Policies"]):
        if set(policy) == {"Ref"}:
            rights += managed_policies()[policy["Ref"]]
        else:
            rights += statements(policy)
    return rights


@cache
def states(machine: str = "PurgeRunStateMachine") -> dict[str, dict[str, Any]]:
    """Every state of a machine by name, including those inside of a map."""
    definition = yaml.load(template.state_machine(machine)[0], yaml.CSafeLoader)
    found: dict[str, dict[str, Any]] = {}
    waiting = [definition]
    while waiting:
        for name, state in waiting.pop()["States"].items():
            assert name not in found, name
            found[name] = state
            if "ItemProcessor" in state:
                waiting.append(state["ItemProcessor"])
    return found


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
