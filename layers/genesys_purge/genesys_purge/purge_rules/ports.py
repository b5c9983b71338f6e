"""The ports of purge rules, beside those that every feature shares."""

from __future__ import annotations

from typing import Protocol

from genesys_purge.model.audit import AuditRecord
from genesys_purge.ports import Queue
from genesys_purge.purge_rules.purge_rule import PurgeRule, RuleRef

Registrations = Queue[RuleRef]


class PurgeRules(Protocol):
    """Purge rules by organisation and name; a change and its audit record are one write."""

    def get(self, ref: RuleRef) -> PurgeRule | None:
        """The rule of that name in that organisation, if there is one."""

    def put(self, rule: PurgeRule, record: AuditRecord | None = None) -> None:
        """Store the rule; LostRace unless the stored one, if any, is its predecessor."""
