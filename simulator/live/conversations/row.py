"""A conversation as a row of the live analytics."""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID

from simulator.http.wire import format_instant
from simulator.live.conversations.traits import segments_of, traits_of
from simulator.organisation.conversation import Conversation

OF_PARTICIPANT = {
    "customer": ("purpose", "externalContactId"),
    "agent": ("purpose", "userId"),
}
OF_SESSION = ("mediaType", "messageType", "direction")
OF_SEGMENT = ("segmentType", "queueId", "wrapUpCode")


def row_of(conversation: Conversation, *, recorded: bool) -> dict[str, object]:
    """The row; `conversationEnd` is absent before the end."""
    traits = traits_of(conversation)
    segments = segments_of(conversation, traits, recorded=recorded)
    row: dict[str, object] = {
        "conversationId": conversation.conversation_id,
        "conversationStart": format_instant(conversation.start),
        "divisionIds": [traits.division_id],
        "originatingDirection": traits.direction,
        "participants": [_participant(conversation, each) for each in segments],
    }
    if conversation.end is None:
        return row
    return row | {"conversationEnd": format_instant(conversation.end)}


def _participant(conversation: Conversation, segment: dict[str, str]) -> dict[str, object]:
    purpose = segment["purpose"]
    return {
        "participantId": _uuid(f"participant {purpose}", conversation),
        **_picked(segment, OF_PARTICIPANT[purpose]),
        "sessions": [_session(conversation, segment)],
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
