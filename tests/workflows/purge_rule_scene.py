"""One application for many purge rules, each with its own queue of conversations."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any, NamedTuple

from simulator import Conversation, Corpus, Operation
from tests.application import Application, running
from tests.builders import days_ago
from tests.unit.purge_rules.rule_bench import condition, document

CONVERSATIONS = 3


class AgentQueue(NamedTuple):
    """A queue with three conversations of 800 to 1000 days ago, and a rule for 730 days."""

    number: int

    @property
    def name(self) -> str:
        return f"queue-{self.number}"

    @property
    def ids(self) -> list[str]:
        return [f"{self.name}-{each}" for each in range(CONVERSATIONS)]

    def rule(self, **fields: Any) -> dict[str, Any]:
        """The rule as callers write it; fields in camelCase."""
        filters = [condition("type", "eq", "voice"), condition("queueId", "eq", self.name)]
        return document(**{"name": self.name, "scope": {"filters": filters}} | fields)

    def conversations(self) -> Iterator[Conversation]:
        for number, conversation_id in enumerate(self.ids):
            end = days_ago(800 + 100 * number)
            yield Conversation(conversation_id, start=end, end=end, queue_id=self.name)


class PurgeRuleScene:
    """The application that the tests of a module share."""

    def __init__(self, app: Application) -> None:
        self.app = app
        self._numbers = count()

    def queue(self) -> AgentQueue:
        """An unused queue; clears the faults of other tests."""
        self.app.simulator.faults.clear()
        return AgentQueue(next(self._numbers))

    def create(self, queue: AgentQueue, **fields: Any) -> dict[str, Any]:
        """The answer of `create_purge_rule` to the queue's rule."""
        answer: dict[str, Any] = self.app.invoke("CreatePurgeRuleFunction", queue.rule(**fields))
        return answer

    def post(self, queue: AgentQueue, **fields: Any) -> tuple[int, Any]:
        """The status and the body of `POST /purge-rules` with the queue's rule."""
        answer = self.app.post("POST /purge-rules", queue.rule(**fields))
        return answer["statusCode"], answer["body"]

    def at_genesys(self, queue: AgentQueue) -> list[dict[str, Any]]:
        """The queue's rules at Genesys, with their executions."""
        rules = self.app.genesys("GET", "rules")["rules"]
        return [each for each in rules if each["scope"] == queue.rule()["scope"]]

    def webhooks(self, rule_id: str) -> list[dict[str, Any]]:
        """The webhooks of a rule at Genesys, with their deliveries."""
        webhooks = self.app.genesys("GET", "webhooks")["webhooks"]
        return [each for each in webhooks if each["config"] == {"ruleId": rule_id}]

    def sent(self, since: int = 0) -> list[Operation]:
        """The operations after the first `since` requests, without those for tokens."""
        asked = [request.operation for request in self.app.simulator.requests[since:]]
        return [each for each in asked if each not in (None, Operation.TOKEN)]

    def actions(self, rule_id: str) -> list[str]:
        """The actions in the rule's audit, in order."""
        return [record["action"] for record in self.app.rule_audit(rule_id)]

    def execute(self, rule_id: str, **forced: Any) -> dict[str, Any]:
        """Execute a rule at Genesys now, and send its webhooks once."""
        execution: dict[str, Any] = self.app.genesys("POST", f"rules/{rule_id}/execute", **forced)
        self.app.simulator.deliver_due()
        return execution


@contextmanager
def purge_rule_scene(queues: int = 100) -> Iterator[PurgeRuleScene]:
    """A running application with this number of queues."""
    with running(
        Corpus.of(c for each in range(queues) for c in AgentQueue(each).conversations())
    ) as app:
        yield PurgeRuleScene(app)
