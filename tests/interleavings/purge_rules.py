"""Purge rules of the documented contract (D1): a name is taken once, and no call finds a rule."""

from __future__ import annotations

from tests.interleavings.genesys import NOT_FOUND, Call, Reply
from tests.interleavings.notebook import Accepted
from tests.interleavings.stage import Stage

RULES = "/api/v2/purgerules"
WEBHOOKS = "/api/v2/platform/webhooks"
# How long after its creation a rule may be missing in the check of names.
LONGEST_LAG = 10.0


class PurgeRulesPart:
    """Implements `Part`.

    Its check of names lags a little, so that only the product's own lease keeps two workers from
    creating the same rule at once. Clocks that differ defeat any lease, so then nothing lags. A
    request that arrives late is checked without a lag, and known at once.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        lag = stage.chances.between(1.0, LONGEST_LAG) if stage.chances.often(0.8) else 0.0
        self._lag = 0.0 if stage.is_skewed else lag
        self.rules: list[tuple[str, str, float]] = []

    def what(self, call: Call) -> frozenset[str] | None:
        if call.verb == "POST" and call.path == RULES:
            return frozenset({str(call.body["name"])})
        return None

    def answer(self, call: Call) -> Reply:
        if call.path == WEBHOOKS:
            return Reply(201, {"id": "hook-1"})
        if call.path != RULES:
            return NOT_FOUND
        name, now = str(call.body["name"]), self._stage.now
        is_late = call.sent is not None and now - call.sent.at > LONGEST_LAG
        for rule_id, taken, at in self.rules:
            if taken == name and (is_late or at + self._lag <= now):
                body = {"message": "exists", "entityId": rule_id, "entityName": name}
                return Reply(409, body)
        rule_id = f"rule-{len(self.rules) + 1}"
        self.rules.append((rule_id, name, call.sent.at if is_late and call.sent else now))
        self._stage.notebook.accepted.append(Accepted(frozenset({name}), now, rule_id, call.sent))
        return Reply(201, {"id": rule_id})
