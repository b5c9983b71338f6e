"""ReadPurgeRule: `GET /purge-rules/{ruleId}/audit`."""

from collections.abc import Mapping
from typing import Any

from genesys_purge.callers import HttpCall
from genesys_purge.entrypoint import http
from genesys_purge.wiring import purge_rules


@http
def handler(call: HttpCall) -> Mapping[str, Any]:
    return purge_rules.read_purge_rule()(call.path_parameters, call.query_string_parameters)
