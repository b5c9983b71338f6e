"""The only call that D1 documents for purge rules; no call finds a rule."""

from __future__ import annotations

from genesys_purge.calling.deleting import Deleting
from genesys_purge.errors import RefusedByGenesys
from genesys_purge.model.answers import created_id
from genesys_purge.operation import DeletingCall, Missing, Operation
from genesys_purge.ports import Genesys
from genesys_purge.purge_rules.purge_rule import PurgeRule

CREATE = Operation(
    "POST",
    "/api/v2/purgerules",
    ("purgerules:write",),
    instead="a schedule of this deployment with method recording_job or, for recordings that do "
    "not exist yet, GenesysPlatform live, where a rule becomes a media retention policy",
    # The snapshot comes before the deletion, so nothing happens without storage for it.
    refusals=(507,),
    missing=Missing.REFUSED,
)
CONFLICT = 409


class DocumentedRulesApi:
    """Implements `RulesApi`."""

    def __init__(self, genesys: Genesys) -> None:
        self._genesys = genesys

    def remarks(self, days: int) -> str | None:
        return None

    def create(self, rule: PurgeRule, deleting: Deleting[PurgeRule]) -> str:
        call = DeletingCall(CREATE, lambda _: rule.definition, result=created_id)
        return deleting.send(call, self._genesys)

    def find(self, rule: PurgeRule, refusal: RefusedByGenesys | None = None) -> str | None:
        """The id in a conflict that names exactly this rule; another rule may conflict as well."""
        if refusal is None or refusal.status != CONFLICT or refusal.entity_name != rule.name:
            return None
        return refusal.entity_id

    def is_duplicate(self, rule: PurgeRule, refusal: RefusedByGenesys) -> bool:
        return refusal.status == CONFLICT

    def proves_absence(self, refusal: RefusedByGenesys) -> bool:
        return refusal.status != CONFLICT
