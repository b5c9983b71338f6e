"""Generates conversations, deterministic for a seed and a time."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
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
# One text for each, however many conversations share it.
QUEUES = tuple(f"queue-{number}" for number in range(1, 9))
CONTACTS = tuple(f"contact-{number}" for number in range(1, 1000))
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
    return conversation_with(
        end - duration,
        None if kind is Kind.WITHOUT_END else end,
        random,
        status=partial(_status, kind, random, unreadable=unreadable),
        legal_hold=kind is Kind.HELD,
        litigation=kind is Kind.LITIGATED,
        unreadable_end="unknown" if unreadable else None,
    )


def conversation_with(
    start: datetime,
    end: datetime | None,
    random: Random,
    *,
    status: Callable[[], ConversationStatus] = lambda: ConversationStatus.COMPLETED,
    legal_hold: bool = False,
    litigation: bool = False,
    unreadable_end: str | None = None,
) -> Conversation:
    """Generates the id, media and other properties of a conversation with these times.

    `status` is called in its turn, because it may use `random` too.
    """
    return Conversation(
        conversation_id=str(UUID(int=random.getrandbits(128), version=4)),
        start=start,
        end=end,
        media_type=random.choice(MEDIA_TYPES),
        record_types=random.choice(RECORD_TYPES),
        status=status(),
        classification=random.choice(CLASSIFICATIONS),
        queue_id=QUEUES[random.randrange(1, 9) - 1],
        external_contact_id=CONTACTS[random.randrange(1, 1000) - 1],
        legal_hold=legal_hold,
        litigation=litigation,
        attributes=random.choice(ATTRIBUTES),
        unreadable_end=unreadable_end,
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
