"""A purge rule as D1 documents it: sent as it was asked for, and never to be looked up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from genesys_purge.errors import FieldError, RefusedByGenesys
from genesys_purge.model.retention import Kind
from genesys_purge.ports import Genesys, Operation, Permit
from genesys_purge.purge_rules.answers import id_in
from genesys_purge.purge_rules.purge_rule import PurgeRule
from genesys_purge.purge_rules.rule import RuleRequest, Scope

CREATE = Operation(
    "POST",
    "/api/v2/purgerules",
    ("purgerules:write",),
    instead="a schedule of ours that submits method recording_job or, for what is still to be "
    "recorded, GenesysPlatform live, where a rule becomes a media retention policy",
)
CONFLICT = 409


class DocumentedForm:
    """Implements `Form`: the request itself, but for the organisation, of which only we know."""

    def unmet(self, request: RuleRequest) -> Iterator[FieldError]:
        yield from ()

    def kind(self, scope: Scope) -> Kind:
        return scope.kind

    def definition(self, request: RuleRequest) -> Mapping[str, Any]:
        return request.model_copy(update={"organisation": None}).to_json()


class DocumentedRules:
    """Implements `Target`: the contract has one call, and its refusal tells what there is."""

    def __init__(self, genesys: Genesys) -> None:
        self._genesys = genesys

    def remarks(self, days: int) -> str | None:
        return None

    def create(self, rule: PurgeRule, permit: Permit) -> str:
        return id_in(self._genesys.delete(CREATE, rule.definition, permit))

    def is_in_the_way(self, refusal: RefusedByGenesys) -> bool:
        return refusal.status == CONFLICT

    def find(self, rule: PurgeRule, refusal: RefusedByGenesys | None = None) -> str | None:
        """Only a refusal that names this very rule proves it; another may be in the way as well."""
        if refusal is None or rule.name not in refusal.message:
            return None
        return refusal.entity_id
