"""RuleDryRun: the checks of a creation, which reads but stores and creates nothing."""

from __future__ import annotations

from genesys_purge.calling.guard import Guard
from genesys_purge.errors import DeletionStopped, PurgingSwitchedOff
from genesys_purge.model.stops import Stoppable
from genesys_purge.purge_rules.purge_rule import PlannedRule, PurgeRule
from genesys_purge.purge_rules.validation import ValidRule


class RuleDryRun:
    """Says what the same request without `dryRun` would create."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    def __call__(self, valid: ValidRule, stored: PurgeRule | None = None) -> PlannedRule:
        """The body for Genesys and the policy; the guard's error if the rule would be refused.

        `stored` is what is known of the same rule.
        The switch and the stops are only reported, so that a rule can be checked under them.
        """
        default = valid.platform.default_classification
        self._guard.check_recurring(valid.kind, valid.days, default, valid.ref.organisation)
        remarks = (self._closed(valid), _known(stored), valid.platform.api.remarks(valid.days))
        return PlannedRule(
            name=valid.ref.name,
            organisation=valid.ref.organisation,
            rule_id=stored.rule_id if stored else None,
            definition=valid.definition,
            policy=valid.policy,
            detail="; ".join(filter(None, remarks)) or None,
        )

    def _closed(self, valid: ValidRule) -> str | None:
        try:
            self._guard.check_switch()
            self._guard.check_stops(Stoppable(valid.ref.organisation))
        except (PurgingSwitchedOff, DeletionStopped) as disabled:
            return str(disabled)
        return None


def _known(stored: PurgeRule | None) -> str | None:
    if stored and stored.rule_id:
        return f"the rule exists ({stored.status}), so the request would create nothing"
    if stored and stored.attempt.is_uncertain:
        return "the rule may exist, because a call was not answered"
    return None
