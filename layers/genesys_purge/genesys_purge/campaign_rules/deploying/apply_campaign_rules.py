"""ApplyCampaignRules: create and update rules at Genesys in the order of the plan."""

from __future__ import annotations

from typing import Any

from genesys_purge.campaign_rules.contents import difference, is_same
from genesys_purge.campaign_rules.deploying.changing import (
    Changing,
    Made,
    may_be_repeated,
    pause,
    with_doubt,
)
from genesys_purge.campaign_rules.deploying.deployment import Deployment, DeploymentStatus
from genesys_purge.campaign_rules.deploying.deployment_messages import PHASES, DeploymentStep, Phase
from genesys_purge.campaign_rules.deploying.deployment_steps import Step, StepAction, StepState
from genesys_purge.campaign_rules.deploying.keeping import Keeper, reason_of
from genesys_purge.campaign_rules.deploying.ports import CatalogueOf
from genesys_purge.campaign_rules.deploying.snapshot import Snapshot
from genesys_purge.campaign_rules.deploying.waiting import AT_ONCE, TRIES, backoff
from genesys_purge.campaign_rules.rules import DeployedRule
from genesys_purge.errors import TryLater
from genesys_purge.model.audit import Action

FOUND = "found as wanted after a call that was not answered"


class ApplyCampaignRules:
    """One turn; every turn reads before it writes, and may be repeated or raced without harm."""

    def __init__(self, keeper: Keeper, catalogue_of: CatalogueOf, changing: Changing) -> None:
        self._keeper = keeper
        self._catalogue_of = catalogue_of
        self._changing = changing

    def __call__(self, message: DeploymentStep) -> DeploymentStep:
        """Rules that need no wait are applied at once, so that many do not fill the history."""
        deployment = self._keeper.get(message.deployment_id)
        if deployment.status is not DeploymentStatus.APPLYING:
            return message.then(PHASES[deployment.status])
        try:
            snapshot = Snapshot(self._catalogue_of, deployment)
        except TryLater as error:
            return self._unread(deployment, message, error)
        until = self._keeper.now() + AT_ONCE
        turned: Deployment | DeploymentStep = deployment
        while isinstance(turned, Deployment):
            number = turned.next_to_apply
            if turned.status is not DeploymentStatus.APPLYING or number is None:
                return message.then(_phase_of(turned))
            if self._keeper.now() >= until:
                return message.then(Phase.APPLY)
            turned = self._turn(turned, number, snapshot, message)
        return turned

    def _unread(
        self, deployment: Deployment, message: DeploymentStep, error: TryLater
    ) -> DeploymentStep:
        if message.attempt + 1 < TRIES:
            return message.again(backoff(message.attempt + 1, error))
        return message.then(PHASES[self._keeper.roll_back(deployment, reason_of(error)).status])

    def _turn(
        self, deployment: Deployment, number: int, snapshot: Snapshot, message: DeploymentStep
    ) -> Deployment | DeploymentStep:
        """The deployment with one step more, or on its way back; or what to wait for."""
        step = deployment.steps[number]
        if lease := self._changing.lease(deployment, number, message):
            return message.after_lease(lease, deployment.version)
        current = snapshot.of(step)
        if current and is_same(current.to_json(), deployment.wanted(step)):
            return self._found(deployment, number, current)
        if obstacle := _obstacle(deployment, step, current, snapshot):
            return self._fail(deployment, number, obstacle)
        return self._change(deployment, number, current, snapshot, message)

    def _found(self, deployment: Deployment, number: int, rule: DeployedRule) -> Deployment:
        step = deployment.steps[number]
        if with_doubt(step).is_uncertain:
            return self._applied(deployment, number, rule, FOUND)
        # Somebody else brought it there: it is not ours to roll back.
        same = step.to(StepState.UNCHANGED, rule_id=rule.id, detail=None)
        return self._keeper.put(deployment.with_step(number, same))

    def _change(
        self,
        deployment: Deployment,
        number: int,
        current: DeployedRule | None,
        snapshot: Snapshot,
        message: DeploymentStep,
    ) -> Deployment | DeploymentStep:
        intent = _intent(deployment.steps[number], current)
        wanted = deployment.wanted(intent)

        def call() -> DeployedRule:
            return snapshot.update(current, wanted) if current else snapshot.create(wanted)

        attempt = self._changing.attempt(deployment, number, intent, call)
        if isinstance(attempt, Made):
            return self._applied(attempt.deployment, number, attempt.answer)
        error, tries = attempt.error, attempt.deployment.steps[number].tries
        if may_be_repeated(error) and tries < TRIES:
            return message.then(Phase.APPLY, pause(tries, error))
        return self._fail(
            attempt.deployment, number, reason_of(error), correlation_id=error.correlation_id
        )

    def _applied(
        self, deployment: Deployment, number: int, rule: DeployedRule, how: str | None = None
    ) -> Deployment:
        step = deployment.steps[number]
        applied = step.to(
            StepState.APPLIED,
            rule_id=rule.id,
            written=rule.version,
            intended_at=None,
            is_uncertain=False,
            detail=None,
        )
        is_new = step.before is None
        return self._keeper.put(
            deployment.with_step(number, applied),
            Action.CAMPAIGN_RULE_CREATED if is_new else Action.CAMPAIGN_RULE_UPDATED,
            rule_name=step.name,
            detail="; ".join(filter(None, (_told(deployment, step, rule), how))),
        )

    def _fail(self, deployment: Deployment, number: int, reason: str, **facts: Any) -> Deployment:
        """A rule has failed for good: from here on everything is rolled back."""
        step = deployment.steps[number]
        failed = with_doubt(step).to(StepState.FAILED, detail=reason)
        back = deployment.replacing(number, failed).rolling_back(f'"{step.name}": {reason}')
        return self._keeper.put(
            back, Action.CAMPAIGN_RULE_FAILED, rule_name=step.name, detail=reason, **facts
        )


def _phase_of(deployment: Deployment) -> Phase:
    if deployment.status is DeploymentStatus.APPLYING:
        return Phase.VERIFY
    return PHASES[deployment.status]


def _intent(step: Step, current: DeployedRule | None) -> Step:
    """What is about to be done: `before` is what would be rolled back, however it came there."""
    if current is None:
        return step.to(StepState.APPLYING)
    return step.to(
        StepState.APPLYING,
        action=StepAction.UPDATE,
        rule_id=current.id,
        before=current.to_json(),
    )


def _obstacle(
    deployment: Deployment, step: Step, current: DeployedRule | None, snapshot: Snapshot
) -> str | None:
    """Why a call would be in vain; once it was made, for a list may lag behind."""
    if current is None and (step.rule_id or step.action is StepAction.UPDATE):
        return "somebody else deleted it meanwhile"
    if step.tries >= TRIES:
        return f"came to nothing in {step.tries} tries; {step.detail or 'none was answered'}"
    order = deployment.wanted(step).get("executionOrder")
    other = snapshot.in_the_way(order, current) if step.tries else None
    return f'execution order {order} is that of "{other.name}" meanwhile' if other else None


def _told(deployment: Deployment, step: Step, rule: DeployedRule) -> str:
    wanted = f"{rule.id}, version {rule.version}"
    if step.parked_at is not None:
        return f"{wanted}: for a while at execution order {step.parked_at}, to make way"
    if step.disabled_as:
        return f"{wanted}: disabled for a while, to be changed or enabled"
    if step.before is None:
        return wanted
    return f"{wanted}: {', '.join(difference(step.before, deployment.wanted(step)))}"
