"""The metadata of a conversation's recordings, and the recordings over a retention threshold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import NamedTuple

from simulator.http.answer import Answer, Refusal
from simulator.http.permissions import every
from simulator.http.request import Request
from simulator.http.routing import Route
from simulator.http.wire import format_instant
from simulator.live.listing import BAD_REQUEST, number_in
from simulator.live.recordings.recording import SUBTYPES, FileState, Recording
from simulator.live.recordings.recordings import Recordings
from simulator.organisation.corpus import Corpus
from simulator.organisation.settings import SimulatorSettings
from simulator.organisation.words import Operation

METADATA = "/api/v2/conversations/{conversationId}/recordingmetadata"
RETENTION = "/api/v2/recordings/retention/query"
PERMISSIONS = every("recording:recording:view")
LARGEST_PAGE = 500
DEFAULT_PAGE = 25
LONGEST = 36_500
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Place(NamedTuple):
    """The place of a recording in the order of the retention query."""

    created_at: datetime
    recording_id: str


class RecordingMetadata:
    """A deleted file still reads as before until the verification lag is over."""

    def __init__(self, corpus: Corpus, recordings: Recordings, settings: SimulatorSettings) -> None:
        self._corpus = corpus
        self._recordings = recordings
        self._settings = settings

    def routes(self) -> tuple[Route, ...]:
        """Metadata and retention."""
        read, query = Operation.READ_RECORDING_METADATA, Operation.QUERY_RECORDING_RETENTION
        return (
            Route("GET", METADATA, self.of_conversation, read, permissions=PERMISSIONS),
            Route("GET", RETENTION, self.over_threshold, query, permissions=PERMISSIONS),
        )

    def of_conversation(self, request: Request) -> Answer:
        """`[{id, conversationId, media, fileState, ...dates}]`; 404 for an unknown conversation."""
        conversation_id = request.parameters["conversationId"]
        if conversation_id not in self._corpus:
            raise Refusal(404, "The conversation was not found", entity_id=conversation_id)
        as_of = request.at - self._settings.verification_lag
        found = self._recordings.of(conversation_id)
        forgets = self._settings.live.forgets_deleted_recordings
        kept = (each for each in found if not (forgets and self._gone(each, as_of)))
        return Answer.json(200, [self._row(each, as_of) for each in kept])

    def over_threshold(self, request: Request) -> Answer:
        """`{entities, nextUri?}` of recordings over `?retentionThresholdDays=`, oldest first."""
        days = number_in(request, "retentionThresholdDays", most=LONGEST)
        size = number_in(request, "pageSize", DEFAULT_PAGE, most=LARGEST_PAGE)
        found = self._after(_cursor_in(request), request.at - timedelta(days=days), request.at)
        page = list(islice(found, size))
        payload: dict[str, object] = {"entities": [_retention(each, request.at) for each in page]}
        if next(found, None) is not None:
            query = f"retentionThresholdDays={days}&pageSize={size}&cursor={_cursor(page[-1])}"
            payload["nextUri"] = f"{RETENTION}?{query}"
        return Answer.json(200, payload)

    def _after(self, last: Place | None, stop: datetime, now: datetime) -> Iterator[Recording]:
        """The undeleted recordings created before `stop`, after the last one of a page."""
        for each in self._recordings.created_within(last.created_at if last else None, stop):
            if (last is None or _place(each) > last) and not self._gone(each, now):
                yield each

    def _gone(self, recording: Recording, as_of: datetime) -> bool:
        return self._recordings.file_state(recording, as_of) is FileState.DELETED

    def _row(self, recording: Recording, as_of: datetime) -> dict[str, object]:
        uri = f"/api/v2/conversations/{recording.conversation_id}"
        row: dict[str, object] = {
            "id": recording.recording_id,
            "conversationId": recording.conversation_id,
            "media": recording.media,
            "fileState": self._recordings.file_state(recording, as_of),
            "region": self._settings.live.region,
            "selfUri": f"{uri}/recordings/{recording.recording_id}",
            **recording.dates(as_of),
        }
        subtype = SUBTYPES.get(recording.media)
        return row if subtype is None else row | {"mediaSubtype": subtype}


def _place(recording: Recording) -> Place:
    return Place(recording.created_at, recording.recording_id)


def _cursor(recording: Recording) -> str:
    microseconds = (recording.created_at - EPOCH) // timedelta.resolution
    return f"{microseconds}.{recording.recording_id}"


def _cursor_in(request: Request) -> Place | None:
    if "cursor" not in request.query:
        return None
    microseconds, _, recording_id = request.query["cursor"].partition(".")
    try:
        return Place(EPOCH + int(microseconds) * timedelta.resolution, recording_id)
    except (ValueError, OverflowError):
        raise Refusal(400, "cursor: is not of this query", code=BAD_REQUEST) from None


def _retention(recording: Recording, now: datetime) -> dict[str, object]:
    return {
        "conversationId": recording.conversation_id,
        "recordingId": recording.recording_id,
        "creationTime": format_instant(recording.created_at),
        **recording.dates(now),
    }
