"""Finds the conversations of an interval."""

from __future__ import annotations

from bisect import bisect_left
from datetime import datetime

from simulator.live.interval import Interval, midnight
from simulator.organisation.conversation import Conversation
from simulator.organisation.corpus import Corpus


class ConversationIndex:
    """All conversations by start time; built on first use, because none is added later."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._starts: list[datetime] = []
        self._ids: list[str] = []

    def known(self, conversation_id: str, as_of: datetime) -> Conversation | None:
        """The conversation, unless a job deleted it."""
        conversation = self._corpus.get(conversation_id)
        if conversation is None:
            return None
        status = self._corpus.status_of(conversation_id, as_of)
        return conversation if status is conversation.status else None

    def started_on_days_of(self, interval: Interval, as_of: datetime) -> list[Conversation]:
        """The conversations that started on a day of the interval."""
        days = interval.days_touched
        return self._started(days.start, days.end, as_of)

    def active_within(
        self, interval: Interval, as_of: datetime, *, started_that_day: bool
    ) -> list[Conversation]:
        """The conversations with activity in the interval.

        With `started_that_day`, conversations that started before its first day are left out.
        """
        earliest = midnight(interval.start) if started_that_day else None
        found = self._started(earliest, interval.end, as_of)
        return [each for each in found if (each.end or each.start) >= interval.start]

    def _started(
        self, start: datetime | None, stop: datetime, as_of: datetime
    ) -> list[Conversation]:
        if not self._ids:
            rows = sorted((each.start, each.conversation_id) for each in self._corpus)
            self._starts = [start for start, _ in rows]
            self._ids = [conversation_id for _, conversation_id in rows]
        first = 0 if start is None else bisect_left(self._starts, start)
        ids = self._ids[first : bisect_left(self._starts, stop)]
        return [found for each in ids if (found := self.known(each, as_of))]
