"""Keeps the id of a rule that Genesys accepted after another worker took the creation over."""

from __future__ import annotations

from genesys_purge.errors import LostRace
from genesys_purge.model.audit import AuditRecord
from genesys_purge.purge_rules.ports import PurgeRules
from genesys_purge.purge_rules.purge_rule import PurgeRule, RuleStatus

# How often a worker stores a late answer although others change the rule at the same time.
LATE_WRITES = 5


def keep_late(rules: PurgeRules, created: PurgeRule, record: AuditRecord) -> None:
    """Store the created rule or, if another rule is stored under its name, only its record."""
    for _ in range(LATE_WRITES):
        stored = rules.get(created.ref)
        if stored is None or stored.rule_id == created.rule_id:
            return
        try:
            rules.put(*_after(stored, created, record))
        except LostRace:
            continue
        return


def _after(
    stored: PurgeRule, created: PurgeRule, record: AuditRecord
) -> tuple[PurgeRule, AuditRecord]:
    if stored.rule_id is None and stored.fingerprint == created.fingerprint:
        after = stored.asked(rule_id=created.rule_id, attempt=stored.attempt.settled())
        return after.to(RuleStatus.CREATED, detail=created.detail), record
    detail = f"accepted late, when {stored.rule_id or 'another rule'} was already stored"
    return stored.noted(), record.model_copy(update={"detail": detail})
