"""A media retention policy as the live platform takes it, and why it would not."""

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
    """Who began a call."""

    INBOUND = "INBOUND"
    OUTBOUND = "OUTBOUND"


class Reference(Body):
    """Something of the organisation, by its id."""

    id: str = Field(min_length=1)


class MediaConditions(Body):
    """What a conversation has to be: one of each list that is there."""

    for_queues: tuple[Reference, ...] | None = None
    for_users: tuple[Reference, ...] | None = None
    wrapup_codes: tuple[Reference, ...] | None = None
    date_ranges: tuple[str, ...] | None = None


class CallConditions(MediaConditions):
    """Calls alone have a direction."""

    directions: tuple[Direction, ...] | None = Field(default=None, strict=False)


class DeleteRetention(Body):
    """After how many days a recording is deleted."""

    days: int | None = Field(default=None, ge=1)


class RetentionDuration(Body):
    """How long a recording is kept."""

    archive_retention: dict[str, object] | None = None
    delete_retention: DeleteRetention | None = None


class Actions(Body):
    """What becomes of the recordings."""

    retain_recording: bool = True
    delete_recording: bool = False
    always_delete: bool = False
    retention_duration: RetentionDuration | None = None

    @property
    def days(self) -> int | None:
        """The days after which they are deleted, if they are."""
        duration = self.retention_duration
        delete = duration.delete_retention if duration else None
        return delete.days if delete else None


class CallPolicy(Body):
    """For calls."""

    conditions: CallConditions | None = None
    actions: Actions | None = None


class MediaPolicy(Body):
    """For a medium without directions."""

    conditions: MediaConditions | None = None
    actions: Actions | None = None


class MediaPolicies(Body):
    """Conditions and actions for each medium."""

    call_policy: CallPolicy | None = None
    chat_policy: MediaPolicy | None = None
    email_policy: MediaPolicy | None = None
    message_policy: MediaPolicy | None = None


class Policy(Named):
    """A policy; what it says is kept and never carried out."""

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
        """Refuses what is too long, in letters or in days, each by a code of its own."""
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
