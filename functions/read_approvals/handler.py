"""ReadApprovals: what waits for a decision, and what was decided."""

from collections.abc import Mapping
from typing import Any

from genesys_purge.callers import HttpCall
from genesys_purge.entrypoint import http
from genesys_purge.wiring import approving


@http
def handler(call: HttpCall) -> Mapping[str, Any]:
    return approving.read_approvals()(
        call.route_key, call.path_parameters, call.query_string_parameters
    )
