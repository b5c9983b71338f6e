"""Checks sets of campaign rules as the functions do."""

from typing import Any

from genesys_purge.campaign_rules.comparisons import comparisons, sentence
from genesys_purge.campaign_rules.deploying.requests import checked
from genesys_purge.campaign_rules.ports import Platform
from genesys_purge.errors import InvalidRequest

from cli.documents.platforms import platform_named
from cli.validation.checked import Checked
from cli.validation.in_force import InForce


def check_rules(given: Any, in_force: InForce) -> Checked:
    """The normalised set, with a note of how each ordering condition compares; or every error."""

    def platform_of(name: str | None) -> Platform:
        return platform_named(in_force.organisation(name).platform)

    try:
        rules = checked(given, platform_of).rule_set
    except InvalidRequest as refused:
        return Checked.refused(refused)
    document = rules.to_json()
    notes = tuple(sentence(each) for each in comparisons(document["rules"]))
    return Checked(shown=document, notes=notes)
