"""A step of a deployment: one call to Genesys for one rule, and its states."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Self

from pydantic import Field

from genesys_purge.calling.attempt import Attempt
from genesys_purge.campaign_rules.ports import Stage
from genesys_purge.model.wire import Wire


class StepAction(StrEnum):
    """What a rule needs; `none` if Genesys already has it."""

    CREATE = "create"
    UPDATE = "update"
    NONE = "none"


class StepState(StrEnum):
    """Where a step stands; `applying` lasts from the first intent to the last answer."""

    PLANNED = "planned"
    UNCHANGED = "unchanged"
    APPLYING = "applying"
    APPLIED = "applied"
    VERIFIED = "verified"
    FAILED = "failed"
    UNTOUCHED = "untouched"
    ROLLED_BACK = "rolled_back"
    NOT_ROLLED_BACK = "not_rolled_back"


STEP_TRANSITIONS: dict[StepState, frozenset[StepState]] = {
    StepState.PLANNED: frozenset(
        {StepState.APPLYING, StepState.UNCHANGED, StepState.FAILED, StepState.UNTOUCHED}
    ),
    StepState.UNCHANGED: frozenset(),
    StepState.APPLYING: frozenset(
        {
            StepState.APPLYING,
            StepState.UNCHANGED,
            StepState.APPLIED,
            StepState.FAILED,
            StepState.UNTOUCHED,
            StepState.ROLLED_BACK,
            StepState.NOT_ROLLED_BACK,
        }
    ),
    StepState.APPLIED: frozenset(
        {StepState.APPLIED, StepState.VERIFIED, StepState.ROLLED_BACK, StepState.NOT_ROLLED_BACK}
    ),
    StepState.VERIFIED: frozenset(
        {StepState.VERIFIED, StepState.ROLLED_BACK, StepState.NOT_ROLLED_BACK}
    ),
    StepState.FAILED: frozenset({StepState.FAILED, StepState.NOT_ROLLED_BACK}),
    StepState.UNTOUCHED: frozenset(),
    # A call without an answer may take effect late.
    StepState.ROLLED_BACK: frozenset({StepState.APPLIED}),
    StepState.NOT_ROLLED_BACK: frozenset(),
}


def _is_fresh(attempt: Attempt) -> bool:
    return attempt == Attempt()


class Step(Wire):
    """One call to Genesys, or no call if `action` is `none`.

    `before` is the rule at Genesys right before the call; a new rule has none. An interim step is
    followed by another step of the same rule: `parkedAt` is the free execution order to which it
    moves the rule, `stage` is how it leaves the rule disabled. `written` is the version that the
    call gave the rule. `attempt` counts the calls until their effect is known, from 0 again for a
    roll back.
    """

    name: str
    action: StepAction
    parked_at: int | None = None
    stage: Stage | None = None
    rule_id: str | None = None
    before: Mapping[str, Any] | None = None
    state: StepState = StepState.PLANNED
    written: int | None = None
    # Absent from the stored JSON while it is fresh: a deployment of 500 rules is one item.
    attempt: Attempt = Field(default_factory=Attempt, exclude_if=_is_fresh)
    detail: str | None = None

    @property
    def is_interim(self) -> bool:
        """Whether a later step of the same rule follows."""
        return self.parked_at is not None or self.stage is not None

    @property
    def is_uncertain(self) -> bool:
        """Whether a call may have been executed, or is still open."""
        return self.attempt.abandoned().is_uncertain

    @property
    def may_have_changed_rule(self) -> bool:
        """Whether its rule may have to be rolled back."""
        if self.state is StepState.FAILED:
            return self.attempt.is_uncertain
        return self.state in (StepState.APPLYING, StepState.APPLIED, StepState.VERIFIED)

    def to(self, state: StepState, **changes: Any) -> Self:
        """The step in its next state; ValueError if the table does not allow it."""
        if state not in STEP_TRANSITIONS[self.state]:
            raise ValueError(f"a step does not go from {self.state} to {state}")
        return self.model_copy(update=changes | {"state": state})

    def settled(self, state: StepState, **changes: Any) -> Self:
        """The step in its next state, with the effect of its calls known."""
        return self.to(state, **{"attempt": Attempt(), "detail": None} | changes)

    def with_attempt(self, attempt: Attempt) -> Self:
        """The step with another record of its calls."""
        return self.model_copy(update={"attempt": attempt})
