"""Stops: what must not be deleted until two persons allow it again."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, NamedTuple

from pydantic import Field

from genesys_purge.model.dates import Instant
from genesys_purge.model.erasable import ERASABLE
from genesys_purge.model.listing import DEFAULT_ORGANISATION
from genesys_purge.model.wire import Wire

Reason = Annotated[str, Field(min_length=1, max_length=500)]
# Bounds the stored item; the audit of the stop has every reason.
MOST_FURTHER = 20
# After a longer stop, what was approved before must be approved again.
LONG_STOP = timedelta(days=1)


class StopScope(StrEnum):
    """What a stop covers."""

    ALL = "all"
    ORGANISATION = "organisation"
    POLICY = "policy"
    RUN = "run"


def stop_id_of(scope: StopScope, name: str | None = None) -> str:
    """The id of the stop of a scope, which has one at a time: `all`, or `<scope>:<name>`."""
    return scope if name is None else f"{scope}:{name}"


def audit_id(stop_id: str) -> str:
    """The id of the stop's own audit sequence; no run has a colon in its id."""
    return f"stop:{stop_id}"


class StopFacts(Wire):
    """What the audit keeps of a stop: its scope, the name in that scope, and the reason."""

    scope: StopScope
    name: str | None = None
    reason: Annotated[str, ERASABLE]


class FurtherReason(Wire):
    """Why somebody stopped again what was stopped already."""

    reason: Reason
    stopped_at: Instant
    stopped_by: str
    stopped_by_person: str | None = None


class Stop(Wire):
    """A stop as one person places it; it is in force until `resumedAt`.

    `name` is that of the organisation (`default` for the default one), of the policy, or the id of
    the run; a stop of `all` has none. `further` are the last 20 reasons for which it was stopped
    again. `resumeApproval` is the id of the newest request to resume for all these reasons.
    `longStopEndedAt` is the end of the last stop of the scope before this one that lasted longer
    than a day.
    """

    stop_id: str
    scope: StopScope
    name: str | None = None
    reason: Reason
    stopped_at: Instant
    stopped_by: str
    stopped_by_person: str | None = None
    further: tuple[FurtherReason, ...] | None = None
    resume_approval: str | None = None
    resumed_at: Instant | None = None
    resumed_by: str | None = None
    resumed_by_person: str | None = None
    long_stop_ended_at: Instant | None = None

    @property
    def is_in_force(self) -> bool:
        return self.resumed_at is None

    @property
    def last_long_end(self) -> datetime | None:
        """The end of the last stop of the scope that lasted longer than a day."""
        if self.resumed_at and self.resumed_at - self.stopped_at > LONG_STOP:
            return self.resumed_at
        return self.long_stop_ended_at

    @property
    def reasons(self) -> tuple[str, ...]:
        """Every reason, in order."""
        return (self.reason, *(each.reason for each in self.further or ()))

    @property
    def why(self) -> str:
        """The stop in a message."""
        what = "all deletion" if self.name is None else f"deletion of the {self.scope} {self.name}"
        since = self.stopped_at.isoformat()
        return f"{what} is stopped since {since}: {'; '.join(self.reasons)}"

    def after(self, before: Stop | UnreadableStop | None) -> Stop:
        """The stop in place of an earlier one; one that cannot be read may have lasted long."""
        if before is None:
            return self
        ended = self.stopped_at if isinstance(before, UnreadableStop) else before.last_long_end
        return self.model_copy(update={"long_stop_ended_at": ended})

    def repeats(self, other: Stop) -> bool:
        """Whether the person of `other` has stopped for its reason, and nobody asked to resume."""
        placed: tuple[Stop | FurtherReason, ...] = (self, *(self.further or ()))
        is_known = any(_who(each) == _who(other) and each.reason == other.reason for each in placed)
        return is_known and self.resume_approval is None

    def and_also(self, other: Stop) -> Stop:
        """The stop with the reason of another stop; what was asked for before is not enough."""
        further = FurtherReason(
            reason=other.reason,
            stopped_at=other.stopped_at,
            stopped_by=other.stopped_by,
            stopped_by_person=other.stopped_by_person,
        )
        kept = (*(self.further or ()), further)[-MOST_FURTHER:]
        return self.model_copy(update={"further": kept, "resume_approval": None})

    def facts(self, reason: str | None = None) -> StopFacts:
        """What the audit keeps of it, with one of its reasons or all of them."""
        words = reason or "; ".join(self.reasons)
        return StopFacts(scope=self.scope, name=self.name, reason=words)


def _who(stop: Stop | FurtherReason) -> str:
    """The person who stopped, or the machine by its ARN."""
    return stop.stopped_by_person or stop.stopped_by


class UnreadableStop(NamedTuple):
    """A stored stop that is not valid, which counts as one in force, and why it is not valid."""

    stop_id: str
    problem: str

    @property
    def is_in_force(self) -> bool:
        return True

    @property
    def why(self) -> str:
        """The stop in a message."""
        return f"the stop {self.stop_id} cannot be read ({self.problem}), so it counts"


class Stoppable(NamedTuple):
    """What a deleting call belongs to; None is the default organisation, or no policy or run."""

    organisation: str | None = None
    policy: str | None = None
    run_id: str | None = None

    @property
    def stop_ids(self) -> tuple[str, ...]:
        """The ids of the stops that would cover it."""
        named = (
            (StopScope.ORGANISATION, self.organisation or DEFAULT_ORGANISATION),
            (StopScope.POLICY, self.policy),
            (StopScope.RUN, self.run_id),
        )
        return (StopScope.ALL.value, *(stop_id_of(scope, name) for scope, name in named if name))
