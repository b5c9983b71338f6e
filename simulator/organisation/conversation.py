"""Conversations, and whether a purge can delete them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from simulator.organisation.words import (
    GONE,
    Classification,
    ConversationStatus,
    MediaType,
    RecordType,
)

DOCUMENTED_MINIMUM_AGE = timedelta(days=365)


class Kind(StrEnum):
    """Whether a purge can delete a conversation, or why not."""

    ELIGIBLE = "eligible"
    HELD = "held"
    LITIGATED = "litigated"
    TOO_YOUNG = "too_young"
    ALREADY_DELETED = "already_deleted"
    WITHOUT_END = "without_end"


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation; times are aware, and `end` is None if there is no readable end time.

    It has a record of each of its `record_types`.
    """

    conversation_id: str
    start: datetime
    end: datetime | None
    media_type: MediaType = MediaType.VOICE
    record_types: tuple[RecordType, ...] = (RecordType.CONVERSATION,)
    status: ConversationStatus = ConversationStatus.COMPLETED
    classification: Classification = Classification.INTERNAL
    queue_id: str = "queue-1"
    external_contact_id: str | None = None
    legal_hold: bool = False
    litigation: bool = False
    attributes: Mapping[str, str | bool] = field(default_factory=dict)
    unreadable_end: str | None = None

    @property
    def protected(self) -> bool:
        """Whether a legal hold or litigation protects it."""
        return self.legal_hold or self.litigation

    @property
    def custom_attributes(self) -> dict[str, str | bool]:
        """`customAttributes` on the wire; they do not show litigation."""
        return {"legal_hold": self.legal_hold, **self.attributes}

    @property
    def last_activity(self) -> datetime:
        """The end; the start if there is no readable end."""
        return self.end or self.start

    def aged(self, minimum: timedelta, at: datetime) -> bool:
        """Whether `end + minimum <= at`; False without a readable end."""
        return self.end is not None and self.end + minimum <= at


def kind_of(
    conversation: Conversation, at: datetime, minimum_age: timedelta = DOCUMENTED_MINIMUM_AGE
) -> Kind:
    """The first reason against a purge at `at`, or eligible."""
    if conversation.status in GONE:
        return Kind.ALREADY_DELETED
    if conversation.legal_hold:
        return Kind.HELD
    if conversation.litigation:
        return Kind.LITIGATED
    if conversation.end is None:
        return Kind.WITHOUT_END
    return Kind.ELIGIBLE if conversation.aged(minimum_age, at) else Kind.TOO_YOUNG
