"""A conversation as a row of the live analytics."""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID

from simulator.http.wire import format_instant
from simulator.live.conversations.traits import segments_of, traits_of
from simulator.live.recordings.generation import is_recorded
from simulator.organisation.conversation import Conversation

OF_PARTICIPANT = {
    "customer": ("purpose", "externalContactId"),
    "agent": ("purpose", "userId"),
}
OF_SESSION = ("mediaType", "messageType", "direction")
OF_SEGMENT = ("segmentType", "queueId", "wrapUpCode")


def row_of(conversation: Conversation, *, with_attributes: bool = False) -> dict[str, object]:
    """The row; `conversationEnd` is absent before the end.

    With attributes, the customer has those of the conversation, and the agent has none.
    """
    traits = traits_of(conversation)
    segments = segments_of(conversation, traits, recorded=is_recorded(conversation))
    row: dict[str, object] = {
        "conversationId": conversation.conversation_id,
        "conversationStart": format_instant(conversation.start),
        "divisionIds": [traits.division_id],
        "originatingDirection": traits.direction,
        "participants": [
            _participant(conversation, each, with_attributes=with_attributes) for each in segments
        ],
    }
    if conversation.end is None:
        return row
    return row | {"conversationEnd": format_instant(conversation.end)}


def _participant(
    conversation: Conversation, segment: dict[str, str], *, with_attributes: bool
) -> dict[str, object]:
    purpose = segment["purpose"]
    participant: dict[str, object] = {
        "participantId": _uuid(f"participant {purpose}", conversation),
        **_picked(segment, OF_PARTICIPANT[purpose]),
        "sessions": [_session(conversation, segment)],
    }
    if not with_attributes:
        return participant
    return participant | {"attributes": _attributes(conversation) if purpose == "customer" else {}}


def _attributes(conversation: Conversation) -> dict[str, str]:
    return {
        name: str(value).lower() if isinstance(value, bool) else value
        for name, value in conversation.attributes.items()
    }


def _session(conversation: Conversation, segment: dict[str, str]) -> dict[str, object]:
    return {
        "sessionId": _uuid(f"session {segment['purpose']}", conversation),
        **_picked(segment, OF_SESSION),
        "recording": "recording" in segment,
        "segments": [_segment(conversation, segment)],
    }


def _segment(conversation: Conversation, segment: dict[str, str]) -> dict[str, object]:
    found = _picked(segment, OF_SEGMENT)
    found["segmentStart"] = format_instant(conversation.start)
    if conversation.end is not None:
        found["segmentEnd"] = format_instant(conversation.end)
    return found


def _picked(segment: dict[str, str], names: tuple[str, ...]) -> dict[str, object]:
    return {name: segment[name] for name in names if name in segment}


def _uuid(what: str, conversation: Conversation) -> str:
    digest = sha256(f"{what} {conversation.conversation_id}".encode()).digest()
    return str(UUID(bytes=digest[:16], version=4))
