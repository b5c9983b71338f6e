"""Which conversations a recording job may be about, and why the others are skipped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from genesys_purge.methods.contract import Noted, Sources
from genesys_purge.methods.recording_job.conversations import Conversation
from genesys_purge.methods.recording_job.protection import protection_of
from genesys_purge.model.batch import Entry
from genesys_purge.model.media import of_media
from genesys_purge.model.retention import Kind

PROTECTED, NOT_FOUND = "protected", "not_found"
MOST_PROTECTED, NEARLY_ALL = 1_000, 900


class Judged(NamedTuple):
    """The entries of those that may be taken, and each of the others with its reason."""

    entries: Sequence[Entry]
    skipped: Sequence[tuple[Conversation, str]]


class Eligibility:
    """Judges conversations by retention, holds and Genesys's own protection, and counts the last.

    What started at `oldest` or before is left alone, where that is given.
    """

    def __init__(self, kind: Kind, sources: Sources, oldest: datetime | None = None) -> None:
        self._kind = kind
        self._sources = sources
        self._oldest = oldest
        self._protected = 0

    def judge(self, conversations: Sequence[Conversation]) -> Judged:
        """Those that are protected are told only of what is eligible but for that."""
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
        self._protected += len(found.protected.intersection(entries))
        skipped += [
            (each, reasons[each.conversation_id])
            for each in conversations
            if each.conversation_id in reasons
        ]
        return Judged([entries[each] for each in entries if each not in reasons], skipped)

    def notes(self) -> Iterator[Noted]:
        """A warning where Genesys's protection is nearly used up by what was judged so far."""
        if self._protected >= NEARLY_ALL:
            yield Noted(
                f"Genesys protects {self._protected} of these; it protects at most "
                f"{MOST_PROTECTED:,} in an organisation",
                "ProtectedConversations",
                self._protected,
            )

    def _judge(self, conversation: Conversation) -> Entry | str:
        """The conversation as an entry of a manifest, or the reason why it is skipped."""
        conversation_id, start, end, media_types = conversation
        sources = self._sources
        if end is None or end < start:
            return "too_young"
        if any(hold.holds_record(conversation_id, end) for hold in sources.holds):
            return "legal_hold"
        # A conversation has media beside those asked for, and all its recordings are taken.
        policy = sources.matrix.policy(of_media(self._kind, media_types))
        if policy is None or not policy.is_met(end, sources.now):
            return "too_young"
        if self._oldest is not None and start <= self._oldest:
            return "over_five_years"
        return Entry(conversation_id, end, None, start, media_types)
