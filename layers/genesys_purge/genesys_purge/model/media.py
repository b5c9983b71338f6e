"""The media of conversations, in the words of the live platform and of the documents."""

from __future__ import annotations

from collections.abc import Iterable

from genesys_purge.model.retention import Kind

VOICE, MESSAGE = "voice", "message"
# What else a medium of the live platform carries, in the words that a retention matrix may use.
ALSO = {VOICE: frozenset({"callback"}), MESSAGE: frozenset({"sms", "social"})}


def of_media(kind: Kind, own: Iterable[str] = ()) -> Kind:
    """The kind of a record that has media of its own beside those that its kind names, if any.

    What a medium carries is told by the medium alone, so that the rules of all of it match.
    """
    if not kind.get("interactionType"):
        return kind
    media = kind["interactionType"].union(own)
    carried = [ALSO.get(each.casefold(), frozenset()) for each in media]
    return {**kind, "interactionType": media.union(*carried)}
