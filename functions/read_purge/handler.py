"""ReadPurge: `GET /purges/{runId}` and `GET /purges/{runId}/audit`."""

from collections.abc import Mapping
from typing import Any

from genesys_purge import wiring
from genesys_purge.callers import HttpCall
from genesys_purge.entrypoint import http


@http
def handler(call: HttpCall) -> Mapping[str, Any]:
    return wiring.read_purge()(call.route, call.path, call.query)
