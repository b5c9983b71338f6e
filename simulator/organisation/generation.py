"""Generates conversations, deterministic for a seed and a time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from types import MappingProxyType
from uuid import UUID

from simulator.organisation.conversation import Conversation, Kind
from simulator.organisation.words import Classification, ConversationStatus, MediaType, RecordType

MEDIA_TYPES = tuple(MediaType)
RECORD_TYPES = (
    *[(RecordType.CONVERSATION,)] * 4,
    *[(RecordType.CONVERSATION, RecordType.INTERACTION)] * 2,
    *[tuple(RecordType)] * 2,
    (RecordType.INTERACTION,),
    (RecordType.MESSAGE,),
)
CLASSIFICATIONS = (
    *[Classification.INTERNAL] * 5,
    Classification.PUBLIC,
    Classification.CONFIDENTIAL,
    Classification.PII,
)
ATTRIBUTES = tuple(
    MappingProxyType({"compliance_class": compliance, "region": region})
    for compliance in ("archived", "standard", "regulated")
    for region in ("eu-west", "us-east", "ap-south")
)
MILLISECONDS_A_DAY = 86_400_000


@dataclass(frozen=True, slots=True)
class Mix:
    """The share of each kind in a generated corpus; the rest is eligible."""

    held: float = 0.05
    litigated: float = 0.01
    too_young: float = 0.20
    already_deleted: float = 0.04
    without_end: float = 0.01

    def counts(self, total: int) -> dict[Kind, int]:
        """The number of each kind for this total."""
        shares = {
            Kind.HELD: self.held,
            Kind.LITIGATED: self.litigated,
            Kind.TOO_YOUNG: self.too_young,
            Kind.ALREADY_DELETED: self.already_deleted,
            Kind.WITHOUT_END: self.without_end,
        }
        counts = {kind: int(total * share) for kind, share in shares.items()}
        return {Kind.ELIGIBLE: total - sum(counts.values())} | counts


def make_conversations(
    counts: Mapping[Kind, int], seed: int, now: datetime, span_days: int = 365
) -> Iterator[Conversation]:
    """Generates these numbers of conversations of each kind."""
    random = Random(seed)  # noqa: S311  not for secrets
    for kind, count in counts.items():
        for _ in range(count):
            yield make_conversation(kind, random, now, span_days)


def make_conversation(
    kind: Kind, random: Random, now: datetime, span_days: int = 365
) -> Conversation:
    """Generates one conversation; an old one ended 366 to 366 + `span_days` days before `now`."""
    end = _end(kind, random, now, span_days)
    duration = timedelta(seconds=random.randrange(20, 3600))
    unreadable = kind is Kind.WITHOUT_END and random.choice((True, False))
    return Conversation(
        conversation_id=str(UUID(int=random.getrandbits(128), version=4)),
        start=end - duration,
        end=None if kind is Kind.WITHOUT_END else end,
        media_type=random.choice(MEDIA_TYPES),
        record_types=random.choice(RECORD_TYPES),
        status=_status(kind, random, unreadable=unreadable),
        classification=random.choice(CLASSIFICATIONS),
        queue_id=f"queue-{random.randrange(1, 9)}",
        external_contact_id=f"contact-{random.randrange(1, 1000)}",
        legal_hold=kind is Kind.HELD,
        litigation=kind is Kind.LITIGATED,
        attributes=random.choice(ATTRIBUTES),
        unreadable_end="unknown" if unreadable else None,
    )


def _end(kind: Kind, random: Random, now: datetime, span_days: int) -> datetime:
    youngest, oldest = (1, 364) if kind is Kind.TOO_YOUNG else (366, 366 + span_days)
    age = random.randrange(youngest * MILLISECONDS_A_DAY, oldest * MILLISECONDS_A_DAY)
    end = now - timedelta(milliseconds=age)
    return end.replace(microsecond=end.microsecond // 1000 * 1000)


def _status(kind: Kind, random: Random, *, unreadable: bool) -> ConversationStatus:
    if kind is Kind.ALREADY_DELETED:
        return random.choice((ConversationStatus.DELETED, ConversationStatus.PURGED))
    if kind is Kind.WITHOUT_END and not unreadable:
        return ConversationStatus.ACTIVE
    return ConversationStatus.COMPLETED
