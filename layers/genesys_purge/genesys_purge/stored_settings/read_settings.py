"""ReadSettings: the settings in force, their versions, and their audit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from genesys_purge.errors import NotFound
from genesys_purge.model.paging import Query, page_in
from genesys_purge.model.stored_setting import SettingName
from genesys_purge.ports import AuditLog
from genesys_purge.stored_settings.differences import ABSENT
from genesys_purge.stored_settings.ports import InheritedValue, SettingStore
from genesys_purge.stored_settings.requests import named
from genesys_purge.stored_settings.value_in_force import (
    ValueInForce,
    stored_value,
    value_in_force,
)
from genesys_purge.stored_settings.versions import audit_id

LIST, VERSION = "GET /settings", "version"


class ReadSettings:
    """Answers questions about settings; changes nothing."""

    def __init__(self, settings: SettingStore, inherited: InheritedValue, audit: AuditLog) -> None:
        self._settings = settings
        self._inherited = inherited
        self._audit = audit

    def __call__(
        self, route: str, path: Mapping[str, str], query: Mapping[str, str]
    ) -> dict[str, Any]:
        """The answer to `GET /settings`, `/settings/{name}` or its `/audit`."""
        if route == LIST:
            Query(query, ()).check()
            return {"settings": [self._facts(each, self._in_force(each)) for each in SettingName]}
        name = named(path)
        if route.endswith("/audit"):
            return self._records(name, query)
        found = self._one(name, query)
        document = {} if found.document is ABSENT else {"document": found.document}
        return self._facts(name, found) | document

    def _one(self, name: SettingName, given: Mapping[str, str]) -> ValueInForce:
        """The value in force, or the stored version that is asked for."""
        query = Query(given, (VERSION,))
        version = query.number(VERSION, 0)
        query.check()
        if not version:
            return self._in_force(name)
        found = self._settings.get(name, version)
        if found is None:
            raise NotFound(f"{name} has no version {version}")
        return stored_value(name, found)

    def _in_force(self, name: SettingName) -> ValueInForce:
        return value_in_force(name, self._settings, self._inherited)

    def _facts(self, name: SettingName, value: ValueInForce) -> dict[str, Any]:
        """A value without its document; `wrong` are the errors in it.

        `ignored` is what an operator has set elsewhere, without an effect.
        """
        facts: dict[str, Any] = {"name": name, "version": value.version, "origin": value.origin}
        if value.version:
            inherited = self._inherited(name)
            facts |= {"ignored": inherited.origin} if inherited.is_from_operator else {}
        if value.stored:
            facts |= {key: each for key, each in value.stored.to_json().items() if key != "text"}
        return facts | ({"wrong": [each.to_json() for each in value.wrong]} if value.wrong else {})

    def _records(self, name: SettingName, given: Mapping[str, str]) -> dict[str, Any]:
        start, limit = page_in(given, 1)
        page = self._audit.page(audit_id(name), start, limit)
        answer: dict[str, Any] = {"records": [each.to_json() for each in page.records]}
        return answer | ({} if page.following is None else {"next": str(page.following)})
