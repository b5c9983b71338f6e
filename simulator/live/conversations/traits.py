"""The properties of a conversation that only the live dialect has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from simulator.organisation.conversation import Conversation
from simulator.organisation.words import MediaType

SOCIAL = ("facebook", "instagram", "whatsapp")
DIRECTIONS = ("inbound", "inbound", "outbound")
DIVISIONS = 2
USERS = 20
WRAP_UP_CODES = 6


@dataclass(frozen=True, slots=True)
class Traits:
    """The live properties; `message_type` is None for other media than messages."""

    media_type: str
    message_type: str | None
    direction: str
    division_id: str
    user_id: str
    wrap_up_code: str


def traits_of(conversation: Conversation) -> Traits:
    """The properties, derived from the corpus and from the conversation's id."""
    digest = sha256(f"traits {conversation.conversation_id}".encode()).digest()
    media_type, message_type = _media(conversation.media_type, digest[0])
    return Traits(
        media_type=media_type,
        message_type=message_type,
        direction=DIRECTIONS[digest[1] % len(DIRECTIONS)],
        division_id=f"division-{digest[2] % DIVISIONS + 1}",
        user_id=f"user-{digest[3] % USERS + 1}",
        wrap_up_code=f"wrap-up-{digest[4] % WRAP_UP_CODES + 1}",
    )


def _media(media_type: MediaType, digest: int) -> tuple[str, str | None]:
    match media_type:
        case MediaType.SMS:
            return "message", "sms"
        case MediaType.SOCIAL:
            return "message", SOCIAL[digest % len(SOCIAL)]
        case _:
            return media_type.value, None


def segments_of(
    conversation: Conversation, traits: Traits, *, recorded: bool
) -> Iterator[dict[str, str]]:
    """The customer's and the agent's segment, each by dimension."""
    common = {
        "mediaType": traits.media_type,
        "direction": traits.direction,
        "queueId": conversation.queue_id,
        "segmentType": "interact",
    }
    if traits.message_type is not None:
        common["messageType"] = traits.message_type
    if conversation.external_contact_id is not None:
        common["externalContactId"] = conversation.external_contact_id
    if recorded:
        common["recording"] = "true"
    yield common | {"purpose": "customer"}
    yield common | {
        "purpose": "agent",
        "userId": traits.user_id,
        "wrapUpCode": traits.wrap_up_code,
    }
