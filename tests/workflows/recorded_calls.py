"""One application for groups of recorded calls; each test uses its own group."""

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

BATCH_SIZE, CALLS, DAYS = 5, 10, 10
SETTINGS = SimulatorSettings(requests_per_second=None, live=LiveSettings(requests_per_minute=None))


class CallGroup(NamedTuple):
    """Ten calls of ten days, in two batches of five; each has at least one recording."""

    app: Application
    number: int

    @property
    def ids(self) -> list[str]:
        return uuids(CALLS, self.number + 1)

    @property
    def oldest(self) -> int:
        """Days before noon; the youngest group ended more than a year ago."""
        return 400 + DAYS * (self.number + 1)

    def request(self, **fields: Any) -> dict[str, Any]:
        """A request for the calls of this group, unless it names others."""
        window = {"dateRange": date_range(self.oldest, self.oldest - DAYS)}
        return recording_job(**({} if "conversationIds" in fields else window) | fields)

    def first_batch(self, **fields: Any) -> dict[str, Any]:
        """A request for the first five calls."""
        return self.request(conversationIds=self.ids[:BATCH_SIZE], **fields)

    def conversations(self) -> Iterator[Conversation]:
        for call, conversation_id in enumerate(self.ids):
            end = days_ago(self.oldest - (call + 0.5) * DAYS / CALLS)
            yield Conversation(conversation_id, start=end, end=end)

    def recordings(self, *states: FileState) -> list[RecordingRecord]:
        """The recordings of the calls, or those in one of the states."""
        return [
            each
            for each in self.app.simulator.recordings
            if each.conversation_id in self.ids and (not states or each.file_state in states)
        ]

    def ids_with(self, *states: FileState) -> set[str]:
        """The calls with a recording in one of the states."""
        return {each.conversation_id for each in self.recordings(*states)}

    def jobs(self) -> list[RecordingJobRecord]:
        """Every job with a recording of the calls, in order of creation."""
        mine = {each.recording_id for each in self.recordings()}
        return [each for each in self.app.simulator.recording_jobs if mine & set(each.target_ids)]


class RecordedCalls:
    """The application that the tests of a module share, and its groups of calls."""

    def __init__(self, app: Application) -> None:
        self.app = app
        self._numbers = count()

    def group(self) -> CallGroup:
        """A group that no test has used; the faults of earlier tests are removed."""
        self.app.simulator.faults.clear()
        return CallGroup(self.app, next(self._numbers))


@contextmanager
def recorded_calls(
    groups: int, settings: SimulatorSettings = SETTINGS, **environment: str
) -> Iterator[RecordedCalls]:
    """A running application with this number of groups."""
    unused: Any = None
    corpus = Corpus.of(
        each for number in range(groups) for each in CallGroup(unused, number).conversations()
    )
    variables = {"BATCH_SIZE": str(BATCH_SIZE), **environment}
    with running(corpus, settings, environment=variables) as app:
        yield RecordedCalls(app)
