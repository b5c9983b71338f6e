"""Creates a purge rule at Genesys: every call under its own intent and its own permit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from genesys_purge.calling.deleting import Deleting
from genesys_purge.calling.guard import Guard
from genesys_purge.calling.permit import Permit
from genesys_purge.error_codec import reported
from genesys_purge.errors import (
    AlreadyExists,
    LostRace,
    OutcomeUnknown,
    PurgeError,
    RefusedByGenesys,
    StorageExhausted,
    TryLater,
)
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.organisation import name_in_metrics
from genesys_purge.ports import Clock, Meter
from genesys_purge.purge_rules.late_answer import keep_late
from genesys_purge.purge_rules.ports import PurgeRules, RulesApi
from genesys_purge.purge_rules.purge_rule import PurgeRule, RuleRef, RuleStatus
from genesys_purge.purge_rules.validation import ValidRule
from genesys_purge.purge_rules.waiting import Waiting

FOUND = "found at Genesys after an unanswered call"
REPEAT = "repeat the same request in a few minutes: it finds the rule, or creates it once"
DOUBT = "an earlier call may have been executed"


class Found(NamedTuple):
    """The id of the rule at Genesys, the seconds of the call, and remarks on the rule."""

    rule_id: str
    seconds: float
    detail: str | None


class RuleCreation:
    """Creates a rule once, and calls again only if that cannot create a second rule.

    A call after an unanswered one is safe too: Genesys refuses a name that it already has.
    """

    def __init__(
        self,
        rules: PurgeRules,
        guard: Guard,
        meter: Meter,
        waiting: Waiting,
        now: Clock,
        sleep: Callable[[float], None],
    ) -> None:
        self._rules = rules
        self._guard = guard
        self._meter = meter
        self._waiting = waiting
        self._now = now
        self._sleep = sleep

    def __call__(self, rule: PurgeRule, valid: ValidRule, actor: str) -> PurgeRule:
        """The rule as created; without the guard's permit nothing is read, stored or sent."""
        self._permit(rule, valid)
        remarks = valid.platform.api.remarks(valid.days)
        began, errors = self._now(), list[PurgeError]()
        while True:
            called = self._now()
            deleting = Deleting(partial(self._intend, rule), partial(self._permit, valid=valid))
            try:
                found = self._call(rule, deleting, valid.platform.api, remarks)
                break
            except LostRace as error:
                raise being_created(rule.ref) from error
            except PurgeError as error:
                errors.append(error)
                pause = self._waiting.pause(errors, self._since(began))
                if pause is None:
                    ended = _ended(deleting.intent or rule, error, valid.platform.api)
                    self._give_up(ended, error, valid, actor, self._since(called))
                    raise
                rule = self._failed_once(deleting.intent, error) if deleting.intent else rule
            self._sleep(pause)
        return self._created(deleting.intent or rule, found, valid, actor)

    def _permit(self, rule: PurgeRule, valid: ValidRule) -> Permit:
        attempt = rule.attempt.number
        default = valid.platform.default_classification
        return self._guard.permit_recurring(
            rule.run_id,
            attempt,
            valid.kind,
            valid.days,
            default_classification=default,
            organisation=rule.organisation,
        )

    def _intend(self, rule: PurgeRule) -> PurgeRule:
        intent = rule.intended(self._now())
        self._rules.put(intent)
        return intent

    def _call(
        self,
        rule: PurgeRule,
        deleting: Deleting[PurgeRule],
        api: RulesApi,
        remarks: str | None,
    ) -> Found:
        began = self._now()
        try:
            rule_id, detail = _created_or_found(rule, deleting, api)
        finally:
            seconds = self._since(began)
            organisation = name_in_metrics(rule.organisation)
            self._meter.seconds("RuleCreation", seconds, organisation=organisation)
        return Found(rule_id, seconds, "; ".join(filter(None, (detail, remarks))) or None)

    def _failed_once(self, rule: PurgeRule, error: PurgeError) -> PurgeRule:
        """The rule after a failed call; a doubt is stored, because this worker may die waiting."""
        reason = reported(error).reason
        if not isinstance(error, OutcomeUnknown):
            return rule.asked(attempt=rule.attempt.refused(reason))
        rule = rule.to(RuleStatus.CREATING, attempt=rule.attempt.unsure(reason))
        self._put(rule)
        return rule

    def _created(self, rule: PurgeRule, found: Found, valid: ValidRule, actor: str) -> PurgeRule:
        created = rule.to(
            RuleStatus.CREATED,
            rule_id=found.rule_id,
            attempt=rule.attempt.settled(),
            detail=found.detail,
        )
        record = self._record(
            created,
            actor,
            Action.RULE_CREATED,
            rule_id=found.rule_id,
            rule=valid.definition,
            latency_seconds=found.seconds,
            policy=valid.policy,
            detail=found.detail,
        )
        try:
            self._rules.put(created, record)
        except LostRace as error:
            keep_late(self._rules, created, record)
            raise being_created(rule.ref) from error
        self._meter.count("RulesCreated", organisation=name_in_metrics(created.organisation))
        return created

    def _give_up(
        self, ended: PurgeRule, error: PurgeError, valid: ValidRule, actor: str, seconds: float
    ) -> None:
        organisation = name_in_metrics(ended.organisation)
        self._meter.count("RulesFailed", organisation=organisation)
        if isinstance(error, StorageExhausted):
            self._meter.count("StorageExhausted", organisation=organisation)
        has_doubt = ended.status is RuleStatus.FAILED and ended.attempt.is_uncertain
        detail = f"{ended.attempt.reason}; {DOUBT}" if has_doubt else ended.attempt.reason
        record = self._record(
            ended,
            actor,
            Action.RULE_FAILED,
            rule=valid.definition,
            latency_seconds=seconds,
            policy=valid.policy,
            correlation_id=error.correlation_id,
            detail=detail,
        )
        self._put(ended, record)

    def _put(self, rule: PurgeRule, record: AuditRecord | None = None) -> None:
        try:
            self._rules.put(rule, record)
        except LostRace as error:
            raise being_created(rule.ref) from error

    def _record(self, rule: PurgeRule, actor: str, action: Action, /, **facts: Any) -> AuditRecord:
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
    """The answer while another request creates the rule."""
    return TryLater(
        f"the purge rule {ref} is being created; repeat the same request to get its result",
        retry_after=seconds,
    )


