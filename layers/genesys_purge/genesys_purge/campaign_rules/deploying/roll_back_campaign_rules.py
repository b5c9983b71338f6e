"""RollBackCampaignRules: undo what a deployment changed, in reverse, and look whether it held."""

from __future__ import annotations

from genesys_purge.campaign_rules.contents import is_same
from genesys_purge.campaign_rules.deploying.changing import (
    Changing,
    Made,
    may_be_repeated,
    pause,
    with_doubt,
)
from genesys_purge.campaign_rules.deploying.deployment import Deployment, DeploymentStatus
from genesys_purge.campaign_rules.deploying.deployment_messages import PHASES, DeploymentStep, Phase
from genesys_purge.campaign_rules.deploying.deployment_steps import Step, StepState
from genesys_purge.campaign_rules.deploying.keeping import Keeper, reason_of
from genesys_purge.campaign_rules.deploying.ports import CatalogueOf
from genesys_purge.campaign_rules.deploying.snapshot import Snapshot
from genesys_purge.campaign_rules.deploying.waiting import AT_ONCE, ROLL_BACK_TRIES, SETTLE, backoff
from genesys_purge.campaign_rules.rules import DeployedRule
from genesys_purge.errors import TryLater
from genesys_purge.model.audit import Action

MINE = (StepState.APPLIED, StepState.VERIFIED)


class RollBackCampaignRules:
    """One turn; what somebody else changed meanwhile is left alone, and told."""

    def __init__(self, keeper: Keeper, catalogue_of: CatalogueOf, changing: Changing) -> None:
        self._keeper = keeper
        self._catalogue_of = catalogue_of
        self._changing = changing

    def __call__(self, message: DeploymentStep) -> DeploymentStep:
        stored = self._keeper.get(message.deployment_id)
        if stored.status is not DeploymentStatus.ROLLING_BACK:
            return message.then(PHASES[stored.status])
        if not _is_anything_to_see(stored):
            return message.then(Phase.COMPLETE)
        try:
            snapshot = Snapshot(self._catalogue_of, stored)
        except TryLater as error:
            if message.attempt + 1 >= ROLL_BACK_TRIES:
                raise
            return message.again(backoff(message.attempt + 1, error))
        return self._roll_back(stored, snapshot, message)

    def _roll_back(
        self, stored: Deployment, snapshot: Snapshot, message: DeploymentStep
    ) -> DeploymentStep:
        """Steps that need no wait are rolled back at once."""
        until = self._keeper.now() + AT_ONCE
        turned: Deployment | DeploymentStep = self._relapsed(stored, snapshot)
        while isinstance(turned, Deployment):
            number = turned.next_to_roll_back
            if number is None and turned.version == stored.version:
                return message.then(Phase.COMPLETE)
            if number is None:
                # What was rolled back is believed once it is read again.
                return message.then(Phase.ROLL_BACK, SETTLE)
            if self._keeper.now() >= until:
                return message.then(Phase.ROLL_BACK)
            turned = self._turn(turned, number, snapshot, message)
        return turned

    def _relapsed(self, deployment: Deployment, snapshot: Snapshot) -> Deployment:
        """With every step to be rolled back once more whose unanswered call took effect late."""
        for number, step in enumerate(deployment.steps):
            current = snapshot.of(step)
            if step.state is not StepState.ROLLED_BACK or current is None:
                continue
            was_there = step.before is not None and is_same(current.to_json(), step.before)
            if not was_there and is_same(current.to_json(), deployment.wanted(step)):
                again = step.to(StepState.APPLIED, written=current.version)
                deployment = self._keeper.put(deployment.with_step(number, again))
        return deployment

    def _turn(
        self, deployment: Deployment, number: int, snapshot: Snapshot, message: DeploymentStep
    ) -> Deployment | DeploymentStep:
        """The deployment with one step less to roll back; or what to wait for."""
        step = deployment.steps[number]
        if lease := self._changing.lease(deployment, number, message):
            return message.after_lease(lease, deployment.version)
        if with_doubt(step).is_uncertain and not (step.tries or message.attempt):
            return message.again(SETTLE)
        current = snapshot.of(step)
        if _is_as_before(step, current):
            return self._undone(deployment, number, was_called=False)
        if obstacle := _obstacle(deployment, step, current, snapshot):
            return self._leave(deployment, number, obstacle)
        return self._change(deployment, number, current, snapshot, message)

    def _change(
        self,
        deployment: Deployment,
        number: int,
        current: DeployedRule | None,
        snapshot: Snapshot,
        message: DeploymentStep,
    ) -> Deployment | DeploymentStep:
        step = deployment.steps[number]

        def call() -> DeployedRule | None:
            if current is None or step.before is None:
                snapshot.remove((current and current.id) or step.rule_id or "")
                return None
            return snapshot.update(current, step.before)

        attempt = self._changing.attempt(deployment, number, step, call)
        if isinstance(attempt, Made):
            return self._undone(attempt.deployment, number, was_called=True)
        error, tries = attempt.error, attempt.deployment.steps[number].tries
        if may_be_repeated(error) and tries < ROLL_BACK_TRIES:
            return message.then(Phase.ROLL_BACK, pause(tries, error))
        return self._leave(attempt.deployment, number, reason_of(error))

    def _undone(self, deployment: Deployment, number: int, *, was_called: bool) -> Deployment:
        """The rule is as before; a step that has failed, or did nothing, says so still."""
        step = deployment.steps[number]
        sure = step.model_copy(update={"intended_at": None, "is_uncertain": False})
        if step.state is StepState.FAILED:
            return self._keeper.put(deployment.with_step(number, sure))
        if step.state is StepState.APPLYING and not (was_called or with_doubt(step).is_uncertain):
            return self._keeper.put(deployment.with_step(number, sure.to(StepState.UNTOUCHED)))
        return self._keeper.put(
            deployment.with_step(number, sure.to(StepState.ROLLED_BACK, detail=None)),
            Action.CAMPAIGN_RULE_ROLLED_BACK,
            rule_name=step.name,
            detail="is as before" if was_called else "was found as before",
        )

    def _leave(self, deployment: Deployment, number: int, reason: str) -> Deployment:
        """A rule that cannot be rolled back keeps nobody from rolling back the others."""
        step = deployment.steps[number]
        detail = f"not rolled back: {reason}"
        left = step.to(StepState.NOT_ROLLED_BACK, detail=detail, intended_at=None)
        return self._keeper.put(
            deployment.with_step(number, left),
            Action.CAMPAIGN_RULE_FAILED,
            rule_name=step.name,
            detail=detail,
        )


