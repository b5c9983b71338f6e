"""ChangeHold: `POST /holds/{holdId}/widen`, `/narrow`, `/release-requests`, `/keep`, `/review`."""

from collections.abc import Mapping
from typing import Any

from genesys_purge.callers import HttpCall, submission
from genesys_purge.entrypoint import http
from genesys_purge.wiring import holding


@http
def handler(call: HttpCall) -> Mapping[str, Any]:
    answer = holding.change_hold()(call.route_key, submission(call.raw_event))
    return answer.to_json()
