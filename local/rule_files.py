"""Rule sets in files: JSON, or YAML by the file's suffix."""

import re
from pathlib import Path
from typing import Any

import yaml

from local.submission import UnreadableRequest, once_each, read_request

YAML = frozenset({".yaml", ".yml"})
# What a plain word may stand for: what JSON would read, too. `off`, 010 and 2026-11-21 are text.
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
    """Reads what could be written as JSON as well: no aliases, dates, octals or repeated keys."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012

    def compose_node(self, parent: Any, index: Any) -> Any:
        """A node; an alias is refused, for a few of them can stand for gigabytes."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not taken")
        return super().compose_node(parent, index)


def _without_repeats(loader: JsonLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    """A mapping; of two values under one key nobody could tell which was meant."""
    return once_each(
        (loader.construct_object(key, deep=True), loader.construct_object(value, deep=True))
        for key, value in node.value
    )


for tag, (pattern, first) in PLAIN.items():
    beginnings = [*first, *([""] if tag.endswith("null") else [])]
    JsonLoader.add_implicit_resolver(tag, re.compile(f"^(?:{pattern})$"), beginnings)
JsonLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _without_repeats)


def read_rules(file: Path) -> Any:
    """The document in a file; UnreadableRequest where there is none."""
    if file.suffix.lower() not in YAML:
        return read_request(file)
    try:
        return yaml.load(file.read_text(encoding="utf-8-sig"), JsonLoader)  # noqa: S506 - it is safe
    except OSError as error:
        raise UnreadableRequest(f"{file} cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        raise UnreadableRequest(f"{file} is not YAML: {error}") from error
