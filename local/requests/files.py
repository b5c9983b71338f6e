"""Reads purge requests from files."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from genesys_purge.methods import METHODS

from local.errors import CommandFailed
from local.project import PROJECT

SAMPLES = PROJECT / "events" / "invoke"


class UnreadableRequest(CommandFailed):
    """A file cannot be read or parsed."""


def once_each(pairs: Iterable[tuple[Any, Any]]) -> dict[Any, Any]:
    """The pairs as a dictionary; raises ValueError for a repeated key."""
    found: dict[Any, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key!r} is repeated")
        found[key] = value
    return found


def read_request(file: Path) -> Any:
    """The JSON document in a file; raises UnreadableRequest."""
    try:
        text = file.read_text(encoding="utf-8-sig")
        return json.loads(text, object_pairs_hook=once_each)
    except FileNotFoundError as error:
        if file.resolve().parent != SAMPLES:
            raise UnreadableRequest(f"{file} cannot be read: {error.strerror}") from error
        methods = ", ".join(METHODS)
        raise UnreadableRequest(
            f"there is no sample request {file.stem!r}; the methods are {methods}"
        ) from error
    except OSError as error:
        raise UnreadableRequest(f"{file} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise UnreadableRequest(f"{file} is not JSON: {error}") from error


def values_of(field: str, event: object) -> Iterator[Any]:
    """The values of a field, at any depth of the event."""
    if isinstance(event, dict):
        for name, value in event.items():
            if name == field:
                yield value
            else:
                yield from values_of(field, value)
    elif isinstance(event, list):
        for value in event:
            yield from values_of(field, value)
