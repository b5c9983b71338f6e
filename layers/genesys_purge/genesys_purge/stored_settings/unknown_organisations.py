"""The organisations that approval rules name and that are not configured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from genesys_purge.errors import FieldError
from genesys_purge.model.approval_rules import ApprovalRules
from genesys_purge.model.listing import DEFAULT_ORGANISATION
from genesys_purge.stored_settings.value_in_force import ValueInForce


def unknown_organisations(document: Any, organisations: ValueInForce) -> Iterator[FieldError]:
    """The wrong fields of valid approval rules; a rule for an unknown organisation does nothing."""
    known = [DEFAULT_ORGANISATION, *sorted(_names(organisations.document))]
    for number, rule in enumerate(ApprovalRules.parse(document).rules):
        for position, name in enumerate(rule.organisations or ()):
            if name not in known:
                path = f"document.rules.{number}.organisations.{position}"
                yield FieldError(path, f"must be one of {', '.join(known)}")


def _names(document: Any) -> Mapping[str, Any]:
    """The organisations by name; empty if their document cannot be read."""
    found = document.get("organisations") if isinstance(document, Mapping) else None
    return found if isinstance(found, Mapping) else {}
