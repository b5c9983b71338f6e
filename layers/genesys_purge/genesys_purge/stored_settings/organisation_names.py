"""The organisations that legal holds, stops and approval rules name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from genesys_purge.errors import FieldError, InvalidRequest
from genesys_purge.model.approval_rules import ApprovalRules
from genesys_purge.model.listing import DEFAULT_ORGANISATION
from genesys_purge.model.stored_setting import SettingName
from genesys_purge.stored_settings.ports import InheritedValue, Protection, SettingStore
from genesys_purge.stored_settings.value_in_force import ValueInForce, value_in_force

# Reads, consistently, what is in force.
Protections = Callable[[], Iterable[Protection]]
MOST_NAMED = 5


class OrganisationNames:
    """Keeps the names of organisations true: what protects by a name that is gone does nothing.

    `holds` and `stops` are those in force.
    """

    def __init__(
        self,
        settings: SettingStore,
        inherited: InheritedValue,
        holds: Protections,
        stops: Protections,
    ) -> None:
        self._settings = settings
        self._inherited = inherited
        self._holds = holds
        self._stops = stops

    def check(self, name: SettingName, before: ValueInForce, document: Any) -> None:
        """InvalidRequest if approval rules name an organisation that is not configured.

        Also if organisations lack one that a hold, a stop or an approval rule names.
        """
        wrong: Iterable[FieldError] = ()
        if name is SettingName.APPROVAL_RULES:
            wrong = _unknown(document, self._value(SettingName.ORGANISATIONS))
        elif name is SettingName.ORGANISATIONS:
            wrong = self._missing(before, document)
        if found := list(wrong):
            raise InvalidRequest(found)

    def _missing(self, before: ValueInForce, document: Any) -> Iterator[FieldError]:
        """The removed organisations that must stay.

        If the organisations of before cannot be read, any that is named may have been one of them.
        """
        kept = {DEFAULT_ORGANISATION, *_names(document)}
        removed = _names(before.document).keys() - kept
        if not (removed or before.wrong):
            return
        naming: dict[str, list[str]] = {}
        for each in (*self._holds(), *self._stops(), *self._rules()):
            if each.organisations is None and not before.wrong:
                yield _unreadable(each.title)
            for name in set(each.organisations or ()) - kept:
                if before.wrong or name in removed:
                    naming.setdefault(name, []).append(each.title)
        for name, titles in sorted(naming.items()):
            yield _must_stay(name, titles)

    def _rules(self) -> Iterator[Protection]:
        found = self._value(SettingName.APPROVAL_RULES)
        if found.wrong:
            yield Protection("the setting approval-rules", None)
            return
        for rule in ApprovalRules.parse(found.document).rules:
            yield Protection(f"approval rule '{rule.name}'", rule.organisations or ())

    def _value(self, name: SettingName) -> ValueInForce:
        return value_in_force(name, self._settings, self._inherited)


def _unknown(document: Any, organisations: ValueInForce) -> Iterator[FieldError]:
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


def _must_stay(name: str, titles: list[str]) -> FieldError:
    more = f" and {len(titles) - MOST_NAMED} more" if len(titles) > MOST_NAMED else ""
    return FieldError(
        f"document.organisations.{name}",
        f"is missing, but is named by {', '.join(titles[:MOST_NAMED])}{more}, which would not "
        "apply under another name; put it back, or first release or narrow the hold, resume after "
        "the stop, and take the name out of the rule",
    )


def _unreadable(title: str) -> FieldError:
    return FieldError(
        "document.organisations",
        f"must keep every organisation, because {title} cannot be read and may name any; correct "
        "it first",
    )
