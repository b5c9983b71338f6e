"""The purge rules that Genesys keeps, and when each ran or will run."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from simulator.documented.purge_rules.rule import PurgeRule
from simulator.http.answer import Refusal
from simulator.http.wire import format_instant


@dataclass(frozen=True, slots=True)
class Execution:
    """One run of a rule; `scheduled_for` is None where it was forced."""

    at: datetime
    scheduled_for: datetime | None
    deleted: int
    compliance_ok: bool

    @property
    def wire(self) -> dict[str, object]:
        """What forcing one answers."""
        return {
            "deletedCount": self.deleted,
            "complianceOk": self.compliance_ok,
            "executedAt": format_instant(self.at),
        }


@dataclass(slots=True)
class StoredRule:
    """A rule, the executions it had and its next one, which a disabled rule never comes to."""

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
    """All rules; the caller sees to it that one thread at a time uses it."""

    def __init__(self) -> None:
        self._rules: dict[str, StoredRule] = {}

    def add(self, rule: PurgeRule, now: datetime) -> StoredRule:
        """Keeps a rule; 409, naming the other one, where it conflicts."""
        for other in self._rules.values():
            if rule.conflicts(other.rule):
                raise _exists(other)
        stored = StoredRule(str(uuid4()), rule, now, rule.schedule.after(now))
        self._rules[stored.rule_id] = stored
        return stored

    def get(self, rule_id: str) -> StoredRule:
        """The rule of this id, or 404."""
        if rule_id not in self._rules:
            raise Refusal(404, f"There is no purge rule {rule_id}")
        return self._rules[rule_id]

    def all(self) -> list[StoredRule]:
        """Every rule, in order of creation."""
        return list(self._rules.values())

    def due(self, now: datetime) -> list[StoredRule]:
        """The enabled rules whose next execution has come."""
        return [each for each in self.all() if each.rule.enabled and each.next_at <= now]


def _exists(other: StoredRule) -> Refusal:
    message = (
        f"The purge rule {other.rule.name!r} has the same name, or the same schedule and scope"
    )
    name = other.rule.name
    return Refusal(409, message, code="rule.exists", entity_id=other.rule_id, entity_name=name)
