"""The recordings of every conversation, generated on first use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from simulator.live.recordings.generation import make_recordings
from simulator.live.recordings.recording import FileState, Recording, RecordingRecord
from simulator.organisation.corpus import Corpus
from simulator.organisation.words import GONE


class Recordings:
    """All recordings; not thread-safe."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._made: dict[str, tuple[Recording, ...]] = {}
        self._scheduled: dict[str, Recording] = {}

    def of(self, conversation_id: str) -> tuple[Recording, ...]:
        """A conversation's recordings, even deleted ones; none for an unknown conversation."""
        if conversation_id not in self._made:
            conversation = self._corpus.get(conversation_id)
            if conversation is None:
                return ()
            self._made[conversation_id] = make_recordings(conversation)
        return self._made[conversation_id]

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

    def settle(self, now: datetime) -> None:
        """Deletes the recordings whose delete date is reached, unless they are protected."""
        for recording in list(self._scheduled.values()):
            date = recording.delete_date
            if date is not None and date <= now and not self.protected(recording):
                recording.deleted_at = recording.deleted_at or date
                del self._scheduled[recording.recording_id]

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
