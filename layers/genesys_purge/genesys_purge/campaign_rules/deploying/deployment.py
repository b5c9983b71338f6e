"""A deployment brings a campaign's rules to a rule set, or leaves them as they were."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, Self

from genesys_purge.campaign_rules.campaign import Campaign
from genesys_purge.campaign_rules.deploying.deployment_steps import Step, StepAction, StepState
from genesys_purge.campaign_rules.ports import Stage
from genesys_purge.model.dates import Instant
from genesys_purge.model.wire import Wire

# The outcome of a rule is the outcome of its worst step.
WORST_FIRST = (
    StepState.NOT_ROLLED_BACK,
    StepState.FAILED,
    StepState.APPLYING,
    StepState.ROLLED_BACK,
)


class DeploymentStatus(StrEnum):
    """Where a deployment stands."""

    SUBMITTED = "submitted"
    APPLYING = "applying"
    ROLLING_BACK = "rolling_back"
    FINISHED = "finished"


TRANSITIONS: dict[DeploymentStatus, frozenset[DeploymentStatus]] = {
    DeploymentStatus.SUBMITTED: frozenset(
        {DeploymentStatus.SUBMITTED, DeploymentStatus.APPLYING, DeploymentStatus.FINISHED}
    ),
    DeploymentStatus.APPLYING: frozenset(
        {DeploymentStatus.APPLYING, DeploymentStatus.ROLLING_BACK, DeploymentStatus.FINISHED}
    ),
    DeploymentStatus.ROLLING_BACK: frozenset(
        {DeploymentStatus.ROLLING_BACK, DeploymentStatus.FINISHED}
    ),
    DeploymentStatus.FINISHED: frozenset(),
}


class DeploymentOutcome(StrEnum):
    """How a deployment ended; `rolled_back` only if every rule is as it was."""

    DEPLOYED = "deployed"
    UNCHANGED = "unchanged"
    DRY_RUN = "dry_run"
    REJECTED = "rejected"
    ROLLED_BACK = "rolled_back"
    FAILED = "failed"


SUCCESSES = frozenset(
    {DeploymentOutcome.DEPLOYED, DeploymentOutcome.UNCHANGED, DeploymentOutcome.DRY_RUN}
)


class RuleResult(NamedTuple):
    """The outcome of one rule of the set, over all of its steps."""

    name: str
    action: StepAction
    outcome: StepState
    before: Mapping[str, Any] | None
    detail: str | None


class Deployment(Wire):
    """The deployment of one rule set; `document` is the set with its defaults filled in.

    `executionStartedAt` is when its latest execution was started, and `recoveries` counts the
    executions that replaced a lost one. `rolledBackAt` is when the latest rule was rolled back.
    """

    deployment_id: str
    campaign_id: str
    fingerprint: str
    document: Mapping[str, Any]
    is_dry: bool = False
    submitted_by: str
    submitted_at: Instant
    execution_started_at: Instant
    recoveries: int = 0
    version: int = 0
    status: DeploymentStatus = DeploymentStatus.SUBMITTED
    steps: tuple[Step, ...] = ()
    errors: tuple[Mapping[str, str], ...] = ()
    outcome: DeploymentOutcome | None = None
    rolled_back_at: Instant | None = None
    finished_at: Instant | None = None
    detail: str | None = None

    @property
    def organisation(self) -> str | None:
        """The name of its organisation; None for the default organisation."""
        return self.document.get("organisation")

    @property
    def campaign(self) -> Campaign:
        """The campaign, which has no other deployment until this one is finished."""
        return Campaign(self.organisation, self.campaign_id)

    @property
    def next_to_apply(self) -> int | None:
        """The first step that is not applied yet."""
        return _first(self._where(StepState.PLANNED, StepState.APPLYING))

    @property
    def next_to_roll_back(self) -> int | None:
        """The last step that may have changed its rule; steps are rolled back in reverse."""
        return _first(
            number
            for number in reversed(range(len(self.steps)))
            if self.steps[number].may_have_changed_rule
        )

    @property
    def is_verified(self) -> bool:
        """Whether every rule was read back as the set defines it."""
        done = (StepState.VERIFIED, StepState.UNCHANGED)
        return bool(self.steps) and all(step.state in done for step in self.steps)

    @property
    def is_as_before(self) -> bool:
        """Whether no step left a change behind."""
        is_left = any(step.state is StepState.NOT_ROLLED_BACK for step in self.steps)
        return self.next_to_roll_back is None and not is_left

    def wanted(self, step: Step) -> Mapping[str, Any]:
        """The rule as the step is to leave it."""
        if step.parked_at is not None:
            return {**(step.before or {}), "executionOrder": step.parked_at}
        if step.stage is Stage.DISABLE:
            return {**(step.before or {}), "enabled": False}
        rule = self.rule(step.name)
        return {**rule, "enabled": False} if step.stage else rule

    def rule(self, name: str) -> Mapping[str, Any]:
        """The set's rule of that name."""
        rules: Sequence[Mapping[str, Any]] = self.document["rules"]
        return next(rule for rule in rules if rule["name"] == name)

    def results(self) -> Iterator[RuleResult]:
        """The result of each rule of the plan, in the order of the final steps."""
        for last in self.steps:
            if last.is_interim:
                continue
            steps = [step for step in self.steps if step.name == last.name]
            worst = (step for state in WORST_FIRST for step in steps if step.state is state)
            shown = next(worst, last)
            detail = shown.detail or shown.attempt.reason
            yield RuleResult(last.name, steps[0].action, shown.state, steps[0].before, detail)

    def to(self, status: DeploymentStatus, **changes: Any) -> Self:
        """The deployment in its next status; ValueError if the table does not allow it."""
        if status not in TRANSITIONS[self.status]:
            raise ValueError(f"a deployment does not go from {self.status} to {status}")
        return self.model_copy(update=changes | {"status": status, "version": self.version + 1})

    def replacing(self, number: int, step: Step) -> Self:
        """The same version with another step at that position."""
        steps = (*self.steps[:number], step, *self.steps[number + 1 :])
        return self.model_copy(update={"steps": steps})

    def with_step(self, number: int, step: Step) -> Self:
        """The next version with another step at that position."""
        return self.replacing(number, step).to(self.status)

    def rolled_back(self, number: int, step: Step, now: datetime) -> Self:
        """The next version, with the step at that position rolled back."""
        after = self.with_step(number, step.settled(StepState.ROLLED_BACK))
        return after.model_copy(update={"rolled_back_at": now})

    def rolling_back(self, detail: str, now: datetime) -> Self:
        """The deployment on its way back; planned steps stay untouched."""
        steps = tuple(_on_its_way_back(step, now) for step in self.steps)
        return self.to(DeploymentStatus.ROLLING_BACK, steps=steps, detail=detail)

    def verified(self) -> Self:
        """The next version, with every applied step verified."""
        steps = tuple(
            step.to(StepState.VERIFIED) if step.state is StepState.APPLIED else step
            for step in self.steps
        )
        return self.to(self.status, steps=steps)

    def abandoned_steps(self) -> tuple[Step, ...]:
        """The steps of a deployment that ends here: open ones are not rolled back."""
        return tuple(
            step.to(StepState.NOT_ROLLED_BACK)
            if step.may_have_changed_rule
            else step.to(StepState.UNTOUCHED)
            if step.state is StepState.PLANNED
            else step
            for step in self.steps
        )

    def _where(self, *states: StepState) -> Iterator[int]:
        return (number for number, step in enumerate(self.steps) if step.state in states)


def _on_its_way_back(step: Step, now: datetime) -> Step:
    if step.state is StepState.PLANNED:
        return step.to(StepState.UNTOUCHED)
    return step.with_attempt(step.attempt.restarted(now)) if step.attempt.number else step


def _first(numbers: Iterator[int]) -> int | None:
    return next(numbers, None)
