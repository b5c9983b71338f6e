"""The media of a conversation and the media that they include."""

from __future__ import annotations

from collections.abc import Iterable

from genesys_purge.model.retention import Kind

VOICE, MESSAGE = "voice", "message"
# The other media that the live platform reports under a medium.
INCLUDED = {VOICE: frozenset({"callback"}), MESSAGE: frozenset({"sms", "social"})}


def with_media(kind: Kind, media: Iterable[str] = ()) -> Kind:
    """The kind with the record's `media`, so that the retention rules for all of them match.

    For example, `voice` adds `callback`. A kind without media is returned unchanged.
    """
    if not kind.get("interactionType"):
        return kind
    named = kind["interactionType"].union(media)
    included = [INCLUDED.get(each.casefold(), frozenset()) for each in named]
    return {**kind, "interactionType": named.union(*included)}
