"""Finds the conversations of an interval."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from simulator.live.interval import Interval, midnight
from simulator.organisation.conversation import Conversation
from simulator.organisation.corpus import Corpus


class ConversationIndex:
    """The conversations that no job has deleted, by start time and id."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus

    def known(self, conversation_id: str, as_of: datetime) -> Conversation | None:
        """The conversation, unless a job deleted it."""
        conversation = self._corpus.get(conversation_id)
        if conversation is None:
            return None
        found = self._corpus.undeleted([conversation], as_of)
        return found[0] if found else None

    def all_of(self, ids: Iterable[str]) -> list[Conversation]:
        """The conversations with these ids, even deleted ones."""
        found = (self._corpus.get(each) for each in ids)
        return [each for each in found if each is not None]

    def started_on_days_of(self, interval: Interval, as_of: datetime) -> list[Conversation]:
        """The conversations that started on a day of the interval."""
        days = interval.days_touched
        return self._corpus.undeleted(self._corpus.started_within(days.start, days.end), as_of)

    def active_within(
        self, interval: Interval, as_of: datetime, *, started_that_day: bool
    ) -> list[Conversation]:
        """The conversations with activity in the interval.

        With `started_that_day`, conversations that started before its first day are left out.
        """
        found = self._corpus.active_within(interval.start, interval.end)
        if started_that_day:
            first_day = midnight(interval.start)
            found = [each for each in found if each.start >= first_day]
        return self._corpus.undeleted(found, as_of)
