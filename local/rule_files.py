"""Rule sets in files: JSON, or YAML by the file's suffix."""

from pathlib import Path
from typing import Any

import yaml

from local.submission import UnreadableRequest, once_each, read_request

YAML = frozenset({".yaml", ".yml"})
TIMESTAMP = "tag:yaml.org,2002:timestamp"


class JsonLoader(yaml.SafeLoader):
    """Reads no dates: what JSON writes as text stays text."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - as its base declares it
        first: [(tag, pattern) for tag, pattern in resolvers if tag != TIMESTAMP]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def _without_repeats(loader: JsonLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    """A mapping; of two values under one key nobody could tell which was meant."""
    pairs = [(loader.construct_object(key, deep=True), value) for key, value in node.value]
    return once_each((key, loader.construct_object(value, deep=True)) for key, value in pairs)


JsonLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _without_repeats)


def read_rules(file: Path) -> Any:
    """The document in a file; UnreadableRequest where there is none."""
    if file.suffix.lower() not in YAML:
        return read_request(file)
    try:
        return yaml.load(file.read_text(encoding="utf-8-sig"), JsonLoader)  # noqa: S506 - it is safe
    except OSError as error:
        raise UnreadableRequest(f"{file} cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UnreadableRequest(f"{file} is not YAML: {error}") from error
