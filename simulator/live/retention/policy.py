"""A media retention policy and its limits."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from pydantic import Field

from simulator.http.answer import Refusal
from simulator.http.wire import Body
from simulator.live.collection import Named

LONGEST_NAME = 256
LONGEST_DESCRIPTION = 1024


class Direction(StrEnum):
    """The direction of a call."""

    INBOUND = "INBOUND"
    OUTBOUND = "OUTBOUND"


class Reference(Body):
    """A reference by id."""

    id: str = Field(min_length=1)


class MediaConditions(Body):
    """The conditions of a policy: a conversation matches one entry of each given list."""

    for_queues: tuple[Reference, ...] | None = None
    for_users: tuple[Reference, ...] | None = None
    wrapup_codes: tuple[Reference, ...] | None = None
    date_ranges: tuple[str, ...] | None = None


class CallConditions(MediaConditions):
    """The conditions of calls, which also have a direction."""

    directions: tuple[Direction, ...] | None = Field(default=None, strict=False)


class DeleteRetention(Body):
    """The number of days after which a recording is deleted."""

    days: int | None = Field(default=None, ge=1)


class RetentionDuration(Body):
    """The retention of a recording."""

    archive_retention: dict[str, object] | None = None
    delete_retention: DeleteRetention | None = None


class Actions(Body):
    """The actions on matching recordings."""

    retain_recording: bool = True
    delete_recording: bool = False
    always_delete: bool = False
    retention_duration: RetentionDuration | None = None

    @property
    def days(self) -> int | None:
        """The number of days until deletion, if any."""
        duration = self.retention_duration
        delete = duration.delete_retention if duration else None
        return delete.days if delete else None


class CallPolicy(Body):
    """The policy for calls."""

    conditions: CallConditions | None = None
    actions: Actions | None = None


class MediaPolicy(Body):
    """The policy for other media."""

    conditions: MediaConditions | None = None
    actions: Actions | None = None


class MediaPolicies(Body):
    """The policies by medium."""

    call_policy: CallPolicy | None = None
    chat_policy: MediaPolicy | None = None
    email_policy: MediaPolicy | None = None
    message_policy: MediaPolicy | None = None


class Policy(Named):
    """A policy; it is stored but has no effect."""

    name: str = Field(min_length=1)
    order: int | None = None
    description: str | None = None
    enabled: bool = False
    media_policies: MediaPolicies | None = None
    conditions: dict[str, object] | None = None
    actions: Actions | None = None
    policy_errors: dict[str, object] | None = None
    created_date: str | None = None
    modified_date: str | None = None

    def require_admissible(self, cap: int | None) -> None:
        """Refuses texts and periods over their limits, each with its own code."""
        if len(self.name) > LONGEST_NAME:
            raise _refused("name", "recording.policy.name.exceeds.limit")
        if len(self.description or "") > LONGEST_DESCRIPTION:
            raise _refused("description", "recording.policy.description.exceeds.limit")
        if cap is not None and any(days > cap for days in self._days()):
            raise _refused("retention", "recording.policy.analytics.retention.violation")

    def _days(self) -> Iterator[int]:
        media = self.media_policies or MediaPolicies()
        policies = (media.call_policy, media.chat_policy, media.email_policy, media.message_policy)
        for actions in (self.actions, *(each.actions for each in policies if each)):
            if actions and actions.days:
                yield actions.days


def _refused(what: str, code: str) -> Refusal:
    return Refusal(400, f"The policy's {what} is over the limit", code=code)
