"""A purge rule, parsed with the limits of the engine."""

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
    """The filters of a rule; all must accept a conversation."""

    filters: tuple[RuleFilter, ...]


class RetentionPeriod(Body):
    """How long a conversation is kept after its end."""

    days: int = Field(ge=30, le=LONGEST_RETENTION)


class PurgeRule(Body):
    """A recurring purge that Genesys itself executes."""

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

    def latest_end(self, now: datetime) -> datetime:
        """The latest end time of conversations that are old enough at `now`."""
        return now - timedelta(days=self.retention_period.days)

    def conflicts(self, other: PurgeRule) -> bool:
        """Whether both have the same name, or the same schedule and the same filters."""
        same_work = self.schedule == other.schedule and self._filters() == other._filters()
        return self.name == other.name or same_work

    def _filters(self) -> list[str]:
        return sorted(each.model_dump_json() for each in self.scope.filters)


def parse_rule(request: Request) -> PurgeRule:
    """Parses the rule; 400 if it is not a JSON object, 422 that names every wrong field."""
    try:
        return PurgeRule.model_validate_json(request.body)
    except ValidationError as invalid:
        errors = field_errors(invalid)
    if errors[0]["path"] == BODY:
        raise Refusal(400, errors[0]["message"], code="invalid.body", details=errors)
    message = "; ".join(f"{each['path']}: {each['message']}" for each in errors)
    raise Refusal(422, message, code="engine.limit", errors=errors)
