"""Reads a submitted document: the rule set, and the options of its deployment."""

from __future__ import annotations

from typing import Any, NamedTuple

import orjson

from genesys_purge.campaign_rules.checking import check
from genesys_purge.campaign_rules.ports import PlatformOf
from genesys_purge.campaign_rules.rules import RuleSet
from genesys_purge.errors import FieldError, InvalidRequest
from genesys_purge.model.request import Text, as_object, read_fields
from genesys_purge.model.wire import Wire

# A deployment keeps the set and the rules it replaces in one item of at most 400 KB.
LARGEST_SET = 100_000


class Options(Wire):
    """The fields of a submitted document that are not part of the rule set."""

    dry_run: bool = False
    requested_by: Text | None = None


OPTIONS = frozenset({"dryRun", "requestedBy"})


class CheckedSet(NamedTuple):
    """A valid rule set, and the options of its deployment."""

    rule_set: RuleSet
    options: Options


def checked(payload: object, platform_of: PlatformOf) -> CheckedSet:
    """The rule set in `payload`; InvalidRequest with every error, also of its platform."""
    document = as_object(payload)
    given = {name: value for name, value in document.items() if name in OPTIONS}
    rest = {name: value for name, value in document.items() if name not in OPTIONS}
    options, errors = read_fields(Options, given)
    try:
        rule_set = check(rest, platform_of=platform_of)
    except InvalidRequest as refused:
        raise InvalidRequest([*refused.fields, *errors]) from None
    if len(orjson.dumps(rule_set.to_json())) > LARGEST_SET:
        errors.append(FieldError("rules", f"may have at most {LARGEST_SET:,} bytes as JSON"))
    if errors:
        raise InvalidRequest(errors)
    return CheckedSet(rule_set, options)


def actor_of(options: Options, sender: str) -> str:
    """The sender, with the person for whom it acts if the options name one."""
    return f"{sender}:{options.requested_by}" if options.requested_by else sender


def as_errors(refused: InvalidRequest, most: int) -> tuple[dict[str, Any], ...]:
    """At most so many errors in JSON, to be stored with the deployment."""
    errors = [error.to_json() for error in refused.fields[:most]]
    left_out = len(refused.fields) - len(errors)
    if left_out:
        errors.append(FieldError("request", f"has {left_out} more errors").to_json())
    return tuple(errors)
