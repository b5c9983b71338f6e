"""ReadPurge: `GET /purges`, `GET /purges/{runId}`, and its `/records` and `/audit`."""

from collections.abc import Mapping
from typing import Any

from genesys_purge.callers import HttpCall
from genesys_purge.entrypoint import http
from genesys_purge.wiring import reading_runs


@http
def handler(call: HttpCall) -> Mapping[str, Any]:
    return reading_runs.read_purge()(
        call.route_key, call.path_parameters, call.query_string_parameters
    )
