"""ReadPurgeRule: `GET /purge-rules`, `GET /purge-rules/{ruleId}` and its audit."""

from collections.abc import Mapping
from typing import Any

from genesys_purge.callers import HttpCall
from genesys_purge.entrypoint import http
from genesys_purge.wiring import purge_rules


@http
def handler(call: HttpCall) -> Mapping[str, Any]:
    read = purge_rules.read_purge_rule()
    return read(call.route_key, call.path_parameters, call.query_string_parameters)
