"""ReadSettings: `GET /settings`, `GET /settings/{name}` and its audit."""

from collections.abc import Mapping
from typing import Any

from genesys_purge.callers import HttpCall
from genesys_purge.entrypoint import http
from genesys_purge.wiring import stored_settings


@http
def handler(call: HttpCall) -> Mapping[str, Any]:
    return stored_settings.read_settings()(
        call.route_key, call.path_parameters, call.query_string_parameters
    )
