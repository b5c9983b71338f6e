"""Purge rules: `POST /api/v2/purgerules`, and the engine that executes the rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import TypeAlias

from simulator.documented.purge_rules.rule import PurgeRule, parse_rule
from simulator.documented.purge_rules.rule_book import Execution, RuleBook, StoredRule
from simulator.http.answer import Answer
from simulator.http.request import Request
from simulator.http.routing import Route
from simulator.http.wire import Body, format_instant, parse_body
from simulator.organisation.corpus import Corpus, Deletion
from simulator.organisation.words import ConversationStatus, Operation

PATH = "/api/v2/purgerules"
LISTED = "/_simulator/rules"
SCOPES = ("purgerules:write",)

Announce: TypeAlias = Callable[[StoredRule, Execution], None]


class Forced(Body):
    """The optional body of a forced execution."""

    compliance_ok: bool = True


class PurgeRules:
    """Creates and executes rules; announces each execution after its end."""

    def __init__(self, corpus: Corpus, book: RuleBook, announce: Announce) -> None:
        self._corpus = corpus
        self._book = book
        self._announce = announce

    def routes(self) -> tuple[Route, ...]:
        """Create, and the simulator's own routes to list and execute rules."""
        return (
            Route("POST", PATH, self.create, Operation.CREATE_PURGE_RULE, scopes=SCOPES),
            Route("GET", LISTED, self.listed),
            Route("POST", f"{LISTED}/{{id}}/execute", self.force),
        )

    def create(self, request: Request) -> Answer:
        """The rule and its `id`; 409 for a similar rule, 422 beyond the limits of the engine."""
        return Answer.json(201, self._book.add(parse_rule(request), request.at).wire)

    def listed(self, _: Request) -> Answer:
        """`{rules: [the rule, id, createdAt, nextExecutionAt, executions]}`."""
        return Answer.json(200, {"rules": [_row(each) for each in self._book.all()]})

    def force(self, request: Request) -> Answer:
        """Executes a rule now and returns `{deletedCount, complianceOk, executedAt}`."""
        stored = self._book.get(request.parameters["id"])
        forced = parse_body(Forced, request) if request.body else Forced()
        execution = self._execute(stored, request.at, None, compliant=forced.compliance_ok)
        return Answer.json(200, execution.wire)

    def tick(self, now: datetime) -> None:
        """Executes the due rules; one execution replaces all missed executions."""
        for stored in self._book.due(now):
            self._execute(stored, now, stored.next_at, compliant=True)
            stored.next_at = stored.rule.schedule.after(now)

    def _execute(
        self, stored: StoredRule, now: datetime, scheduled_for: datetime | None, *, compliant: bool
    ) -> Execution:
        # Without the lock check, the engine cannot report that it is compliant.
        compliant = compliant and stored.rule.compliance_lock_check
        execution = Execution(now, scheduled_for, self._purge(stored, now), compliant)
        stored.executions.append(execution)
        self._announce(stored, execution)
        return execution

    def _purge(self, stored: StoredRule, now: datetime) -> int:
        deletion = Deletion(now, stored.rule_id, ConversationStatus.PURGED)
        ignoring_locks = not stored.rule.compliance_lock_check
        targets = list(islice(self._targets(stored.rule, now), stored.rule.max_batch_size))
        for each in targets:
            self._corpus.delete(each, deletion, ignoring_locks=ignoring_locks)
        return len(targets)

    def _targets(self, rule: PurgeRule, now: datetime) -> Iterator[str]:
        """The ids that the rule deletes, oldest first."""
        ignoring_locks = not rule.compliance_lock_check
        old_enough = rule.latest_end(now) + timedelta.resolution
        for conversation in self._corpus.last_active_within(None, old_enough):
            each = conversation.conversation_id
            ended = conversation.end is not None
            completed = self._corpus.status_of(each) is ConversationStatus.COMPLETED
            deletable = self._corpus.deletable(each, ignoring_locks=ignoring_locks)
            if ended and completed and deletable and rule.accepts(conversation):
                yield each


def _row(stored: StoredRule) -> dict[str, object]:
    next_at = format_instant(stored.next_at) if stored.rule.enabled else None
    return stored.wire | {
        "createdAt": format_instant(stored.created_at),
        "nextExecutionAt": next_at,
        "executions": [
            {
                **each.wire,
                "scheduledFor": format_instant(each.scheduled_for) if each.scheduled_for else None,
            }
            for each in stored.executions
        ],
    }
