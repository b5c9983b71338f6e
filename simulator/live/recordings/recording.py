"""One recording and its dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from simulator.http.wire import format_instant


class FileState(StrEnum):
    """The states of a recording's file."""

    AVAILABLE = "AVAILABLE"
    ARCHIVED = "ARCHIVED"
    DELETED = "DELETED"


class Media(StrEnum):
    """The media of recordings."""

    AUDIO = "audio"
    CHAT = "chat"
    EMAIL = "email"
    MESSAGE = "message"
    SCREEN = "screen"


SUBTYPES = {Media.AUDIO: "Trunk", Media.SCREEN: "Screen"}


@dataclass(slots=True)
class Recording:
    """A recording; a future date takes effect when it is reached.

    `deleted_at` is None until the file is deleted, which is final.
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
        """Whether it is a screen recording."""
        return self.media is Media.SCREEN

    def file_state(self, as_of: datetime) -> FileState:
        """The state of the file at this moment."""
        if self.deleted_at is not None and self.deleted_at <= as_of:
            return FileState.DELETED
        if self.archive_date is not None and self.archive_date <= as_of:
            return FileState.ARCHIVED
        return FileState.AVAILABLE

    def dates(self, as_of: datetime) -> dict[str, str]:
        """`archiveDate`, `deleteDate`, `exportDate` and `exportedDate`, if set."""
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
    """A snapshot of a recording; `protected` means that its conversation is on legal hold."""

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
