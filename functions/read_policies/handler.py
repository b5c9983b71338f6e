"""ReadPolicies: `GET /policies`, `GET /policies/{name}` and its audit."""

from collections.abc import Mapping
from typing import Any

from genesys_purge.callers import HttpCall
from genesys_purge.entrypoint import http
from genesys_purge.wiring import purge_policies


@http
def handler(call: HttpCall) -> Mapping[str, Any]:
    path, query = call.path_parameters, call.query_string_parameters
    return purge_policies.read_policies()(call.route_key, path, query)
