"""Objects in the answers of the API."""

import json
from typing import Any

from cli.errors import NoAccess


class Answered(dict[str, Any]):
    """An object of an answer. NoAccess for a field that it lacks, because the API always has it."""

    def __missing__(self, field: str) -> Any:
        raise NoAccess(
            f"the API answered without {field!r}: is its version older than that of this command?"
        )


def object_in(content: bytes) -> Answered | None:
    """The object in an answer; None if it is anything else."""
    try:
        found = json.loads(content, object_hook=Answered)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, Answered) else None
