"""ReadStops: `GET /stops` and the audit of a stop."""

from collections.abc import Mapping
from typing import Any

from genesys_purge.callers import HttpCall
from genesys_purge.entrypoint import http
from genesys_purge.wiring import stopping


@http
def handler(call: HttpCall) -> Mapping[str, Any]:
    return stopping.read_stops()(call.route_key, call.path_parameters, call.query_string_parameters)
