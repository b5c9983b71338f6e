"""EvaluateContacts: find the rules of a set that match each contact."""

from collections.abc import Mapping
from typing import Any

from genesys_purge.entrypoint import direct
from genesys_purge.wiring import campaign_evaluating


@direct
def handler(event: object) -> Mapping[str, Any]:
    return campaign_evaluating.evaluate_contacts()(event)
