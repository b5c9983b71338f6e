"""What the pairs about purge rules share: callers that repeat their request, and their end."""

from __future__ import annotations

from typing import Any

from genesys_purge.errors import CallerError, OperatorError, PurgeError
from genesys_purge.model.submission import Submission
from genesys_purge.purge_rules.purge_rule import PurgeRule, RuleRef, RuleStatus

from tests.interleavings.application import Stores
from tests.interleavings.execution import Execution
from tests.interleavings.genesys import Genesys
from tests.interleavings.purge_rules import PurgeRulesPart
from tests.interleavings.rule_application import Rules, RuleStores
from tests.interleavings.stage import Died, Stage

NAME = "voice after two years"
REF = RuleRef(name=NAME)
# The time limit of the function, and how often a caller repeats a request without an answer.
MOST_REQUESTS = 40
AT_GENESYS = (RuleStatus.CREATED, RuleStatus.REGISTERED)


def document(**fields: Any) -> dict[str, Any]:
    """A valid purge rule."""
    return {
        "name": NAME,
        "type": "conversation",
        "enabled": True,
        "scope": {"filters": [{"field": "type", "operator": "eq", "value": "voice"}]},
        "schedule": {"recurrence": "daily", "timeOfDay": "02:30:00", "timezone": "Europe/Berlin"},
        "retentionPeriod": {"days": 730},
        "maxBatchSize": 500,
        "snapshotBeforeDelete": True,
        "complianceLockCheck": True,
    } | fields


class RuleScene:
    """Callers that create the same rule."""

    def __init__(self, stage: Stage, stores: Stores) -> None:
        self.stage, self.stores = stage, stores
        self.rule_stores = RuleStores(stores)
        self.part = PurgeRulesPart(stage)
        self.genesys = Genesys(stage, self.part)

    def caller(self, name: str, payload: dict[str, Any]) -> None:
        """A caller who repeats the request until there is an answer."""
        execution = self._execution()
        chances = self.stage.chances
        start = chances.between(0.0, chances.random.choice((0.3, 0.3, 1.5, 40.0)))
        self.stage.scheduler.add(
            name, lambda: self._call(execution, payload), start=start, skew=self.stage.skew()
        )

    def settle(self) -> None:
        """The same request once more, without faults; then compare the record with Genesys."""
        self.stage.chances.calm()
        self.stage.scheduler.add("last", lambda: self._call(self._execution(), document()))
        self.stage.scheduler.run()
        stored: PurgeRule | None = self.rule_stores.rules.get(REF)
        ids = [rule_id for rule_id, _, _ in self.part.rules]
        problems = self.stage.notebook.problems
        if stored is None:
            problems += [("claim", "Genesys has a rule without a record")] if ids else []
        elif stored.status in AT_GENESYS and stored.rule_id not in ids:
            problems.append(("claim", f"Genesys does not have the {stored.status} rule"))
        elif stored.status is RuleStatus.FAILED and ids and not stored.may_exist:
            problems.append(("claim", "the record excludes a rule that Genesys has"))

    def _execution(self) -> Execution:
        return Execution(
            self.stage, lambda: Rules(self.stage, self.stores, self.rule_stores, self.genesys)
        )

    def _call(self, execution: Execution, payload: dict[str, Any]) -> None:
        stage, submission = self.stage, Submission(payload, "caller")
        for _ in range(MOST_REQUESTS):
            try:
                execution.deliver("create", submission)
                if not stage.chances.hits("lost message"):
                    return
                stage.tell("the answer is lost; the caller asks again")
            except (CallerError, OperatorError) as error:
                stage.tell("is refused:", error)
                return
            except (Died, PurgeError, ValueError) as error:
                stage.tell("gets no answer:", type(error).__name__)
            stage.scheduler.pause(stage.chances.between(0.0, 60.0))
        stage.notebook.problems.append(("open", "a caller never gets an answer"))
