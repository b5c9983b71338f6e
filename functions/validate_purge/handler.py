"""ValidatePurge: the first state of a run; invoked with a purge request, it only checks it."""

from collections.abc import Mapping
from typing import Any

from genesys_purge.entrypoint import direct
from genesys_purge.wiring import purging


@direct
def handler(event: object) -> Mapping[str, Any]:
    return purging.validate_purge()(event)
