"""One application over many slots of recorded conversations, as the live platform names them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any, NamedTuple

from simulator import Conversation, Corpus, SimulatorSettings
from simulator.live.recording_jobs.job import RecordingJobRecord
from simulator.live.recordings.recording import FileState, RecordingRecord
from simulator.organisation.live_settings import LiveSettings
from tests.application import Application, running
from tests.builders import date_range, days_ago, recording_job, uuids

BATCH_SIZE, RECORDS, DAYS = 5, 10, 10
UNLIMITED = LiveSettings(requests_per_minute=None)
SETTINGS = SimulatorSettings(requests_per_second=None, live=UNLIMITED)


class RecordingSlot(NamedTuple):
    """Ten calls of ten days, two batches of five; every one has a recording or more."""

    app: Application
    number: int

    @property
    def ids(self) -> list[str]:
        return uuids(RECORDS, self.number + 1)

    @property
    def oldest(self) -> int:
        """Days before noon; the youngest slot ended a year and more ago."""
        return 400 + DAYS * (self.number + 1)

    def request(self, **fields: Any) -> dict[str, Any]:
        """A request for exactly this slot's conversations."""
        window = {"dateRange": date_range(self.oldest, self.oldest - DAYS)}
        return recording_job(**({} if "conversationIds" in fields else window) | fields)

    def conversations(self) -> Iterator[Conversation]:
        for record, conversation_id in enumerate(self.ids):
            end = days_ago(self.oldest - (record + 0.5) * DAYS / RECORDS)
            yield Conversation(conversation_id, start=end, end=end)

    def recordings(self, *states: FileState) -> list[RecordingRecord]:
        """Those of the slot's conversations, or of them those in one of the states."""
        return [
            each
            for each in self.app.simulator.recordings
            if each.conversation_id in self.ids and (not states or each.file_state in states)
        ]

    def jobs(self) -> list[RecordingJobRecord]:
        """Every job about one of the slot's recordings, in order."""
        mine = {each.recording_id for each in self.recordings()}
        return [each for each in self.app.simulator.recording_jobs if mine & set(each.target_ids)]


class RecordingScene:
    """The application of a module's tests."""

    def __init__(self, app: Application) -> None:
        self.app = app
        self._numbers = count()

    def slot(self) -> RecordingSlot:
        """A slot that no test has had; whatever faults another left are forgotten."""
        self.app.simulator.faults.clear()
        return RecordingSlot(self.app, next(self._numbers))


@contextmanager
def recorded(
    settings: SimulatorSettings = SETTINGS, slots: int = 60, **environment: str
) -> Iterator[RecordingScene]:
    """A running application over so many slots."""
    empty: Any = None
    corpus = Corpus.of(
        each for number in range(slots) for each in RecordingSlot(empty, number).conversations()
    )
    variables = {"BATCH_SIZE": str(BATCH_SIZE), **environment}
    with running(corpus, settings, environment=variables) as app:
        yield RecordingScene(app)
