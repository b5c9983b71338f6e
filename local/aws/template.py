"""Reads `template.yaml`, with short-form functions expanded."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

Resource = dict[str, Any]
Template = dict[str, Any]


def read_template(path: Path) -> Template:
    """Reads a template."""
    return dict(yaml_parse(path.read_text()))


def resources_of(template: Template, resource_type: str) -> Iterator[tuple[str, Resource]]:
    """The resources of one type, with their logical ids."""
    for name, resource in template["Resources"].items():
        if resource["Type"] == resource_type:
            yield name, resource


def local_path(resource: Resource, field: str) -> str | None:
    """The path of a resource's local code or definition; None if it is remote or inline."""
    value = resource["Properties"].get(field)
    return value if isinstance(value, str) and "://" not in value else None


def without_types(template: Template, types: frozenset[str]) -> Template:
    """The template without the resources of these types and without references to them.

    Outputs and DependsOn entries are removed. In other values the logical id replaces the
    reference.
    """
    gone = {name for name, each in template["Resources"].items() if each["Type"] in types}
    kept = {name: each for name, each in template["Resources"].items() if name not in gone}
    outputs = {
        name: each
        for name, each in template.get("Outputs", {}).items()
        if _without_references(each, gone) == each
    }
    return template | {"Resources": _without_references(kept, gone), "Outputs": outputs}


def _without_references(value: Any, gone: set[str]) -> Any:
    if isinstance(value, list):
        return [_without_references(each, gone) for each in value]
    if not isinstance(value, dict):
        return value
    name = _referenced_name(value)
    if name in gone:
        return name
    if "DependsOn" in value and "Type" in value:
        value = value | {"DependsOn": _others(value["DependsOn"], gone)}
    return {key: _without_references(each, gone) for key, each in value.items()}


def _referenced_name(value: dict[str, Any]) -> str | None:
    match list(value.items()):
        case [("Ref", str(name))]:
            return name
        case [("Fn::GetAtt", [str(name), *_])]:
            return name
        case [("Fn::GetAtt", str(path))]:
            return path.partition(".")[0]
    return None


def _others(names: str | list[str], gone: set[str]) -> list[str]:
    return [name for name in ([names] if isinstance(names, str) else names) if name not in gone]
