"""The rules of one campaign (D5): versions and execution orders are checked, lists may lag."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tests.interleavings.genesys import NOT_FOUND, Call, Reply
from tests.interleavings.stage import Stage

CAMPAIGN = "campaign-1"
RULES = f"/api/v2/outbound/campaigns/{CAMPAIGN}/rules"
CONFLICT = Reply(409, {"message": "conflict", "code": "conflict"})
LONGEST_LAG = 1.5
# The priorities of the rule sets are higher than those of the rules before.
NEW_PRIORITY = 20


class CampaignPart:
    """Implements `Part`; nothing here needs a permit."""

    def __init__(self, stage: Stage, rules: Iterable[Mapping[str, Any]]) -> None:
        self._stage = stage
        self.rules: dict[str, dict[str, Any]] = {}
        self._earlier: tuple[float, list[dict[str, Any]]] | None = None
        self._made = 0
        # In some seeds Genesys refuses every rule with this name and another priority than before.
        self._refused = stage.chances.random.choice(("", "", "A", "B", "C"))
        for each in rules:
            self._add(each)

    def what(self, call: Call) -> frozenset[str] | None:  # noqa: ARG002  the protocol's signature
        return None

    def answer(self, call: Call) -> Reply:
        rule_id = call.path.removeprefix(RULES).strip("/")
        if call.verb == "GET":
            return self._list()
        before = [dict(each) for each in self.rules.values()]
        reply = self._change(call, rule_id)
        if reply.status < 300 and self._stage.chances.hits("late list"):
            self._earlier = (self._stage.now + self._stage.chances.between(0, LONGEST_LAG), before)
        return reply

    def contents(self) -> list[dict[str, Any]]:
        """Every rule as it is now."""
        return [dict(each) for each in self.rules.values()]

    def _change(self, call: Call, rule_id: str) -> Reply:
        order = call.body.get("executionOrder")
        taken = any(
            each["executionOrder"] == order and each["id"] != rule_id
            for each in self.rules.values()
        )
        if call.body.get("name") == self._refused and call.body["priority"] >= NEW_PRIORITY:
            return Reply(400, {"message": "refused", "code": "bad.request"})
        if call.verb == "POST":
            return CONFLICT if taken else Reply(201, self._add(call.body))
        current = self.rules.get(rule_id)
        if current is None:
            return NOT_FOUND
        if call.verb == "DELETE":
            del self.rules[rule_id]
            return Reply(204, {})
        if taken or call.body["version"] != current["version"] + 1:
            return CONFLICT
        self.rules[rule_id] = {**call.body, "id": rule_id, "selfUri": f"{RULES}/{rule_id}"}
        return Reply(200, self.rules[rule_id])

    def _add(self, body: Mapping[str, Any]) -> dict[str, Any]:
        self._made += 1
        rule_id = f"rule-{self._made}"
        self.rules[rule_id] = {**body, "id": rule_id, "selfUri": f"{RULES}/{rule_id}"}
        return self.rules[rule_id]

    def _list(self) -> Reply:
        if self._earlier is not None and self._stage.now < self._earlier[0]:
            return Reply(200, {"entities": self._earlier[1]})
        return Reply(200, {"entities": self.contents()})
