"""Reads purge requests from files."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from genesys_purge.methods import METHODS
from genesys_purge.model import strict_json
from genesys_purge.model.strict_json import InvalidJson

from local.errors import CommandFailed
from local.project import PROJECT

SAMPLES = (PROJECT / "events" / "invoke", PROJECT / "events" / "schedule")


class UnreadableFile(CommandFailed):
    """A file cannot be read or parsed, because of this `problem`."""

    def __init__(self, file: Path, problem: str) -> None:
        super().__init__(f"{file}: {problem}")
        self.problem = problem


def read_request(file: Path) -> Any:
    """The JSON document in a file; raises UnreadableFile."""
    try:
        return strict_json.parsed(file.read_bytes())
    except FileNotFoundError as error:
        if file.resolve().parent not in SAMPLES:
            raise UnreadableFile(file, f"cannot be read: {error.strerror}") from error
        methods = ", ".join(METHODS)
        problem = f"there is no sample request {file.stem!r}; the methods are {methods}"
        raise UnreadableFile(file, problem) from error
    except OSError as error:
        raise UnreadableFile(file, f"cannot be read: {error.strerror}") from error
    except InvalidJson as error:
        problem = str(error) if error.path else f"{error}: {error.detail}"
        raise UnreadableFile(file, problem) from error


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