def _created_or_found(
    rule: PurgeRule, deleting: Deleting[PurgeRule], api: RulesApi
) -> tuple[str, str | None]:
    """The id of the rule and a remark if an earlier, unanswered call has created it.

    A rule that may exist is looked for before the call, and again after a refusal.
    """
    is_uncertain = rule.attempt.is_uncertain
    if is_uncertain and (known := api.find(rule)):
        return known, FOUND
    try:
        return api.create(rule, deleting), None
    except OutcomeUnknown as error:
        error.advice = REPEAT
        raise
    except RefusedByGenesys as error:
        if is_uncertain and not api.proves_absence(error) and (known := api.find(rule, error)):
            return known, FOUND
        if api.is_duplicate(rule, error):
            raise _exists(rule, error) from error
        raise


def _ended(rule: PurgeRule, error: PurgeError, api: RulesApi) -> PurgeRule:
    """The rule after its last call; a rule that may exist has not failed."""
    reason = reported(error).reason
    if isinstance(error, OutcomeUnknown):
        return rule.to(RuleStatus.CREATING, attempt=rule.attempt.unsure(reason))
    attempt = rule.attempt.refused(reason)
    if isinstance(error, RefusedByGenesys) and api.proves_absence(error):
        attempt = attempt.settled()
    return rule.to(RuleStatus.FAILED, attempt=attempt)


def _exists(rule: PurgeRule, error: RefusedByGenesys) -> AlreadyExists:
    which = f" {error.entity_id}" if error.entity_id else ""
    return AlreadyExists(
        f"Genesys has a purge rule{which} that conflicts with {rule.ref}: {error.message}",
        correlation_id=error.correlation_id,
    )
