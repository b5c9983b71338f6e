"""A step of a deployment: one call to Genesys for one rule, and the states it may pass through."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Self

from genesys_purge.model.dates import Instant
from genesys_purge.model.wire import Wire


class StepAction(StrEnum):
    """What a rule needs; `none` where Genesys has it already."""

    CREATE = "create"
    UPDATE = "update"
    NONE = "none"


class DisabledAs(StrEnum):
    """What a rule says while it is disabled for a while: what it said before, or what is wanted."""

    BEFORE = "before"
    WANTED = "wanted"


class StepState(StrEnum):
    """Where a step stands; `applying` is from its first intent to its last answer."""

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
    # A call that nobody saw answered may take effect late.
    StepState.ROLLED_BACK: frozenset({StepState.APPLIED}),
    StepState.NOT_ROLLED_BACK: frozenset(),
}


class Step(Wire):
    """One call to Genesys, or none where `action` says so.

    `before` is the rule as Genesys had it right before the call, absent for one that it had not;
    `parkedAt` the free execution order to which the call only moves the rule out of the way, for
    a later step to bring it where it belongs; `disabledAs` says that the call leaves it disabled,
    for a later step to change or to enable it. `written` is the version that the call gives the
    rule, `tries` how often it was made, `intendedAt` set while it is under way, and `isUncertain`
    says that one of the tries may have been carried out unseen.
    """

    name: str
    action: StepAction
    parked_at: int | None = None
    disabled_as: DisabledAs | None = None
    rule_id: str | None = None
    before: Mapping[str, Any] | None = None
    state: StepState = StepState.PLANNED
    written: int | None = None
    tries: int = 0
    intended_at: Instant | None = None
    is_uncertain: bool = False
    detail: str | None = None

    @property
    def is_interim(self) -> bool:
        """Whether a later step of the same rule is to follow."""
        return self.parked_at is not None or self.disabled_as is not None

    @property
    def may_have_changed_something(self) -> bool:
        """Whether its rule may have to be rolled back."""
        if self.state is StepState.FAILED:
            return self.is_uncertain
        return self.state in (StepState.APPLYING, StepState.APPLIED, StepState.VERIFIED)

    def to(self, state: StepState, **changes: Any) -> Self:
        """The step in its next state; ValueError where the table does not allow it."""
        if state not in STEP_TRANSITIONS[self.state]:
            raise ValueError(f"a step does not go from {self.state} to {state}")
        return self.model_copy(update=changes | {"state": state})
