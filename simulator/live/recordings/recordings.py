"""The recordings of every conversation, generated when they are needed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from heapq import heappop, heappush
from itertools import groupby

from simulator.live.recordings.generation import make_recordings
from simulator.live.recordings.recording import FileState, Recording, RecordingRecord
from simulator.organisation.corpus import Corpus
from simulator.organisation.words import GONE


class Recordings:
    """All recordings; only those that a job can change are stored. Not thread-safe."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._stored: dict[str, tuple[Recording, ...]] = {}
        self._scheduled: dict[str, Recording] = {}
        # A heap, so that a request does not check every scheduled recording.
        self._dates: list[tuple[datetime, str]] = []
        # Recordings whose date is reached; a hold can keep them here.
        self._suspended: set[str] = set()

    def of(self, conversation_id: str) -> tuple[Recording, ...]:
        """A conversation's recordings, even deleted ones; none for an unknown conversation."""
        if conversation_id in self._stored:
            return self._stored[conversation_id]
        conversation = self._corpus.get(conversation_id)
        return () if conversation is None else make_recordings(conversation)

    def to_change(self, conversation_id: str) -> tuple[Recording, ...]:
        """A conversation's recordings; their changes are visible to every call."""
        found = self.of(conversation_id)
        if found:
            self._stored[conversation_id] = found
        return found

    def created_within(self, start: datetime | None, stop: datetime) -> Iterator[Recording]:
        """Recordings with `start <= creation < stop`, by creation and id, also deleted ones."""
        conversations = self._corpus.last_active_within(start, stop)
        for _, ended_together in groupby(conversations, lambda each: each.last_activity):
            found = (made for each in ended_together for made in self.of(each.conversation_id))
            yield from sorted(found, key=lambda each: each.recording_id)

    def all(self) -> Iterator[Recording]:
        """Every recording, in order of conversations."""
        for conversation_id in self._corpus.ids():
            yield from self.of(conversation_id)

    def file_state(self, recording: Recording, as_of: datetime) -> FileState:
        """The state of the file; it is deleted together with its conversation."""
        if self._corpus.status_of(recording.conversation_id, as_of) in GONE:
            return FileState.DELETED
        return recording.file_state(as_of)

    def protected(self, recording: Recording) -> bool:
        """Whether its conversation is on legal hold."""
        conversation = self._corpus.get(recording.conversation_id)
        return conversation is not None and conversation.legal_hold

    def schedule_deletion(self, recording: Recording, date: datetime, now: datetime) -> None:
        """Sets the delete date; a past date deletes the recording at `now`."""
        recording.delete_date = date
        if date <= now:
            recording.deleted_at = recording.deleted_at or now
        else:
            self._scheduled[recording.recording_id] = recording
            heappush(self._dates, (date, recording.recording_id))

    def settle(self, now: datetime) -> None:
        """Deletes the recordings whose delete date is reached, unless they are protected."""
        while self._dates and self._dates[0][0] <= now:
            self._suspended.add(heappop(self._dates)[1])
        for recording_id in list(self._suspended):
            recording = self._scheduled.get(recording_id)
            date = recording.delete_date if recording else None
            if recording is None or date is None or date > now:
                # It is deleted already, or a later job has changed its date.
                self._suspended.remove(recording_id)
            elif not self.protected(recording):
                recording.deleted_at = recording.deleted_at or date
                self._suspended.remove(recording_id)
                del self._scheduled[recording_id]

    def counts(self, now: datetime) -> dict[str, int]:
        """The number of recordings in each file state."""
        found = Counter(self.file_state(each, now) for each in self.all())
        return {state.value: found[state] for state in FileState}

    def records(self, now: datetime) -> list[RecordingRecord]:
        """Snapshots of all recordings."""
        return [self._record(each, now) for each in self.all()]

    def _record(self, recording: Recording, now: datetime) -> RecordingRecord:
        return RecordingRecord(
            recording_id=recording.recording_id,
            conversation_id=recording.conversation_id,
            media=recording.media,
            file_state=self.file_state(recording, now),
            created_at=recording.created_at,
            sensitive=recording.sensitive,
            policy_based=recording.policy_based,
            protected=self.protected(recording),
            archive_date=recording.archive_date,
            delete_date=recording.delete_date,
            export_date=recording.export_date,
        )
