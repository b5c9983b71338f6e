"""Collections of named entities: create, list, read, update and delete, all with status 200."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import eq
from typing import Any, NamedTuple
from uuid import uuid4

import orjson
from pydantic import Field

from simulator.http.answer import Answer, Refusal
from simulator.http.permissions import every
from simulator.http.request import Request
from simulator.http.routing import Route
from simulator.http.wire import Body, format_instant, parse_body
from simulator.live.audits.trail import AuditTrail
from simulator.live.listing import BAD_REQUEST, page_of
from simulator.organisation.words import Operation


class Named(Body):
    """The common fields of all entities; `id` and `selfUri` are accepted and ignored."""

    name: str = Field(min_length=1)
    id: str | None = None
    self_uri: str | None = None


class Operations(NamedTuple):
    """The operations on the entities, for faults and the log."""

    create: Operation
    page: Operation
    read: Operation
    update: Operation
    delete: Operation


@dataclass(frozen=True, slots=True)
class Kind:
    """The properties of one kind of entity.

    - `cannot_..._enabled` are codes of refusals; None allows the call for an enabled entity.
    - The update of a versioned entity must have its current version.
    - `require` refuses bodies that are valid but not allowed.
    - `finds(asked, name)` decides whether `?name=asked` finds an entity with this name.
    - `audited_as` is the entity type in the audit; None records nothing.
    """

    path: str
    permission: str
    operations: Operations
    body: type[Named]
    created: str
    modified: str
    duplicate: str
    invalid: str = BAD_REQUEST
    versioned: bool = False
    cannot_create_enabled: str | None = None
    cannot_modify_enabled: str | None = None
    cannot_delete_enabled: str | None = None
    require: Callable[[Any], None] = lambda body: None  # noqa: ARG005  the default accepts every body
    finds: Callable[[str, str], bool] = eq
    audited_as: str | None = None


class Collection:
    """The entities of one kind by id, in order of creation; at most `most` (None: any number).

    An entity that is in use cannot be deleted.
    """

    def __init__(
        self,
        kind: Kind,
        most: int | None = None,
        is_in_use: Callable[[str], bool] = lambda _: False,
        trail: AuditTrail | None = None,
    ) -> None:
        self._kind = kind
        self._most = most
        self._is_in_use = is_in_use
        self._trail = trail
        self._entities: dict[str, dict[str, object]] = {}

    def routes(self) -> tuple[Route, ...]:
        """The collection and its members."""
        kind, does = self._kind, self._kind.operations
        one = f"{kind.path}/{{id}}"
        add, view = every(f"{kind.permission}:add"), every(f"{kind.permission}:view")
        edit, delete = every(f"{kind.permission}:edit"), every(f"{kind.permission}:delete")
        return (
            Route("POST", kind.path, self.create, does.create, permissions=add),
            Route("GET", kind.path, self.page, does.page, permissions=view),
            Route("GET", one, self.read, does.read, permissions=view),
            Route("PUT", one, self.update, does.update, permissions=edit),
            Route("DELETE", one, self.delete, does.delete, permissions=delete),
        )

    def create(self, request: Request) -> Answer:
        """The entity; 400 for a wrong body, a used name, or an entity that must not be enabled."""
        sent = self._read_body(request)
        self._require_disabled(sent, self._kind.cannot_create_enabled)
        if self._most is not None and len(self._entities) >= self._most:
            raise Refusal(400, "The maximum number is reached", code="max.entity.count.reached")
        entity_id = str(uuid4())
        at = format_instant(request.at)
        made = {self._kind.created: at, self._kind.modified: at, "version": 1}
        return self._store(request, entity_id, sent, made)

    def page(self, request: Request) -> Answer:
        """A page of entities, filtered by `?name=`."""
        asked = request.query.get("name", "")
        found = [
            each
            for each in self._entities.values()
            if not asked or self._kind.finds(asked, str(each["name"]))
        ]
        return page_of(request, found, lambda each: each)

    def contains(self, entity_id: str) -> bool:
        """Whether an entity with this id exists."""
        return entity_id in self._entities

    def read(self, request: Request) -> Answer:
        """The entity."""
        return Answer.json(200, self._entity(request))

    def update(self, request: Request) -> Answer:
        """The entity; 409 for another version than the current one."""
        current = self._entity(request)
        sent = self._read_body(request)
        version = self._next_version(sent, current)
        if self._content(sent) != self._content(current):
            self._require_disabled(current, self._kind.cannot_modify_enabled)
        made = {
            self._kind.created: current[self._kind.created],
            self._kind.modified: format_instant(request.at),
            "version": version,
        }
        return self._store(request, request.parameters["id"], sent, made)

    def delete(self, request: Request) -> Answer:
        """200 without a body; 400 if the entity is in use or must not be enabled."""
        self._require_disabled(self._entity(request), self._kind.cannot_delete_enabled)
        if self._is_in_use(request.parameters["id"]):
            message = "Another entity refers to it"
            raise Refusal(400, message, code="referential.integrity.error")
        self._audit(request, self._entities.pop(request.parameters["id"]), {})
        return Answer(200, b"")

    def _read_body(self, request: Request) -> dict[str, object]:
        body = parse_body(self._kind.body, request, self._kind.invalid)
        self._kind.require(body)
        name = body.name
        own = request.parameters.get("id")
        if any(each["name"] == name for key, each in self._entities.items() if key != own):
            message = f"name: another entity is called {name!r}"
            raise Refusal(400, message, code=self._kind.duplicate)
        sent: dict[str, object] = orjson.loads(request.body)
        return sent

    def _content(self, entity: Mapping[str, object]) -> dict[str, object]:
        """The submitted fields, without `enabled`."""
        own = {self._kind.created, self._kind.modified, "version", "id", "selfUri", "enabled"}
        return {name: value for name, value in entity.items() if name not in own}

    def _audit(
        self, request: Request, before: Mapping[str, object], after: Mapping[str, object]
    ) -> None:
        if self._trail and self._kind.audited_as:
            self._trail.record(request, self._kind.audited_as, before, after)

    def _store(
        self, request: Request, entity_id: str, sent: dict[str, object], made: dict[str, object]
    ) -> Answer:
        if not self._kind.versioned:
            del made["version"]
        uri = f"{self._kind.path}/{entity_id}"
        entity = {**sent, **made, "id": entity_id, "selfUri": uri}
        self._audit(request, self._entities.get(entity_id, {}), entity)
        self._entities[entity_id] = entity
        return Answer.json(200, entity)

    def _entity(self, request: Request) -> dict[str, object]:
        entity_id = request.parameters["id"]
        if entity_id not in self._entities:
            raise Refusal(404, "There is no entity with this id", entity_id=entity_id)
        return self._entities[entity_id]

    def _next_version(self, sent: Mapping[str, object], current: Mapping[str, object]) -> int:
        version = current.get("version")
        if not self._kind.versioned or not isinstance(version, int):
            return 1
        if sent.get("version") != version:
            message = f"version: must be the current version, {version}"
            raise Refusal(409, message, code="invalid.update.wrong.version")
        return version + 1

    def _require_disabled(self, entity: Mapping[str, object], code: str | None) -> None:
        if code is not None and entity.get("enabled"):
            raise Refusal(400, "enabled: must be false for this call", code=code)
