"""The entries of the audit: who changed which entity, and how."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import uuid4

import orjson

from simulator.http.request import Request
from simulator.http.wire import format_instant

SERVICE = "Outbound"
# These change with every call and say nothing about the change.
SERVERS_OWN = frozenset({"id", "selfUri", "version", "dateCreated", "dateModified"})
NOTHING: Mapping[str, object] = {}


class AuditAction(StrEnum):
    """What was done with an entity."""

    CREATE = "Create"
    UPDATE = "Update"
    DELETE = "Delete"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One change of one entity."""

    entry_id: str
    at: datetime
    client_id: str | None
    action: AuditAction
    entity_type: str
    entity_id: str
    entity_name: str
    changes: tuple[dict[str, object], ...]

    @property
    def wire(self) -> dict[str, object]:
        """The entry as JSON."""
        return {
            "id": self.entry_id,
            "serviceName": SERVICE,
            "level": "USER",
            "eventDate": format_instant(self.at),
            "client": {"id": self.client_id},
            "action": self.action.value,
            "entityType": self.entity_type,
            "entity": {"id": self.entity_id, "name": self.entity_name},
            "status": "SUCCESS",
            "propertyChanges": list(self.changes),
        }


class AuditTrail:
    """Every entry, in order of time; without `with_values`, no entry has changed values."""

    def __init__(self, *, with_values: bool) -> None:
        self._with_values = with_values
        self.entries: list[AuditEntry] = []

    def record(
        self,
        request: Request,
        entity_type: str,
        before: Mapping[str, object] = NOTHING,
        after: Mapping[str, object] = NOTHING,
    ) -> None:
        """Appends an entry; an entity without a state before or after is created or deleted."""
        entity = after or before
        pairs = ((before, AuditAction.CREATE), (after, AuditAction.DELETE))
        action = next((word for state, word in pairs if not state), AuditAction.UPDATE)
        entry = AuditEntry(
            entry_id=str(uuid4()),
            at=request.at,
            client_id=request.client_id,
            action=action,
            entity_type=entity_type,
            entity_id=str(entity["id"]),
            entity_name=str(entity["name"]),
            changes=tuple(_changes(before, after)) if self._with_values else (),
        )
        self.entries.append(entry)


def _changes(
    before: Mapping[str, object], after: Mapping[str, object]
) -> Iterator[dict[str, object]]:
    for name in sorted((before.keys() | after.keys()) - SERVERS_OWN):
        if before.get(name) != after.get(name):
            yield {
                "property": name,
                "oldValues": _values(before.get(name)),
                "newValues": _values(after.get(name)),
            }


def _values(value: object) -> list[str]:
    return [] if value is None else [orjson.dumps(value).decode()]
