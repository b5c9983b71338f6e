"""The use cases of purge rules over the in-memory twins, at noon, and rules for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from genesys_purge.calling.attempt import Attempt
from genesys_purge.calling.backoff import Backoff
from genesys_purge.calling.guard import Guard
from genesys_purge.errors import InvalidRequest, RefusedByGenesys
from genesys_purge.methods import data_retention
from genesys_purge.model.audit import Action
from genesys_purge.model.organisation import Organisation
from genesys_purge.model.platform import LIVE
from genesys_purge.model.request import fingerprint
from genesys_purge.model.retention import Policy, RetentionMatrix
from genesys_purge.model.submission import Submission
from genesys_purge.ports import Genesys
from genesys_purge.purge_rules.create_purge_rule import CreatePurgeRule
from genesys_purge.purge_rules.creation import RuleCreation
from genesys_purge.purge_rules.documented.api import CREATE, DocumentedRulesApi
from genesys_purge.purge_rules.documented.form import DocumentedForm
from genesys_purge.purge_rules.dry_run import RuleDryRun
from genesys_purge.purge_rules.live import api as live_api
from genesys_purge.purge_rules.live.api import LivePolicyApi
from genesys_purge.purge_rules.live.form import LiveForm
from genesys_purge.purge_rules.ports import Platform
from genesys_purge.purge_rules.purge_rule import (
    PlannedRule,
    PurgeRule,
    RuleRef,
    SubmittedRule,
)
from genesys_purge.purge_rules.register_webhook import REGISTER, RegisterWebhook, Registration
from genesys_purge.purge_rules.validation import RuleValidator
from genesys_purge.purge_rules.waiting import FIRST_WAIT, LAST_START, Waiting
from genesys_purge.settings import Settings

from tests.clock import NOON, Clock
from tests.fakes import (
    MemoryAuditLog,
    MemoryHolds,
    MemoryMeter,
    MemoryPolicies,
    MemorySeals,
    MemoryStops,
)
from tests.organisation_fakes import MemoryOrganisations
from tests.rule_fakes import MemoryPurgeRules, MemoryQueue
from tests.scripted_genesys import Reply, ScriptedGenesys

NAME = "voice after two years"
REF = RuleRef(name=NAME)
ONCE = Attempt().intended(NOON)
CALLBACK = "https://hooks.example/webhooks/genesys"


def document(**fields: Any) -> dict[str, Any]:
    """A valid purge rule as a caller writes it; fields in camelCase."""
    return {
        "name": NAME,
        "type": "conversation",
        "enabled": True,
        "scope": {"filters": [condition("type", "eq", "voice")]},
        "schedule": {"recurrence": "daily", "timeOfDay": "02:30:00", "timezone": "Europe/Berlin"},
        "retentionPeriod": {"days": 730},
        "maxBatchSize": 500,
        "snapshotBeforeDelete": True,
        "complianceLockCheck": True,
    } | fields


def condition(field: Any, operator: Any, value: Any) -> dict[str, Any]:
    """A filter of a rule's scope."""
    return {"field": field, "operator": operator, "value": value}


def rule(**changes: Any) -> PurgeRule:
    """The stored rule of `document()` with the intent of its first call; changes in snake_case."""
    fields: dict[str, Any] = {
        "name": NAME,
        "version": 1,
        "fingerprint": fingerprint(document(), None),
        "request": document(),
        "definition": document(),
        "policy": Policy(minimum_days=730, basis="Retention set in the request"),
        "requested_by": "tests",
        "requested_at": NOON,
        "attempt": ONCE,
    }
    return PurgeRule(**fields | changes)


def platform(organisation: Organisation, genesys: Genesys) -> Platform:
    """What the organisation offers for rules."""
    if organisation.platform == LIVE:
        offered = Platform(LiveForm(), LivePolicyApi(genesys), has_webhooks=False)
    else:
        offered = Platform(DocumentedForm(), DocumentedRulesApi(genesys), has_webhooks=True)
    return offered._replace(default_classification=organisation.default_classification)


def scripted_genesys() -> ScriptedGenesys:
    """A Genesys of either platform that creates every rule, policy and webhook."""
    genesys = ScriptedGenesys()
    genesys.on(CREATE, {"id": "rule-1"})
    genesys.on(REGISTER, {"id": "hook-1"})
    genesys.on(data_retention.READ, {"retentionDays": 1_826})
    genesys.on(live_api.CREATE, {"id": "policy-1"})
    genesys.on(live_api.LIST, {"entities": []})
    return genesys


