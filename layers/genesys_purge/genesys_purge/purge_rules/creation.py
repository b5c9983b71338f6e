"""Has Genesys create a purge rule: each call under an intent and a permit of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from genesys_purge.calling.guard import Guard
from genesys_purge.errors import (
    LostRace,
    OutcomeUnknown,
    PurgeError,
    RefusedByGenesys,
    RuleExists,
    StorageExhausted,
    TryLater,
)
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.ports import Clock, Meter, Permit
from genesys_purge.purge_rules.answers import reason_of
from genesys_purge.purge_rules.checking import CheckedRule
from genesys_purge.purge_rules.ports import PurgeRules
from genesys_purge.purge_rules.purge_rule import PurgeRule, RuleRef, RuleStatus
from genesys_purge.purge_rules.target import Target
from genesys_purge.purge_rules.waiting import pause_after

FOUND = "found at Genesys after a call that was not answered"
REPEAT = "repeat the same request in a few minutes: it finds out, and creates no second rule"


class Found(NamedTuple):
    """The rule's id at Genesys, how long the call took, and what is unusual about it."""

    rule_id: str
    seconds: float
    detail: str | None

    def remarked(self, remarks: str | None) -> Found:
        """The same with what else is to be known of the rule."""
        words = [each for each in (self.detail, remarks) if each]
        return self._replace(detail="; ".join(words) or None)


class Creation:
    """Creates a rule at Genesys once, and asks again where that cannot create a second one.

    After a call that was not answered it cannot, either: Genesys refuses a name that it has.
    """

    def __init__(
        self,
        rules: PurgeRules,
        guard: Guard,
        meter: Meter,
        now: Clock,
        sleep: Callable[[float], None],
    ) -> None:
        self._rules = rules
        self._guard = guard
        self._meter = meter
        self._now = now
        self._sleep = sleep

    def __call__(self, intent: PurgeRule, checked: CheckedRule, actor: str) -> PurgeRule:
        """The rule as created; without the guard's leave nothing is asked, stored or sent."""
        self._guard.permit_recurring(intent.run_id, intent.attempts, checked.kind, checked.days)
        target = checked.platform.target
        remarks = target.remarks(checked.days)
        # Genesys may have let us wait: neither the leave nor the intent is older than the call.
        permit = self._guard.permit_recurring(
            intent.run_id, intent.attempts, checked.kind, checked.days
        )
        rule = intent.model_copy(update={"intended_at": self._now()})
        began, errors = self._now(), list[PurgeError]()
        self._put(rule)
        while True:
            try:
                found = self._call(rule, permit, target)
                break
            except PurgeError as error:
                errors.append(error)
                pause = pause_after(errors, self._since(began))
                if pause is None:
                    self._give_up(rule, error, actor)
                    raise
                rule = self._unsure(rule, error)
            self._sleep(pause)
            rule, permit = self._again(rule, checked, actor)
        return self._created(rule, found.remarked(remarks), checked, actor)

    def _call(self, rule: PurgeRule, permit: Permit, target: Target) -> Found:
        began = self._now()
        try:
            rule_id, detail = self._ask(rule, permit, target)
        finally:
            seconds = self._since(began)
            self._meter.seconds("RuleCreation", seconds)
        return Found(rule_id, seconds, detail)

    def _ask(self, rule: PurgeRule, permit: Permit, target: Target) -> tuple[str, str | None]:
        """The id of the rule that Genesys created now, or before without our knowing it.

        Of one that may exist Genesys is asked first, and again where it says that one is there.
        """
        if rule.is_uncertain and (known := target.find(rule)):
            return known, FOUND
        try:
            return target.create(rule, permit), None
        except OutcomeUnknown as error:
            raise OutcomeUnknown(
                f"{error.message}; {REPEAT}", correlation_id=error.correlation_id
            ) from error
        except RefusedByGenesys as error:
            if not target.is_in_the_way(error):
                raise
            if rule.is_uncertain and (known := target.find(rule, error)):
                return known, FOUND
            raise _exists(rule, error) from error

    def _again(self, rule: PurgeRule, checked: CheckedRule, actor: str) -> tuple[PurgeRule, Permit]:
        """The intent of one more call, and leave for it."""
        again = rule.to(RuleStatus.CREATING, attempts=rule.attempts + 1, intended_at=self._now())
        try:
            permit = self._guard.permit_recurring(
                again.run_id, again.attempts, checked.kind, checked.days
            )
        except PurgeError as error:
            self._give_up(rule, error, actor)
            raise
        self._put(again)
        return again, permit

    def _unsure(self, rule: PurgeRule, error: PurgeError) -> PurgeRule:
        """Stored before the wait, which whoever waits may not outlive."""
        if isinstance(error, OutcomeUnknown):
            rule = rule.to(RuleStatus.CREATING, is_uncertain=True, detail=reason_of(error))
            self._put(rule)
        return rule

    def _created(
        self, rule: PurgeRule, found: Found, checked: CheckedRule, actor: str
    ) -> PurgeRule:
        created = rule.to(
            RuleStatus.CREATED, rule_id=found.rule_id, is_uncertain=False, detail=found.detail
        )
        record = self._record(
            created,
            actor,
            Action.RULE_CREATED,
            rule_id=found.rule_id,
            latency_seconds=found.seconds,
            policy=checked.policy,
            detail=found.detail,
        )
        self._put(created, record)
        self._meter.count("RulesCreated")
        return created

    def _give_up(self, rule: PurgeRule, error: PurgeError, actor: str) -> None:
        """A rule of which nobody knows whether it exists has not failed."""
        self._meter.count("RulesFailed")
        if isinstance(error, StorageExhausted):
            self._meter.count("StorageExhausted")
        ended = _ended(rule, error)
        record = self._record(
            ended,
            actor,
            Action.RULE_FAILED,
            correlation_id=error.correlation_id,
            detail=ended.detail,
        )
        self._put(ended, record)

    def _put(self, rule: PurgeRule, record: AuditRecord | None = None) -> None:
        try:
            self._rules.put(rule, record)
        except LostRace as error:
            raise being_created(rule.ref) from error

    def _record(self, rule: PurgeRule, actor: str, action: Action, **facts: Any) -> AuditRecord:
        return AuditRecord(
            run_id=rule.run_id,
            at=self._now(),
            actor=actor,
            action=action,
            organisation=rule.organisation,
            **facts,
        )

    def _since(self, began: datetime) -> float:
        return round((self._now() - began).total_seconds(), 3)


def being_created(ref: RuleRef, seconds: float | None = None) -> TryLater:
    """What is told to all but the one who is creating the rule."""
    return TryLater(
        f"the purge rule {ref} is being created; repeat the same request to learn of it",
        retry_after=seconds,
    )


def _ended(rule: PurgeRule, error: PurgeError) -> PurgeRule:
    if isinstance(error, OutcomeUnknown):
        return rule.to(RuleStatus.CREATING, is_uncertain=True, detail=reason_of(error))
    # What Genesys refuses for its content it did not carry out before, either.
    may_exist = rule.is_uncertain and not isinstance(error, RefusedByGenesys)
    doubt = "; an earlier call may have been carried out" if may_exist else ""
    detail = reason_of(error) + doubt
    return rule.to(RuleStatus.FAILED, is_uncertain=may_exist, detail=detail)


def _exists(rule: PurgeRule, error: RefusedByGenesys) -> RuleExists:
    which = f", {error.entity_id}," if error.entity_id else ""
    return RuleExists(
        f"Genesys has a purge rule{which} in the way of {rule.ref}: {error.message}",
        correlation_id=error.correlation_id,
    )
