"""EvaluateContacts: which rules of a set match each contact."""

from collections.abc import Mapping
from typing import Any

from genesys_purge.entrypoint import direct
from genesys_purge.wiring import campaign_changes


@direct
def handler(event: object) -> Mapping[str, Any]:
    return campaign_changes.evaluate_contacts()(event)