def _is_anything_to_see(deployment: Deployment) -> bool:
    """Whether a step is to be rolled back, or was and is to be looked at once more."""
    was_rolled_back = any(step.state is StepState.ROLLED_BACK for step in deployment.steps)
    return was_rolled_back or deployment.next_to_roll_back is not None


def _is_as_before(step: Step, current: DeployedRule | None) -> bool:
    """A rule that we created, or may have, is not there; any other has its former content."""
    if step.before is None:
        # Its id says that it was there: a list that lacks it may only lag behind.
        return current is None and step.rule_id is None
    return current is not None and is_same(current.to_json(), step.before)


def _obstacle(
    deployment: Deployment, step: Step, current: DeployedRule | None, snapshot: Snapshot
) -> str | None:
    """Why the rule is to be left alone."""
    if current is None:
        return "somebody else deleted it meanwhile" if step.before is not None else None
    is_ours = step.state in MINE and current.version == step.written
    if not is_ours and not is_same(current.to_json(), deployment.wanted(step)):
        return "somebody else changed it meanwhile; it is left as it is"
    if step.tries >= ROLL_BACK_TRIES:
        return f"came to nothing in {step.tries} tries; {step.detail or 'none was answered'}"
    if step.before is None or not step.tries:
        return None
    other = snapshot.in_the_way(step.before.get("executionOrder"), current)
    return f'its execution order is that of "{other.name}" meanwhile' if other else None
