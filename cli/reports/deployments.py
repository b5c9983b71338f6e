"""A deployment of campaign rules, as labels and values."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from genesys_purge.campaign_rules.comparisons import sentence

SUCCESSES = frozenset({"deployed", "unchanged", "dry_run"})


def lines_of(shown: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """A deployment in labels and values: each rule with its difference."""
    yield "deployment", shown["deploymentId"]
    yield "campaign", shown["campaignId"]
    for rule in shown.get("rules", ()):
        outcome = str(rule.get("outcome", "pending")).replace("_", " ")
        yield rule["action"], f"{rule['name']}: {outcome}"
        for each in _differences(rule.get("difference", {})):
            yield "", each
    for each in shown["comparisons"]:
        yield "compares", sentence(each)
    if shown.get("detail"):
        yield "because", shown["detail"]
    if shown.get("outcome"):
        yield "outcome", shown["outcome"]


def _differences(fields: Mapping[str, Any]) -> list[str]:
    """Each changed field, with its value before and after; a new rule has no value before."""
    return [
        f"  {field}: {json.dumps(after)}"
        if before is None
        else f"  {field}: {json.dumps(before)} -> {json.dumps(after)}"
        for field, (before, after) in fields.items()
        if field != "name"
    ]
