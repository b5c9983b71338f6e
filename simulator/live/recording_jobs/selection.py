"""Selects the recordings of a job's query."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from simulator.live.conversations.index import ConversationIndex
from simulator.live.recording_jobs.query import RecordingJobsQuery
from simulator.live.recordings.recording import FileState, Recording
from simulator.live.recordings.recordings import Recordings
from simulator.organisation.conversation import Conversation
from simulator.organisation.deviations import Deviation, Deviations


@dataclass(frozen=True)
class Selection:
    """The recordings to process, in order, and the number of skipped recordings."""

    recordings: tuple[Recording, ...]
    skipped: int

    @cached_property
    def conversations(self) -> int:
        """The number of conversations that have these recordings."""
        return len({each.conversation_id for each in self.recordings})


class Selector:
    """Selects recordings that are older than the lag."""

    def __init__(
        self,
        index: ConversationIndex,
        recordings: Recordings,
        lag: timedelta,
        deviations: Deviations,
    ) -> None:
        self._index = index
        self._recordings = recordings
        self._lag = lag
        self._deviations = deviations

    def select(self, query: RecordingJobsQuery, now: datetime) -> Selection:
        """The recordings that the query finds now, without deleted ones."""
        deviation = self._deviations.for_job()
        found = [
            recording
            for conversation_id in self._covered(query, deviation, now)
            for recording in self._recordings.to_change(conversation_id)
            if recording.created_at + self._lag <= now
        ]
        chosen = tuple(each for each in found if self._chosen(query, each, now))
        return Selection(chosen, len(found) - len(chosen))

    def _covered(
        self, query: RecordingJobsQuery, deviation: Deviation, now: datetime
    ) -> Iterable[str]:
        """The ids of the conversations that the job covers, each once."""
        found = (each.conversation_id for each in self._conversations(query, deviation, now))
        covered = dict.fromkeys((*found, *deviation.adds))
        return (each for each in covered if each not in deviation.leaves_out)

    def _chosen(self, query: RecordingJobsQuery, recording: Recording, now: datetime) -> bool:
        deleted = self._recordings.file_state(recording, now) is FileState.DELETED
        return query.includes(recording) and not deleted

    def _conversations(
        self, query: RecordingJobsQuery, deviation: Deviation, now: datetime
    ) -> Sequence[Conversation]:
        search, aged = query.conversation_query, query.aged_conversation_interval
        if search is None:
            if aged is None:
                return []
            return self._index.active_within(aged, now, started_that_day=False)
        that_day = search.start_of_day_interval_matching and not deviation.ignores_start_of_day
        found = self._index.active_within(search.interval, now, started_that_day=that_day)
        return search.select(found)[: search.limit]