def conflict(entity_id: str | None = "rule-0", entity_name: str | None = NAME) -> RefusedByGenesys:
    """409, because Genesys has a rule of that id and name."""
    return RefusedByGenesys(
        "the rule exists",
        status=409,
        correlation_id="c-1",
        entity_id=entity_id,
        entity_name=entity_name,
    )


def matrix(*rules: tuple[int, Mapping[str, str]]) -> RetentionMatrix:
    """A matrix of rules: so many days for the records that match."""
    return RetentionMatrix.parse(
        {
            "rules": [
                {"name": "any", "match": match, "minimumDays": days, "basis": f"law {number}"}
                for number, (days, match) in enumerate(rules)
            ]
        }
    )


class RuleBench:
    """The use cases over in-memory twins; sleeping moves the clock, and jitter is the longest.

    What a rule does not classify is `internal`.
    """

    def __init__(self, **settings: Any) -> None:
        self.settings = Settings(**{"default_classification": "internal"} | settings)
        self.clock = Clock()
        self.slept: list[float] = []
        self.audit = MemoryAuditLog()
        self.rules = MemoryPurgeRules(self.audit)
        self.holds = MemoryHolds(self.clock)
        self.stops = MemoryStops()
        self.seals = MemorySeals()
        self.policies = MemoryPolicies()
        self.meter = MemoryMeter()
        self.registrations = MemoryQueue[RuleRef]()
        self.genesys = scripted_genesys()
        self.organisations = MemoryOrganisations(self.settings.organisation, self.genesys)
        self.validator = RuleValidator(self.policies, self._platform_of)
        self.guard = Guard(self.policies, self.holds, self.stops, self.seals, self.clock)
        register = Registration(
            self.rules,
            self.audit,
            self.organisations.genesys,
            self.meter,
            lambda: CALLBACK,
            self.clock,
        )
        waiting = Waiting(Backoff(FIRST_WAIT, LAST_START, uniform=max))
        create = RuleCreation(self.rules, self.guard, self.meter, waiting, self.clock, self._sleep)
        self.register_webhook = RegisterWebhook(self.rules, register, self.registrations)
        self.create_purge_rule = CreatePurgeRule(
            self.validator,
            self.rules,
            create,
            RuleDryRun(self.guard),
            register,
            self.registrations,
            self.settings,
            self.clock,
        )

    def create(self, actor: str = "tests", **fields: Any) -> SubmittedRule:
        """Submit `document()` with these fields."""
        submitted = self.create_purge_rule(Submission(document(**fields), actor))
        assert isinstance(submitted, SubmittedRule)
        return submitted

    def dry_run(self, **fields: Any) -> PlannedRule:
        """Submit `document()` with these fields as a dry run."""
        fields |= {"dryRun": True}
        planned = self.create_purge_rule(Submission(document(**fields), "tests"))
        assert isinstance(planned, PlannedRule)
        return planned

    def errors(self, payload: object) -> dict[str, str]:
        """The error of each wrong field by its path; empty for a valid rule."""
        try:
            self.validator.validate(payload)
        except InvalidRequest as refused:
            return {error.path: error.message for error in refused.errors()}
        return {}

    def put(self, stored: PurgeRule) -> None:
        """Store a rule as it is, after its predecessors."""
        for version in range(1, stored.version + 1):
            self.rules.put(stored.model_copy(update={"version": version}))

    @property
    def stored(self) -> PurgeRule:
        """The stored rule."""
        found = self.rules.get(REF)
        assert found is not None
        return found

    @property
    def creations(self) -> list[Mapping[str, Any]]:
        """The bodies of the creating calls."""
        return self.genesys.deletions

    @property
    def registered(self) -> list[Mapping[str, Any]]:
        """The bodies of the registering calls."""
        return [call.body for call in self.genesys.calls if call.operation == REGISTER]

    @property
    def actions(self) -> Sequence[Action]:
        """The audited actions, in order."""
        return [record.action for record in self.audit.of(rule().run_id)]

    def _platform_of(self, name: str | None) -> Platform:
        return platform(self.organisations.named(name), self.organisations.genesys(name))

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.clock.wait(seconds)

    def taking(self, seconds: float, reply: Reply) -> Reply:
        """The reply of a call that takes so many seconds."""

        def answer(_: Mapping[str, Any]) -> Mapping[str, Any]:
            self.clock.wait(seconds)
            if isinstance(reply, Exception):
                raise reply
            assert isinstance(reply, Mapping)
            return reply

        return answer
