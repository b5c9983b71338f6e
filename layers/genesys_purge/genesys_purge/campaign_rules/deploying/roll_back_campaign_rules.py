"""RollBackCampaignRules: undo a deployment's changes in reverse, and check the result."""

from __future__ import annotations

from genesys_purge.calling.lease import seconds_left
from genesys_purge.campaign_rules.deploying.deployed_rules import DeployedRules
from genesys_purge.campaign_rules.deploying.deployment import Deployment, DeploymentStatus
from genesys_purge.campaign_rules.deploying.deployment_messages import PHASES, DeploymentStep, Phase
from genesys_purge.campaign_rules.deploying.deployment_steps import Step, StepState
from genesys_purge.campaign_rules.deploying.deployment_writer import DeploymentWriter, reason_of
from genesys_purge.campaign_rules.deploying.rule_calls import (
    CallSucceeded,
    RuleCalls,
    may_be_repeated,
)
from genesys_purge.campaign_rules.deploying.waiting import (
    ROLL_BACK_TRIES,
    SETTLE_SECONDS,
    TASK_TIME,
    RetryWaits,
)
from genesys_purge.campaign_rules.ports import CatalogueOf
from genesys_purge.campaign_rules.rule_content import is_same
from genesys_purge.campaign_rules.rules import DeployedRule
from genesys_purge.errors import TryLater
from genesys_purge.model.audit import Action

OURS = (StepState.APPLIED, StepState.VERIFIED)


