"""Reads purge requests from files."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from genesys_purge.methods import METHODS
from genesys_purge.model import strict_json
from genesys_purge.model.strict_json import InvalidJson

from local.errors import CommandFailed
from local.project import PROJECT

SAMPLES = PROJECT / "events" / "invoke"


class UnreadableRequest(CommandFailed):
    """A file cannot be read or parsed."""


def read_request(file: Path) -> Any:
    """The JSON document in a file; raises UnreadableRequest."""
    try:
        return strict_json.parsed(file.read_bytes())
    except FileNotFoundError as error:
        if file.resolve().parent != SAMPLES:
            raise UnreadableRequest(f"{file} cannot be read: {error.strerror}") from error
        methods = ", ".join(METHODS)
        raise UnreadableRequest(
            f"there is no sample request {file.stem!r}; the methods are {methods}"
        ) from error
    except OSError as error:
        raise UnreadableRequest(f"{file} cannot be read: {error.strerror}") from error
    except InvalidJson as error:
        reason = str(error) if error.path else f"{error}: {error.detail}"
        raise UnreadableRequest(f"{file}: {reason}") from error


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
