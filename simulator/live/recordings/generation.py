"""Generates the recordings of a conversation, always the same ones for its id."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from simulator.live.recordings.recording import Media, Recording
from simulator.organisation.conversation import Conversation
from simulator.organisation.words import ConversationStatus, MediaType

MEDIA = {
    MediaType.VOICE: Media.AUDIO,
    MediaType.CALLBACK: Media.AUDIO,
    MediaType.EMAIL: Media.EMAIL,
    MediaType.CHAT: Media.CHAT,
    MediaType.SMS: Media.MESSAGE,
    MediaType.SOCIAL: Media.MESSAGE,
}
ARCHIVED_AFTER = timedelta(days=30)

# Shares of 256.
SECOND = 64
SCREEN = 26
NONE = 96
SENSITIVE = 13
POLICY_BASED = 77
ARCHIVED = 51


def is_recorded(conversation: Conversation) -> bool:
    """Whether the conversation has any recording."""
    active = conversation.status is ConversationStatus.ACTIVE
    return not active and any(True for _ in _kinds(conversation))


def make_recordings(conversation: Conversation) -> tuple[Recording, ...]:
    """One or two recordings of a call, at most one of other media, sometimes the agent's screen."""
    if conversation.status is ConversationStatus.ACTIVE:
        return ()
    kinds = enumerate(_kinds(conversation))
    return tuple(_recording(conversation, number, media) for number, media in kinds)


def _kinds(conversation: Conversation) -> Iterator[Media]:
    digest = sha256(f"kinds {conversation.conversation_id}".encode()).digest()
    media = MEDIA[conversation.media_type]
    if conversation.media_type is MediaType.VOICE:
        yield media
        if digest[0] < SECOND:
            yield media
    elif digest[0] >= NONE:
        yield media
    if digest[1] < SCREEN:
        yield Media.SCREEN


def _recording(conversation: Conversation, number: int, media: Media) -> Recording:
    digest = sha256(f"recording {number} {conversation.conversation_id}".encode()).digest()
    created_at = conversation.end or conversation.start
    return Recording(
        recording_id=str(UUID(bytes=digest[:16], version=4)),
        conversation_id=conversation.conversation_id,
        media=media,
        created_at=created_at,
        sensitive=digest[16] < SENSITIVE,
        policy_based=digest[17] < POLICY_BASED,
        archive_date=created_at + ARCHIVED_AFTER if digest[18] < ARCHIVED else None,
    )
