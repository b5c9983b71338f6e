"""ApplyCampaignRules: create and update rules at Genesys in the order of the plan."""

from __future__ import annotations

from typing import Any

from genesys_purge.campaign_rules.deploying.deployed_rules import DeployedRules
from genesys_purge.campaign_rules.deploying.deployment import Deployment, DeploymentStatus
from genesys_purge.campaign_rules.deploying.deployment_messages import PHASES, DeploymentStep, Phase
from genesys_purge.campaign_rules.deploying.deployment_steps import Step, StepAction, StepState
from genesys_purge.campaign_rules.deploying.deployment_writer import DeploymentWriter, reason_of
from genesys_purge.campaign_rules.deploying.rule_calls import (
    CallSucceeded,
    RuleCalls,
    may_be_repeated,
)
from genesys_purge.campaign_rules.deploying.waiting import TASK_TIME, TRIES, RetryWaits
from genesys_purge.campaign_rules.ports import CatalogueOf
from genesys_purge.campaign_rules.rule_content import difference, is_same
from genesys_purge.campaign_rules.rules import DeployedRule
from genesys_purge.errors import TryLater
from genesys_purge.model.audit import Action
from genesys_purge.model.record_facts import ChangeFacts

FOUND = "found after a call without an answer"


class ApplyCampaignRules:
    """Applies as many steps as its time allows; each task reads the rules before it writes.

    A task can be repeated, or run beside another one, without harm.
    """

    def __init__(
        self,
        writer: DeploymentWriter,
        catalogue_of: CatalogueOf,
        calls: RuleCalls,
        waits: RetryWaits,
    ) -> None:
        self._writer = writer
        self._catalogue_of = catalogue_of
        self._calls = calls
        self._waits = waits

    def __call__(self, message: DeploymentStep) -> DeploymentStep:
        deployment = self._writer.get(message.deployment_id)
        if deployment.status is not DeploymentStatus.APPLYING:
            return message.then(PHASES[deployment.status])
        try:
            rules = DeployedRules(self._catalogue_of, deployment)
        except TryLater as error:
            return self._unread(deployment, message, error)
        until = self._writer.now() + TASK_TIME
        result: Deployment | DeploymentStep = deployment
        while isinstance(result, Deployment):
            number = result.next_to_apply
            if result.status is not DeploymentStatus.APPLYING or number is None:
                return message.then(_phase_of(result))
            if self._writer.now() >= until:
                return message.then(Phase.APPLY)
            result = self._apply(result, number, rules, message)
        return result

    def _unread(
        self, deployment: Deployment, message: DeploymentStep, error: TryLater
    ) -> DeploymentStep:
        if message.failures + 1 < TRIES:
            return message.again(self._waits.after(message.failures + 1, error))
        return message.then(PHASES[self._writer.roll_back(deployment, reason_of(error)).status])

    def _apply(
        self, deployment: Deployment, number: int, rules: DeployedRules, message: DeploymentStep
    ) -> Deployment | DeploymentStep:
        """The deployment after one step, or on its way back; or the wait before a retry."""
        step = deployment.steps[number]
        if wait := self._calls.lease_left(step) or self._calls.settle_left(step):
            return message.after(wait)
        current = rules.rule_of(step)
        if current and is_same(current.to_json(), deployment.wanted(step)):
            return self._found(deployment, number, current)
        if obstacle := _obstacle(deployment, step, current, rules):
            return self._fail(deployment, number, obstacle)
        return self._change(deployment, number, current, rules, message)

    def _found(self, deployment: Deployment, number: int, rule: DeployedRule) -> Deployment:
        step = deployment.steps[number]
        if step.is_uncertain:
            return self._applied(deployment, number, rule, FOUND)
        # Another client made the change, so it is not ours to roll back.
        same = step.settled(StepState.UNCHANGED, rule_id=rule.id)
        return self._writer.put(deployment.with_step(number, same))

    def _change(
        self,
        deployment: Deployment,
        number: int,
        current: DeployedRule | None,
        rules: DeployedRules,
        message: DeploymentStep,
    ) -> Deployment | DeploymentStep:
        step = _applying(deployment.steps[number], current)
        wanted = deployment.wanted(step)

        def call() -> DeployedRule:
            return rules.update(current, wanted) if current else rules.create(wanted)

        result = self._calls.make(deployment, number, step, call)
        if isinstance(result, CallSucceeded):
            return self._applied(result.deployment, number, result.answer)
        error, calls = result.error, result.deployment.steps[number].attempt.number
        if may_be_repeated(error) and calls < TRIES:
            return message.then(Phase.APPLY, self._waits.after_call(calls, error))
        return self._fail(
            result.deployment, number, reason_of(error), correlation_id=error.correlation_id
        )

    def _applied(
        self, deployment: Deployment, number: int, rule: DeployedRule, how: str | None = None
    ) -> Deployment:
        step = deployment.steps[number]
        applied = step.settled(StepState.APPLIED, rule_id=rule.id, written=rule.version)
        is_new = step.before is None
        return self._writer.put(
            deployment.with_step(number, applied),
            Action.CAMPAIGN_RULE_CREATED if is_new else Action.CAMPAIGN_RULE_UPDATED,
            rule_name=step.name,
            change=_change(deployment, step, rule),
            detail="; ".join(filter(None, (_description(deployment, step, rule), how))),
        )

    def _fail(self, deployment: Deployment, number: int, reason: str, **facts: Any) -> Deployment:
        """The rule has failed: everything is rolled back from here on."""
        step = deployment.steps[number]
        failed = step.to(StepState.FAILED, attempt=step.attempt.abandoned(), detail=reason)
        back = deployment.replacing(number, failed)
        back = back.rolling_back(f'"{step.name}": {reason}', self._writer.now())
        return self._writer.put(
            back, Action.CAMPAIGN_RULE_FAILED, rule_name=step.name, detail=reason, **facts
        )


