"""A release or a narrowing of a legal hold, which a second person approves."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from genesys_purge.model.conversation_id import HeldId
from genesys_purge.model.dates import Instant, Window
from genesys_purge.model.hold_scope import HeldOrganisations, HeldTime, HoldScope
from genesys_purge.model.wire import Wire

COOL_DOWN_DAYS, LONGEST_COOL_DOWN = 30, 365
CoolDown = Annotated[int, Field(ge=1, le=LONGEST_COOL_DOWN)]


class ChangeKind(StrEnum):
    """How a hold comes to cover less."""

    RELEASE = "release"
    NARROWING = "narrowing"


class HoldChange(Wire):
    """A change of the hold whose scope has the digest `ofScope`, as approval `approvalId` has it.

    It waits for the approval while it has no `effectiveAt`, and for its cool-down until that
    moment. Until then the hold covers what it covered. `conversationIds`, `dateRange` and
    `organisations` are the scope of a narrowing.
    """

    kind: ChangeKind
    approval_id: str
    of_scope: str
    cool_down_days: CoolDown = COOL_DOWN_DAYS
    effective_at: Instant | None = None
    conversation_ids: Annotated[frozenset[HeldId], Field(min_length=1)] | None = None
    date_range: HeldTime | None = None
    organisations: HeldOrganisations | None = None

    @property
    def scope(self) -> HoldScope:
        return HoldScope(self.conversation_ids, self.date_range, self.organisations)

    @property
    def is_approved(self) -> bool:
        return self.effective_at is not None

    def is_cooling_down(self, now: datetime) -> bool:
        return self.effective_at is not None and self.effective_at > now

    def narrows(self, scope: HoldScope, now: datetime) -> bool:
        """Whether it is in force, and narrows exactly this scope."""
        if self.kind is not ChangeKind.NARROWING or self.effective_at is None:
            return False
        is_over = self.effective_at <= now
        return is_over and self.of_scope == scope.digest and scope.covers(self.scope)


class ChangeFacts(Wire):
    """What the audit keeps of a change; `conversations` counts the ids of the narrower scope."""

    kind: ChangeKind
    approval_id: str
    cool_down_days: int
    effective_at: Instant | None = None
    conversations: int | None = None
    date_range: Window | None = None
    organisations: tuple[str, ...] | None = None

    @classmethod
    def of(cls, change: HoldChange) -> ChangeFacts:
        """The facts of a change."""
        ids = change.conversation_ids
        return cls(
            kind=change.kind,
            approval_id=change.approval_id,
            cool_down_days=change.cool_down_days,
            effective_at=change.effective_at,
            conversations=None if ids is None else len(ids),
            date_range=change.date_range,
            organisations=change.organisations,
        )
