"""A purge rule as D1 documents it, read with the engine's limits."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field, ValidationError

from simulator.documented.purge_rules.rule_filter import RuleFilter
from simulator.documented.purge_rules.rule_schedule import Schedule
from simulator.http.answer import Refusal
from simulator.http.request import Request
from simulator.http.wire import BODY, Body, field_errors
from simulator.organisation.conversation import Conversation

LONGEST_RETENTION = 36_500


class Scope(Body):
    """Filters that must all accept."""

    filters: tuple[RuleFilter, ...]


class RetentionPeriod(Body):
    """How long a conversation is kept after its end."""

    days: int = Field(ge=30, le=LONGEST_RETENTION)


class PurgeRule(Body):
    """A recurring purge that Genesys itself carries out."""

    name: str = Field(min_length=1)
    description: str = ""
    type: Literal["conversation"]
    enabled: bool
    scope: Scope
    schedule: Schedule
    retention_period: RetentionPeriod
    max_batch_size: int = Field(ge=100, le=10_000)
    snapshot_before_delete: bool = True
    compliance_lock_check: bool = True

    def accepts(self, conversation: Conversation) -> bool:
        """Whether every filter accepts the conversation."""
        return all(each.accepts(conversation) for each in self.scope.filters)

    def keeps_until(self, now: datetime) -> datetime:
        """What ended then or before is old enough at `now`."""
        return now - timedelta(days=self.retention_period.days)

    def conflicts(self, other: PurgeRule) -> bool:
        """Whether both have one name, or one schedule and the same filters in any order."""
        same_work = self.schedule == other.schedule and self._filters() == other._filters()
        return self.name == other.name or same_work

    def _filters(self) -> list[str]:
        return sorted(each.model_dump_json() for each in self.scope.filters)


def parse_rule(request: Request) -> PurgeRule:
    """The rule; 400 where there is no JSON object, 422 naming every field the engine refuses."""
    try:
        return PurgeRule.model_validate_json(request.body)
    except ValidationError as invalid:
        errors = field_errors(invalid)
    if errors[0]["path"] == BODY:
        raise Refusal(400, errors[0]["message"], code="invalid.body", details=errors)
    message = "; ".join(f"{each['path']}: {each['message']}" for each in errors)
    raise Refusal(422, message, code="engine.limit", errors=errors)
