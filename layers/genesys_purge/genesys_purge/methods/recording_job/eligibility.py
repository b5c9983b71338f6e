"""Which conversations a recording job may cover, and why it skips the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from genesys_purge.methods.contract import Noted, Skipped, Sources
from genesys_purge.methods.recording_job.conversations import Conversation
from genesys_purge.methods.recording_job.protection import protection_of
from genesys_purge.model.batch import Entry
from genesys_purge.model.media import with_media
from genesys_purge.model.retention import Kind

PROTECTED, NOT_FOUND = "protected", "not_found"
# How many conversations Genesys can protect, and from which number on the plan warns.
MOST_PROTECTED, WARN_FROM = 1_000, 900


class Judged(NamedTuple):
    """The entries of the eligible conversations, and the others with the reason for each."""

    entries: Sequence[Entry]
    skipped: Sequence[tuple[Conversation, str]]


def skips_of(skipped: Iterable[tuple[Conversation, str]]) -> Iterator[Skipped]:
    """Conversations that are skipped, by reason."""
    ids: defaultdict[str, list[str]] = defaultdict(list)
    for conversation, reason in skipped:
        ids[reason].append(conversation.conversation_id)
    return Skipped.of(ids)


class Eligibility:
    """Judges conversations by retention, legal holds and Genesys's own protection.

    With `oldest`, conversations that started then or earlier are skipped. `protected` counts those
    that Genesys protects.
    """

    def __init__(self, kind: Kind, sources: Sources, oldest: datetime | None = None) -> None:
        self._kind = kind
        self._sources = sources
        self._oldest = oldest
        self.protected: int = (sources.after or {}).get("protected", 0)

    def judge(self, conversations: Sequence[Conversation]) -> Judged:
        """Asks Genesys for protection only of conversations that pass all other checks."""
        entries, skipped = {}, []
        for each in conversations:
            judged = self._judge(each)
            if isinstance(judged, str):
                skipped.append((each, judged))
            else:
                entries[judged.conversation_id] = judged
        found = protection_of(list(entries), self._sources.genesys)
        reasons = dict.fromkeys(found.unknown, NOT_FOUND)
        reasons |= dict.fromkeys(found.protected.intersection(entries), PROTECTED)
        self.protected += len(found.protected.intersection(entries))
        skipped += [
            (each, reasons[each.conversation_id])
            for each in conversations
            if each.conversation_id in reasons
        ]
        return Judged([entries[each] for each in entries if each not in reasons], skipped)

    def notes(self) -> Iterator[Noted]:
        """A warning if the judged conversations nearly exhaust Genesys's protection."""
        if self.protected >= WARN_FROM:
            yield Noted(
                f"Genesys protects {self.protected} of these conversations; it can protect "
                f"{MOST_PROTECTED:,} in an organisation",
                "ProtectedConversations",
                self.protected,
            )

    def _judge(self, conversation: Conversation) -> Entry | str:
        """The conversation as an entry of a manifest, or the reason to skip it."""
        conversation_id, start, end, media_types = conversation
        sources = self._sources
        if end is None or end < start:
            return "too_young"
        if any(hold.holds_record(conversation_id, end) for hold in sources.holds):
            return "legal_hold"
        # A job takes the recordings of every medium, not only of those that the request names.
        policy = sources.matrix.policy(with_media(self._kind, media_types))
        if policy is None or not policy.is_met(end, sources.now):
            return "too_young"
        if self._oldest is not None and start <= self._oldest:
            return "over_five_years"
        return Entry(conversation_id, end, None, start, media_types)
