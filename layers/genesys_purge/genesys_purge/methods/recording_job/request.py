"""A recording job's request, and the body that creates the job at Genesys."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, StringConstraints

from genesys_purge.methods.contract import Part
from genesys_purge.methods.recording_job.conversations import (
    Filter,
    any_of,
    query_of,
    whole_days,
)
from genesys_purge.model.audited import Audited
from genesys_purge.model.certainty import Certainty, CheckMode
from genesys_purge.model.classification import Classification
from genesys_purge.model.dates import DateRange, Window, zulu
from genesys_purge.model.reach import Reach
from genesys_purge.model.request import PurgeRequest
from genesys_purge.model.wording import UUID

# A manifest of so many entries fits into the memory of a function.
MOST_IN_JOB = 100_000
# The metadata of each are read between the two jobs. What was read is valid for two hours, and
# other batches need calls, too.
MOST_EXPORTED = 5_000
MOST_IDS = 1_000
# Larger batches are verified by a sample, unless the request says otherwise.
MOST_CHECKED = 2_000

ConversationId = Annotated[str, StringConstraints(pattern=UUID, to_lower=True)]
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,100}$")]
Ids = Annotated[tuple[Id, ...], Field(min_length=1, max_length=100)]


class Action(StrEnum):
    """What a job does with each recording."""

    DELETE = "delete"
    ARCHIVE = "archive"
    EXPORT = "export"

    @property
    def done(self) -> str:
        """The word for an executed action."""
        return {"delete": "deleted", "archive": "archived", "export": "exported"}[self]


class MediaType(StrEnum):
    """The channel of a session, in the live platform's words."""

    CALLBACK = "callback"
    CHAT = "chat"
    COBROWSE = "cobrowse"
    EMAIL = "email"
    MESSAGE = "message"
    SCREENSHARE = "screenshare"
    VIDEO = "video"
    VOICE = "voice"


class Direction(StrEnum):
    """Whether a customer or the organisation began the conversation."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class RecordingJobRequest(PurgeRequest):
    """Delete, archive or export recordings of conversations, by date range, by id, or by both."""

    audited: ClassVar[Audited] = Audited(
        selection=(
            *("media_types", "directions", "queue_ids", "user_ids", "wrap_up_codes"),
            *("division_ids", "include_recordings_with_sensitive_data"),
            *("include_screen_recordings", "include_snippet_recordings"),
            "include_policy_based_recordings",
        ),
        options=("action", "export_integration_id", "verify_after_hours", "verification"),
    )

    method: Literal["recording_job"]
    date_range: DateRange | None = None
    conversation_ids: (
        Annotated[tuple[ConversationId, ...], Field(min_length=1, max_length=MOST_IDS)] | None
    ) = None
    media_types: Annotated[tuple[MediaType, ...], Field(min_length=1)] | None = None
    queue_ids: Ids | None = None
    user_ids: Ids | None = None
    directions: Annotated[tuple[Direction, ...], Field(min_length=1)] | None = None
    wrap_up_codes: Ids | None = None
    division_ids: Ids | None = None
    action: Action = Action.DELETE
    include_recordings_with_sensitive_data: bool
    include_screen_recordings: bool
    include_snippet_recordings: bool
    include_policy_based_recordings: bool
    export_integration_id: Id | None = None
    verify_after_hours: Annotated[int, Field(ge=0, le=72)] = 0
    verification: Certainty | None = None
    classification: Classification | None = None

    @property
    def exports_first(self) -> bool:
        """Whether recordings are exported before they are deleted."""
        return self.action is Action.DELETE and self.export_integration_id is not None

    @property
    def most_in_job(self) -> int:
        """The most conversations of a job that does not name them."""
        return MOST_EXPORTED if self.exports_first else MOST_IN_JOB

    @property
    def effect(self) -> str:
        return self.action.done

    def certainty(self, records: int) -> Certainty:
        """How certain the verification of a batch of so many conversations must be."""
        mode = CheckMode.EVERY if records <= MOST_CHECKED else CheckMode.SAMPLE
        return self.verification or Certainty(mode=mode)

    @property
    def narrowing(self) -> dict[str, object]:
        """The fields that select some of the conversations of a date range."""
        return {
            "conversationIds": self.conversation_ids,
            "mediaTypes": self.media_types,
            "queueIds": self.queue_ids,
            "userIds": self.user_ids,
            "directions": self.directions,
            "wrapUpCodes": self.wrap_up_codes,
            "divisionIds": self.division_ids,
        }

    @property
    def conversation_filters(self) -> list[Filter]:
        """The filters on conversations."""
        return _filters({"divisionId": self.division_ids, "originatingDirection": self.directions})

    @property
    def segment_filters(self) -> list[Filter]:
        """The filters on the segments of conversations; one segment has to match them."""
        return _filters(
            {
                "mediaType": self.media_types,
                "queueId": self.queue_ids,
                "userId": self.user_ids,
                "wrapUpCode": self.wrap_up_codes,
            }
        )

    @property
    def excludes(self) -> bool:
        """Whether the request excludes a kind of recording."""
        return not all(self.flags.values())

    @property
    def flags(self) -> dict[str, bool]:
        """The kinds of recordings that the request includes; none has a default."""
        return {
            "includeRecordingsWithSensitiveData": self.include_recordings_with_sensitive_data,
            "includeScreenRecordings": self.include_screen_recordings,
            "includeSnippetRecordings": self.include_snippet_recordings,
            "includePolicyBasedRecordings": self.include_policy_based_recordings,
        }


def job_of(request: RecordingJobRequest, part: Part) -> dict[str, Any]:
    """The body that creates the part's next job, with every conversation or with their interval.

    ValueError for a part without ids, a span or a time: it would cover every conversation.
    """
    if part.span is None or part.at is None or not part.ids:
        raise ValueError("a recording job needs ids, their span and a time")
    return {
        **_action(request, part),
        "actionDate": zulu(part.at),
        **request.flags,
        **_selection(request, part, part.span),
    }


def _selection(request: RecordingJobRequest, part: Part, span: Window) -> dict[str, Any]:
    if part.interval is None:
        query = query_of([any_of("conversationId", part.ids)], [])
        del query["segmentFilters"]
        return {"conversationQuery": {**query, "interval": str(span)}}
    if part.reach is Reach.INTERVAL:
        return {"agedConversationInterval": str(part.interval)}
    query = query_of(request.conversation_filters, request.segment_filters)
    return {"conversationQuery": whole_days(part.interval, query)}


def is_export(request: RecordingJobRequest, part: Part) -> bool:
    """Whether the part's next job is the export before a deletion."""
    return request.exports_first and part.jobs_left > 1


def _action(request: RecordingJobRequest, part: Part) -> dict[str, Any]:
    if request.action is Action.ARCHIVE:
        return {"action": Action.ARCHIVE.upper()}
    if request.action is Action.EXPORT or is_export(request, part):
        return {"action": Action.EXPORT.upper(), "integrationId": request.export_integration_id}
    return {"action": Action.DELETE.upper(), "clearExport": False}


def _filters(wanted: Mapping[str, tuple[str, ...] | None]) -> list[Filter]:
    return [any_of(dimension, values) for dimension, values in wanted.items() if values]