def _phase_of(deployment: Deployment) -> Phase:
    if deployment.status is DeploymentStatus.APPLYING:
        return Phase.VERIFY
    return PHASES[deployment.status]


def _applying(step: Step, current: DeployedRule | None) -> Step:
    """The step before its call; `before` is what a roll back restores."""
    if current is None:
        return step.to(StepState.APPLYING)
    return step.to(
        StepState.APPLYING,
        action=StepAction.UPDATE,
        rule_id=current.id,
        before=current.to_json(),
    )


def _obstacle(
    deployment: Deployment, step: Step, current: DeployedRule | None, rules: DeployedRules
) -> str | None:
    """Why a call would fail.

    The execution order is checked only after a call, because a list may be outdated before it.
    """
    if current is None and (step.rule_id or step.action is StepAction.UPDATE):
        return "another client deleted it meanwhile"
    if step.attempt.number >= TRIES:
        return f"failed in {TRIES} tries; {step.attempt.reason or 'none was answered'}"
    order = deployment.wanted(step).get("executionOrder")
    other = rules.holder_of(order, current) if step.attempt.number else None
    return f'"{other.name}" has execution order {order} meanwhile' if other else None


def _change(deployment: Deployment, step: Step, rule: DeployedRule) -> ChangeFacts:
    changed = difference(step.before, deployment.wanted(step)) if step.before else ()
    return ChangeFacts(rule_id=rule.id, version=rule.version, changed=tuple(changed) or None)


def _description(deployment: Deployment, step: Step, rule: DeployedRule) -> str:
    written = f"{rule.id}, version {rule.version}"
    if step.parked_at is not None:
        return f"{written}: moved to execution order {step.parked_at} temporarily"
    if step.stage:
        return f"{written}: disabled temporarily"
    if step.before is None:
        return written
    return f"{written}: {', '.join(difference(step.before, deployment.wanted(step)))}"
