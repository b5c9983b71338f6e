"""Builds the evaluation of contacts."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from genesys_purge.wiring import adapters

if TYPE_CHECKING:
    from genesys_purge.campaign_rules.evaluating.evaluate_contacts import EvaluateContacts


@cache
def evaluate_contacts() -> EvaluateContacts:
    from genesys_purge.campaign_rules.evaluating.evaluate_contacts import EvaluateContacts

    return EvaluateContacts(adapters.files(), adapters.meter())
