"""From a submitted document to a checked rule set, and how it is to be deployed."""

from __future__ import annotations

from typing import Any, NamedTuple

import orjson

from genesys_purge.campaign_rules.checking import check
from genesys_purge.campaign_rules.deploying.ports import PlatformOf
from genesys_purge.campaign_rules.documented.platform import documented
from genesys_purge.campaign_rules.rules import RuleSet
from genesys_purge.errors import FieldError, InvalidRequest
from genesys_purge.model.request import Text, as_object, read_fields
from genesys_purge.model.wire import Wire

# A deployment keeps the set and what was there before in one item, which holds 400 KB.
LARGEST_SET = 100_000


class Manner(Wire):
    """The fields of a submitted rule set that are not the set's own."""

    dry_run: bool = False
    requested_by: Text | None = None


OURS = frozenset({"dryRun", "requestedBy"})


class CheckedSet(NamedTuple):
    """A rule set without an error of its own, and how it is to be deployed."""

    rule_set: RuleSet
    manner: Manner


def checked(payload: object, platform_of: PlatformOf = documented) -> CheckedSet:
    """The rule set in `payload`; InvalidRequest with every error of it on its platform."""
    document = as_object(payload)
    own = {name: value for name, value in document.items() if name in OURS}
    rest = {name: value for name, value in document.items() if name not in OURS}
    manner, errors = read_fields(Manner, own)
    try:
        rule_set = check(rest, platform_of=platform_of)
    except InvalidRequest as refused:
        raise InvalidRequest([*refused.fields, *errors]) from None
    if len(orjson.dumps(rule_set.to_json())) > LARGEST_SET:
        errors.append(FieldError("rules", f"may have at most {LARGEST_SET:,} bytes as JSON"))
    if errors:
        raise InvalidRequest(errors)
    return CheckedSet(rule_set, manner)


def actor_of(manner: Manner, sender: str) -> str:
    """Who acts: who sent the set, and for whom where that is said."""
    return f"{sender}:{manner.requested_by}" if manner.requested_by else sender


def as_errors(refused: InvalidRequest, most: int) -> tuple[dict[str, Any], ...]:
    """At most so many errors, to be kept with the deployment."""
    errors = [error.to_json() for error in refused.fields[:most]]
    left_out = len(refused.fields) - len(errors)
    if left_out:
        errors.append(FieldError("request", f"has {left_out} more errors").to_json())
    return tuple(errors)
