"""Selects the recordings of a job's query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from simulator.live.conversations.index import ConversationIndex
from simulator.live.recording_jobs.query import RecordingJobsQuery
from simulator.live.recordings.recording import FileState, Recording
from simulator.live.recordings.recordings import Recordings
from simulator.organisation.conversation import Conversation


@dataclass(frozen=True, slots=True)
class Selection:
    """The recordings to process, in order, and the number of skipped recordings."""

    recordings: tuple[Recording, ...]
    skipped: int

    @property
    def conversations(self) -> int:
        """The number of conversations that have these recordings."""
        return len({each.conversation_id for each in self.recordings})


class Selector:
    """Selects recordings that are older than the lag."""

    def __init__(self, index: ConversationIndex, recordings: Recordings, lag: timedelta) -> None:
        self._index = index
        self._recordings = recordings
        self._lag = lag

    def select(self, query: RecordingJobsQuery, now: datetime) -> Selection:
        """The recordings that the query finds now, without deleted ones."""
        found = [
            recording
            for conversation in self._conversations(query, now)
            for recording in self._recordings.of(conversation.conversation_id)
            if recording.created_at + self._lag <= now
        ]
        chosen = tuple(each for each in found if self._chosen(query, each, now))
        return Selection(chosen, len(found) - len(chosen))

    def _chosen(self, query: RecordingJobsQuery, recording: Recording, now: datetime) -> bool:
        deleted = self._recordings.file_state(recording, now) is FileState.DELETED
        return query.includes(recording) and not deleted

    def _conversations(self, query: RecordingJobsQuery, now: datetime) -> list[Conversation]:
        search, aged = query.conversation_query, query.aged_conversation_interval
        if search is None:
            if aged is None:
                return []
            return self._index.active_within(aged, now, started_that_day=False)
        found = self._index.active_within(
            search.interval, now, started_that_day=search.start_of_day_interval_matching
        )
        accepted = [each for each in found if search.accepts(each, recorded=self._recorded(each))]
        return search.sort(accepted)[: search.limit]

    def _recorded(self, conversation: Conversation) -> bool:
        return bool(self._recordings.of(conversation.conversation_id))