class RollBackCampaignRules:
    """Rolls back as many steps as its time allows; changes of other clients are kept."""

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
        if deployment.status is not DeploymentStatus.ROLLING_BACK:
            return message.then(PHASES[deployment.status])
        if not _needs_genesys(deployment):
            return message.then(Phase.COMPLETE)
        try:
            rules = DeployedRules(self._catalogue_of, deployment)
        except TryLater as error:
            if message.failures + 1 >= ROLL_BACK_TRIES:
                raise
            return message.again(self._waits.after(message.failures + 1, error))
        return self._roll_back(deployment, rules, message)

    def _roll_back(
        self, stored: Deployment, rules: DeployedRules, message: DeploymentStep
    ) -> DeploymentStep:
        until = self._writer.now() + TASK_TIME
        result: Deployment | DeploymentStep = self._with_late_effects(stored, rules)
        while isinstance(result, Deployment):
            number = result.next_to_roll_back
            if number is None:
                # A rolled back rule counts only after it was read again, some seconds later.
                is_read_again = result.version == stored.version
                wait = self._settle_left(result) if is_read_again else SETTLE_SECONDS
                return message.then(Phase.ROLL_BACK if wait else Phase.COMPLETE, wait)
            if self._writer.now() >= until:
                return message.then(Phase.ROLL_BACK)
            result = self._undo(result, number, rules, message)
        return result

    def _settle_left(self, deployment: Deployment) -> float:
        return seconds_left(deployment.rolled_back_at, self._writer.now(), SETTLE_SECONDS)

    def _with_late_effects(self, deployment: Deployment, rules: DeployedRules) -> Deployment:
        """Reopens each step whose call without an answer took effect after its roll back."""
        for number, step in enumerate(deployment.steps):
            current = rules.rule_of(step)
            if step.state is not StepState.ROLLED_BACK or current is None:
                continue
            was_there = step.before is not None and is_same(current.to_json(), step.before)
            if not was_there and is_same(current.to_json(), deployment.wanted(step)):
                again = step.to(StepState.APPLIED, written=current.version)
                deployment = self._writer.put(deployment.with_step(number, again))
        return deployment

    def _undo(
        self, deployment: Deployment, number: int, rules: DeployedRules, message: DeploymentStep
    ) -> Deployment | DeploymentStep:
        """The deployment with one step less to roll back; or the wait before a retry."""
        step = deployment.steps[number]
        # A call of the roll back may be repeated, but one of the deployment must settle first.
        doubt = 0.0 if step.attempt.number else self._calls.settle_left(step)
        if wait := self._calls.lease_left(step) or doubt:
            return message.after(wait)
        current = rules.rule_of(step)
        if _is_as_before(step, current):
            return self._undone(deployment, number, was_called=False)
        if obstacle := _obstacle(deployment, step, current, rules):
            return self._leave(deployment, number, obstacle)
        return self._change(deployment, number, current, rules, message)

    def _change(
        self,
        deployment: Deployment,
        number: int,
        current: DeployedRule | None,
        rules: DeployedRules,
        message: DeploymentStep,
    ) -> Deployment | DeploymentStep:
        step = deployment.steps[number]

        def call() -> DeployedRule | None:
            if current is None or step.before is None:
                rules.remove((current and current.id) or step.rule_id or "")
                return None
            return rules.update(current, step.before)

        result = self._calls.make(deployment, number, step, call)
        if isinstance(result, CallSucceeded):
            return self._undone(result.deployment, number, was_called=True)
        error, calls = result.error, result.deployment.steps[number].attempt.number
        if may_be_repeated(error) and calls < ROLL_BACK_TRIES:
            return message.then(Phase.ROLL_BACK, self._waits.after_call(calls, error))
        return self._leave(result.deployment, number, reason_of(error))

    def _undone(self, deployment: Deployment, number: int, *, was_called: bool) -> Deployment:
        """The rule is as before; a failed step stays failed, one without effect is untouched."""
        step = deployment.steps[number]
        if step.state is StepState.FAILED:
            settled = step.with_attempt(step.attempt.settled())
            return self._writer.put(deployment.with_step(number, settled))
        if step.state is StepState.APPLYING and not (was_called or step.is_uncertain):
            untouched = step.settled(StepState.UNTOUCHED, detail=step.attempt.reason)
            return self._writer.put(deployment.with_step(number, untouched))
        return self._writer.put(
            deployment.rolled_back(number, step, self._writer.now()),
            Action.CAMPAIGN_RULE_ROLLED_BACK,
            rule_name=step.name,
            detail="is as before" if was_called else "was found as before",
        )

    def _leave(self, deployment: Deployment, number: int, reason: str) -> Deployment:
        """The rule stays changed; the other rules are still rolled back."""
        step = deployment.steps[number]
        detail = f"not rolled back: {reason}"
        left = step.settled(StepState.NOT_ROLLED_BACK, detail=detail)
        return self._writer.put(
            deployment.with_step(number, left),
            Action.CAMPAIGN_RULE_FAILED,
            rule_name=step.name,
            detail=detail,
        )


def _needs_genesys(deployment: Deployment) -> bool:
    """Whether a step is to be rolled back, or was and must be read again."""
    was_rolled_back = any(step.state is StepState.ROLLED_BACK for step in deployment.steps)
    return was_rolled_back or deployment.next_to_roll_back is not None


def _is_as_before(step: Step, current: DeployedRule | None) -> bool:
    """Whether a rule that was created is gone, or any other rule has its former content."""
    if step.before is None:
        # A known id proves that the rule existed: a list without it may be outdated.
        return current is None and step.rule_id is None
    return current is not None and is_same(current.to_json(), step.before)


def _obstacle(
    deployment: Deployment, step: Step, current: DeployedRule | None, rules: DeployedRules
) -> str | None:
    """Why the rule cannot be rolled back."""
    if current is None:
        return "another client deleted it meanwhile" if step.before is not None else None
    is_ours = step.state in OURS and current.version == step.written
    if not is_ours and not is_same(current.to_json(), deployment.wanted(step)):
        return "another client changed it meanwhile"
    if step.attempt.number >= ROLL_BACK_TRIES:
        return f"failed in {ROLL_BACK_TRIES} tries; {step.attempt.reason or 'none was answered'}"
    if step.before is None or not step.attempt.number:
        return None
    order = step.before.get("executionOrder")
    other = rules.holder_of(order, current)
    return f'"{other.name}" has its execution order {order} meanwhile' if other else None
