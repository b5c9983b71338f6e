"""ValidatePurge: the first state of a run; invoked with a purge request, it only checks it."""

from collections.abc import Mapping
from typing import Any

from genesys_purge import wiring
from genesys_purge.entrypoint import direct


@direct
def handler(event: object) -> Mapping[str, Any]:
    return wiring.validate_purge()(event)
