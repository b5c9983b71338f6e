"""The body that creates a recording job: which recordings, which action, and when."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from simulator.http.answer import Refusal
from simulator.http.wire import Body, Instant
from simulator.live.conversations.search import AsyncSearch
from simulator.live.interval import WireInterval
from simulator.live.listing import BAD_REQUEST
from simulator.live.recordings.recording import Recording
from simulator.organisation.live_settings import FIVE_YEARS_OF_DAYS

AGED = timedelta(days=FIVE_YEARS_OF_DAYS)
SIX_MONTHS = timedelta(days=184)


class Action(StrEnum):
    """The action of a job on each recording."""

    ARCHIVE = "ARCHIVE"
    DELETE = "DELETE"
    EXPORT = "EXPORT"


class RecordingJobsQuery(Body):
    """The body; snippets can be included, but no simulated conversation has one."""

    action: Action
    action_date: Instant | None = None
    action_age: int | None = Field(default=None, ge=0)
    screen_recording_action_date: Instant | None = None
    screen_recording_action_age: int | None = Field(default=None, ge=0)
    integration_id: str | None = Field(default=None, min_length=1)
    include_recordings_with_sensitive_data: bool = False
    include_screen_recordings: bool = True
    include_policy_based_recordings: bool = True
    include_snippet_recordings: bool = True
    clear_export: bool = False
    conversation_query: AsyncSearch | None = None
    aged_conversation_interval: WireInterval | None = None

    @model_validator(mode="after")
    def _consistent(self) -> RecordingJobsQuery:
        for wrong, message in self._contradictions():
            if wrong:
                raise PydanticCustomError("contradiction", message)
        return self

    def _contradictions(self) -> tuple[tuple[bool, str], ...]:
        dated, aged = self.action_date is not None, self.action_age is not None
        screen_dated = self.screen_recording_action_date is not None
        screen_aged = self.screen_recording_action_age is not None
        exports = self.action is Action.EXPORT
        queried = self.conversation_query is not None
        return (
            (dated is aged, "needs either actionDate or actionAge"),
            (screen_dated and screen_aged, "screen recordings have either a date or an age"),
            (
                (screen_dated or screen_aged) and not self.include_screen_recordings,
                "a date or an age of screen recordings needs includeScreenRecordings",
            ),
            (
                exports is (self.integration_id is None),
                "EXPORT needs integrationId, other actions must not have it",
            ),
            (
                self.clear_export and self.action is not Action.DELETE,
                "only DELETE can have clearExport",
            ),
            (
                queried is (self.aged_conversation_interval is not None),
                "needs either conversationQuery or agedConversationInterval",
            ),
        )

    def require_aged(self, now: datetime) -> None:
        """Refuses with 400 an agedConversationInterval that is too young or too long."""
        interval = self.aged_conversation_interval
        if interval is None:
            return
        if interval.end > now - AGED:
            message = "agedConversationInterval: must end more than 5 years ago"
            raise Refusal(400, message, code=BAD_REQUEST)
        if interval.length > SIX_MONTHS:
            message = "agedConversationInterval: must not be longer than 6 months"
            raise Refusal(400, message, code=BAD_REQUEST)

    def includes(self, recording: Recording) -> bool:
        """Whether the job includes this recording."""
        return (
            (self.include_recordings_with_sensitive_data or not recording.sensitive)
            and (self.include_screen_recordings or not recording.of_screen)
            and (self.include_policy_based_recordings or not recording.policy_based)
        )

    def date_for(self, recording: Recording) -> datetime:
        """When the action takes effect for the recording."""
        date, age = self.action_date, self.action_age
        if recording.of_screen and self.screen_recording_action_date is not None:
            date = self.screen_recording_action_date
        elif recording.of_screen and self.screen_recording_action_age is not None:
            date, age = None, self.screen_recording_action_age
        return date or recording.created_at + timedelta(days=age or 0)
