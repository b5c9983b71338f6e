"""ReadHolds: `GET /holds`, `GET /holds/{holdId}`, its audit, and `GET /holds/coverage`."""

from collections.abc import Mapping
from typing import Any

from genesys_purge.callers import HttpCall
from genesys_purge.entrypoint import http
from genesys_purge.wiring import holding


@http
def handler(call: HttpCall) -> Mapping[str, Any]:
    return holding.read_holds()(call.route_key, call.path_parameters, call.query_string_parameters)
