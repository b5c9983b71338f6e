"""What to do about a call whose outcome is unknown: wait, look for its effect, adopt or repeat.

The caller passes in how to look. It stores the decision before it acts on it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

from genesys_purge.errors import OutcomeUnknown, TryLater

T = TypeVar("T")


class Found(NamedTuple, Generic[T]):
    """The call was executed; `effect` is what shows it."""

    effect: T


class Missing(NamedTuple):
    """No effect is visible yet; `evidence` says what was checked."""

    evidence: str


class Partial(NamedTuple):
    """Some of the effect is visible: neither adopting nor repeating would be right."""

    evidence: str


class Hidden(NamedTuple):
    """No check can show the effect: neither adopting nor repeating would be right."""

    evidence: str


class Wait(NamedTuple):
    """Check again after so many seconds."""

    seconds: float


class Adopt(NamedTuple, Generic[T]):
    """The call counts as executed."""

    effect: T


class Repeat(NamedTuple):
    """The call was not executed and may be made again."""

    evidence: str


class Patience(NamedTuple):
    """How long a missing effect may still appear, in seconds.

    `waited` has passed, `wait` is the time until the next check, and `limit` bounds both.
    """

    waited: float
    wait: float
    limit: float

    @property
    def is_left(self) -> bool:
        """Whether there is time for another check."""
        return self.waited + self.wait <= self.limit


def decide(
    look: Callable[[], Found[T] | Missing | Partial | Hidden],
    patience: Patience,
    *,
    unanswered: int,
    most_unanswered: int,
) -> Wait | Adopt[T] | Repeat:
    """What to do about a call that is uncertain, no worker being in it any more.

    OutcomeUnknown for a partial or hidden effect, and after `most_unanswered` calls without an
    effect. TryLater from `look` is raised once the patience is used up.
    """
    try:
        seen = look()
    except TryLater:
        if not patience.is_left:
            raise
        return Wait(patience.wait)
    if isinstance(seen, Found):
        return Adopt(seen.effect)
    if patience.is_left:
        return Wait(patience.wait)
    if isinstance(seen, Partial | Hidden):
        raise OutcomeUnknown(seen.evidence)
    if unanswered >= most_unanswered:
        raise OutcomeUnknown(f"{unanswered} calls went unanswered: {seen.evidence}")
    return Repeat(seen.evidence)
