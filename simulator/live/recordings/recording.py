"""One recording of a conversation and what is to become of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from simulator.http.wire import format_instant


class FileState(StrEnum):
    """Where a recording's file is."""

    AVAILABLE = "AVAILABLE"
    ARCHIVED = "ARCHIVED"
    DELETED = "DELETED"


class Media(StrEnum):
    """What was recorded."""

    AUDIO = "audio"
    CHAT = "chat"
    EMAIL = "email"
    MESSAGE = "message"
    SCREEN = "screen"


SUBTYPES = {Media.AUDIO: "Trunk", Media.SCREEN: "Screen"}


@dataclass(slots=True)
class Recording:
    """A recording as Genesys keeps it; a date that is not past is still to come true.

    `deleted_at` is None until the file is gone, which no later change brings back.
    """

    recording_id: str
    conversation_id: str
    media: Media
    created_at: datetime
    sensitive: bool = False
    policy_based: bool = False
    archive_date: datetime | None = None
    delete_date: datetime | None = None
    export_date: datetime | None = None
    deleted_at: datetime | None = None

    @property
    def of_screen(self) -> bool:
        """Whether it shows a screen."""
        return self.media is Media.SCREEN

    def file_state(self, as_of: datetime) -> FileState:
        """Where its file is at that moment."""
        if self.deleted_at is not None and self.deleted_at <= as_of:
            return FileState.DELETED
        if self.archive_date is not None and self.archive_date <= as_of:
            return FileState.ARCHIVED
        return FileState.AVAILABLE

    def dates(self, as_of: datetime) -> dict[str, str]:
        """`archiveDate`, `deleteDate`, `exportDate`, `exportedDate`, as far as there are any."""
        exported = self.export_date is not None and self.export_date <= as_of
        dates = {
            "archiveDate": self.archive_date,
            "deleteDate": self.delete_date,
            "exportDate": self.export_date,
            "exportedDate": self.export_date if exported else None,
        }
        return {name: format_instant(date) for name, date in dates.items() if date is not None}


@dataclass(frozen=True, slots=True)
class RecordingRecord:
    """What a test sees of a recording; `protected` says that its conversation is on legal hold."""

    recording_id: str
    conversation_id: str
    media: Media
    file_state: FileState
    created_at: datetime
    sensitive: bool
    policy_based: bool
    protected: bool
    archive_date: datetime | None
    delete_date: datetime | None
    export_date: datetime | None
