"""The stored purge rules, with their past and next executions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from simulator.documented.purge_rules.rule import PurgeRule
from simulator.http.answer import Refusal
from simulator.http.wire import format_instant


@dataclass(frozen=True, slots=True)
class Execution:
    """One execution of a rule; `scheduled_for` is None if it was forced."""

    at: datetime
    scheduled_for: datetime | None
    deleted: int
    compliance_ok: bool

    @property
    def wire(self) -> dict[str, object]:
        """The answer of a forced execution."""
        return {
            "deletedCount": self.deleted,
            "complianceOk": self.compliance_ok,
            "executedAt": format_instant(self.at),
        }


@dataclass(slots=True)
class StoredRule:
    """A rule, its executions and the time of the next one; a disabled rule never executes."""

    rule_id: str
    rule: PurgeRule
    created_at: datetime
    next_at: datetime
    executions: list[Execution] = field(default_factory=list)

    @property
    def wire(self) -> dict[str, object]:
        """The rule with its id."""
        return {"id": self.rule_id, **self.rule.model_dump(mode="json", by_alias=True)}


class RuleBook:
    """All rules; not thread-safe."""

    def __init__(self) -> None:
        self._rules: dict[str, StoredRule] = {}

    def add(self, rule: PurgeRule, now: datetime) -> StoredRule:
        """Stores a rule; refuses with 409 that names a conflicting rule."""
        for other in self._rules.values():
            if rule.conflicts(other.rule):
                raise _exists(other)
        stored = StoredRule(str(uuid4()), rule, now, rule.schedule.after(now))
        self._rules[stored.rule_id] = stored
        return stored

    def get(self, rule_id: str) -> StoredRule:
        """The rule of this id; refuses with 404."""
        if rule_id not in self._rules:
            raise Refusal(404, f"There is no purge rule {rule_id}")
        return self._rules[rule_id]

    def all(self) -> list[StoredRule]:
        """Every rule, in order of creation."""
        return list(self._rules.values())

    def due(self, now: datetime) -> list[StoredRule]:
        """The enabled rules whose next execution is due."""
        return [each for each in self.all() if each.rule.enabled and each.next_at <= now]


def _exists(other: StoredRule) -> Refusal:
    message = (
        f"The purge rule {other.rule.name!r} has the same name, or the same schedule and scope"
    )
    name = other.rule.name
    return Refusal(409, message, code="rule.exists", entity_id=other.rule_id, entity_name=name)
