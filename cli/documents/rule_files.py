"""Reads rule sets from files: YAML for the suffixes `.yaml` and `.yml`, else JSON."""

import json
import re
from pathlib import Path
from typing import Any

import orjson
import yaml
from genesys_purge.model.strict_json import REPEATED

from cli.documents.files import UnreadableFile, read_document

YAML = frozenset({".yaml", ".yml"})
# Plain scalars have the types of JSON only: `off`, 010 and 2026-11-21 are text.
PLAIN = {
    "tag:yaml.org,2002:null": (r"null|~|", "n~"),
    "tag:yaml.org,2002:bool": (r"true|false", "tf"),
    "tag:yaml.org,2002:int": (r"-?(?:0|[1-9][0-9]*)", "-0123456789"),
    "tag:yaml.org,2002:float": (
        r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?",
        "-0123456789",
    ),
}


class JsonLoader(yaml.SafeLoader):
    """Loads the subset of YAML that JSON can express: no aliases, dates or repeated keys."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012  PyYAML declares no ClassVar

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Composes a node; refuses aliases, because a few can expand to gigabytes."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not supported")
        return super().compose_node(parent, index)


def _without_repeats(loader: JsonLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    """A mapping; a repeated key is refused."""
    found: dict[Any, Any] = {}
    for key, value in node.value:
        name = loader.construct_object(key, deep=True)
        if name in found:
            raise ValueError(f"line {key.start_mark.line + 1}: {name}: {REPEATED}")
        found[name] = loader.construct_object(value, deep=True)
    return found


for tag, (pattern, first) in PLAIN.items():
    beginnings = [*first, *([""] if tag.endswith("null") else [])]
    JsonLoader.add_implicit_resolver(tag, re.compile(f"^(?:{pattern})$"), beginnings)
JsonLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _without_repeats)


def read_rules(file: Path) -> Any:
    """The document in a file; raises UnreadableFile if it cannot be read."""
    if file.suffix.lower() not in YAML:
        return read_document(file)
    try:
        document = yaml.load(file.read_text(encoding="utf-8-sig"), JsonLoader)  # noqa: S506  JsonLoader is a SafeLoader
    except OSError as error:
        raise UnreadableFile(file, f"cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        raise UnreadableFile(file, f"is not YAML: {error}") from error
    _require_json(document, file)
    return document


def _require_json(document: Any, file: Path) -> None:
    """UnreadableFile for keys that are not text, and for numbers that JSON cannot hold."""
    try:
        orjson.dumps(document)
        json.dumps(document, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise UnreadableFile(file, f"has a value that JSON cannot hold: {error}") from error
