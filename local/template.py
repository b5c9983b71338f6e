"""`template.yaml` as data, short-form functions expanded."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from samtranslator.yaml_helper import yaml_parse

Resource = dict[str, Any]
Template = dict[str, Any]


def read_template(path: Path) -> Template:
    """The template in a file."""
    return dict(yaml_parse(path.read_text()))


def resources_of(template: Template, resource_type: str) -> Iterator[tuple[str, Resource]]:
    """The resources of one type, with their logical ids."""
    for name, resource in template["Resources"].items():
        if resource["Type"] == resource_type:
            yield name, resource


def local_path(resource: Resource, field: str) -> str | None:
    """The path of a resource's local code or definition; None where it is elsewhere or inline."""
    value = resource["Properties"].get(field)
    return value if isinstance(value, str) and "://" not in value else None


def without_types(template: Template, types: frozenset[str]) -> Template:
    """The template without the resources of these types and without what refers to them.

    Outputs and DependsOn lose the reference; where a value needs one, the logical id stands in.
    """
    gone = {name for name, each in template["Resources"].items() if each["Type"] in types}
    kept = {name: each for name, each in template["Resources"].items() if name not in gone}
    outputs = {
        name: each
        for name, each in template.get("Outputs", {}).items()
        if _unreferred(each, gone) == each
    }
    return template | {"Resources": _unreferred(kept, gone), "Outputs": outputs}


def _unreferred(value: Any, gone: set[str]) -> Any:
    if isinstance(value, list):
        return [_unreferred(each, gone) for each in value]
    if not isinstance(value, dict):
        return value
    name = _referred_name(value)
    if name in gone:
        return name
    if "DependsOn" in value and "Type" in value:
        value = value | {"DependsOn": _others(value["DependsOn"], gone)}
    return {key: _unreferred(each, gone) for key, each in value.items()}


def _referred_name(value: dict[str, Any]) -> str | None:
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
