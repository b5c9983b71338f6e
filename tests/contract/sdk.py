"""The official Python SDK, read as text because importing it takes seconds."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

PACKAGE = "PureCloudPlatformClientV2"
METHOD = re.compile(
    r"^    def \w+\((.*?)\) -> .*?:$(.*?)(?=^    def |\Z)", re.MULTILINE | re.DOTALL
)
SIMPLE: dict[str, type | tuple[type, ...]] = {
    "str": str,
    "int": int,
    "bool": bool,
    "float": (int, float),
    "datetime": str,
}


class Call(NamedTuple):
    """One call of the platform's API in the SDK, with the names of the wire."""

    parameters: frozenset[str]
    required: frozenset[str]
    body: str | None
    answer: str


class Model(NamedTuple):
    """One model: the type and the allowed words of each field, by its name on the wire."""

    types: Mapping[str, str]
    words: Mapping[str, frozenset[str]]


def folder() -> Path:
    spec = find_spec(PACKAGE)
    assert spec is not None, f"{PACKAGE} is not installed: run `make setup`"
    assert spec.origin is not None
    return Path(spec.origin).parent


@cache
def calls() -> Mapping[tuple[str, str], Call]:
    """Every call, by verb and path; placeholders have no names."""
    found = {}
    for file in (folder() / "apis").glob("*_api.py"):
        for arguments, text in METHOD.findall(file.read_text()):
            path = re.search(r"resource_path = '([^']*)'", text)
            verb = re.search(r"call_api\(resource_path, '(\w+)'", text)
            if path and verb:
                found[verb[1], unnamed(path[1])] = _call(arguments, text)
    return found


def unnamed(path: str) -> str:
    """The path without the names of its placeholders."""
    return re.sub(r"\{\w+\}", "{}", path)


def _call(arguments: str, text: str) -> Call:
    queried = dict(re.findall(r"query_params\['(\w+)'\] = params\['(\w+)'\]", text))
    required = set(re.findall(r"Missing the required parameter `(\w+)`", text))
    body = re.search(r"body: '?([\w\[\]']+)", arguments) or re.search(r":param (\w+) body:", text)
    answer = re.search(r"response_type=(?:'([^']*)'|None)", text)
    return Call(
        frozenset(queried),
        frozenset(name for name, variable in queried.items() if variable in required),
        body[1].strip("'") if body else None,
        (answer[1] or "") if answer else "",
    )


@cache
def _files() -> Mapping[str, str]:
    text = (folder() / "models" / "__init__.py").read_text()
    imports = re.findall(r"^from \.(\w+) import (\w+)", text, re.MULTILINE)
    return {name: module for module, name in imports}


def is_model(name: str) -> bool:
    return name in _files()


@cache
def model(name: str) -> Model:
    tree = ast.parse((folder() / "models" / f"{_files()[name]}.py").read_text())
    types, names = _table(tree, "swagger_types"), _table(tree, "attribute_map")
    words = {
        names[each.name]: frozenset(found)
        for each in ast.walk(tree)
        if isinstance(each, ast.FunctionDef) and each.name in names
        if (found := _allowed(each))
    }
    return Model({wire: types[python] for python, wire in names.items()}, words)


def _table(tree: ast.Module, name: str) -> dict[str, str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == f"self.{name}":
            table: dict[str, str] = ast.literal_eval(node.value)
            return table
    raise AssertionError(f"a model without {name}")


def _allowed(setter: ast.FunctionDef) -> list[str]:
    for node in ast.walk(setter):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "allowed_values":
            words: list[str] = ast.literal_eval(node.value)
            return words
    return []


def misfits(value: Any, kind: str, path: str = "") -> Iterator[str]:
    """Every difference between a JSON value and a type of the SDK, as `path: reason`."""
    if kind.startswith("list["):
        if not isinstance(value, list):
            yield f"{path}: is not a list"
            return
        for each in value:
            yield from misfits(each, kind[5:-1], f"{path}[]")
    elif is_model(kind):
        yield from _misfits_of_object(value, model(kind), path)
    elif kind not in SIMPLE:
        yield f"{path}: {kind} is a type that this reader does not know"
    elif not isinstance(value, SIMPLE[kind]) or (kind != "bool" and isinstance(value, bool)):
        yield f"{path}: {value!r} is not a {kind}"


def _misfits_of_object(value: Any, of: Model, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path}: is not an object"
        return
    for name, each in value.items():
        where = f"{path}.{name}".lstrip(".")
        if name not in of.types:
            yield f"{where}: is not a field"
            continue
        yield from misfits(each, of.types[name], where)
        allowed = of.words.get(name)
        for word in each if isinstance(each, list) else [each]:
            if allowed and word not in allowed:
                yield f"{where}: {word!r} is not one of {', '.join(sorted(allowed))}"


def type_at(kind: str, path: str) -> str:
    """The type at a dotted path, through lists; an empty string if there is no such field."""
    for name in path.split("."):
        kind = re.sub(r"^list\[(.*)\]$", r"\1", kind)
        kind = model(kind).types.get(name, "") if is_model(kind) else ""
    return kind


def words_at(kind: str, path: str) -> frozenset[str]:
    """The allowed words of a field."""
    *parents, last = path.split(".")
    owner = type_at(kind, ".".join(parents)) if parents else kind
    return model(re.sub(r"^list\[(.*)\]$", r"\1", owner)).words[last]


@cache
def hosts() -> Mapping[str, str]:
    """The API's URL of each region, by the name of the AWS region."""
    text = (folder() / "purecloud_region_hosts.py").read_text()
    found = re.findall(r'^    (\w+) = "(https://[^"]+)"$', text, re.MULTILINE)
    return {name.replace("_", "-"): url for name, url in found}
