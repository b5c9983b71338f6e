"""ReadCampaignRules: `GET /campaign-rules`, `/campaign-rules/{deploymentId}` and its `/audit`."""

from collections.abc import Mapping
from typing import Any

from genesys_purge.callers import HttpCall
from genesys_purge.entrypoint import http
from genesys_purge.wiring import campaign_deploying


@http
def handler(call: HttpCall) -> Mapping[str, Any]:
    return campaign_deploying.read_campaign_rules()(
        call.route_key, call.path_parameters, call.query_string_parameters
    )
