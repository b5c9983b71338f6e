"""Where the lines of a plan are stored: in parts, beside the key that their manifests depend on."""

from __future__ import annotations

from genesys_purge.model.stored_object import StoredObject
from genesys_purge.model.wire import Wire

# The names of the objects of a run, beside its manifests.
KEY = "plan-key"
INDEX = "plan-index"


class PlanIndex(Wire):
    """The key of the run, and the parts of its lines in order."""

    key: StoredObject
    parts: tuple[StoredObject, ...] = ()


def part_name(number: int) -> str:
    """The name of a part, counted from 0."""
    return f"plan-{number:06}"
