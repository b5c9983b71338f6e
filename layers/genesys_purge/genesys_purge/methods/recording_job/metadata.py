"""The metadata of a conversation's recordings, which say what happened to each one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from genesys_purge.errors import NotAtGenesys, UnreadableAnswer
from genesys_purge.methods.contract import Part
from genesys_purge.methods.recording_job.listed_job import CLOCKS_DIFFER
from genesys_purge.methods.recording_job.pages import entities_in
from genesys_purge.methods.recording_job.request import Action
from genesys_purge.model.dates import instant_in
from genesys_purge.model.platform import LIVE
from genesys_purge.operation import Missing, Operation
from genesys_purge.ports import Genesys

METADATA = Operation(
    "GET",
    "/api/v2/conversations/{conversation_id}/recordingmetadata",
    permissions=("recording:recording:view",),
    lists=True,
    dialect=LIVE,
    missing=Missing.ENTITY,
)

PRESENT = frozenset({"AVAILABLE", "ARCHIVED", "RESTORED"})
Row = Mapping[str, Any]
Test = Callable[[Row], bool]


def rows_of(conversation_id: str, genesys: Genesys) -> list[Row]:
    """One row for each recording; none if Genesys has no metadata, because it has no recordings."""
    try:
        answer = genesys.read(METADATA, conversation_id=conversation_id)
    except NotAtGenesys:
        return []
    rows: list[Row] = [row if isinstance(row, dict) else {} for row in entities_in(answer)]
    if not all(_may_be_of(conversation_id, row) for row in rows):
        raise UnreadableAnswer("Genesys answered the recordings of another conversation")
    return rows


def _may_be_of(conversation_id: str, row: Row) -> bool:
    owner = row.get("conversationId")
    return owner is None or str(owner).casefold() == conversation_id.casefold()


def count_of(conversation_id: str, genesys: Genesys, test: Test) -> int:
    """How many of the conversation's recordings pass the test."""
    return sum(map(test, rows_of(conversation_id, genesys)))


def is_kept(row: Row) -> bool:
    """Whether the recording exists, or may exist."""
    return row.get("fileState") != "DELETED"


def is_unsure(row: Row) -> bool:
    """Whether it is unknown if a job covers the recording: it is neither present nor deleted."""
    return row.get("fileState") not in PRESENT | {"DELETED"}


def undone_by(action: Action, part: Part) -> Test:
    """The test for recordings on which a job of the part has not executed the action."""
    match action:
        case Action.DELETE:
            return is_kept
        case Action.EXPORT:
            return lambda row: is_kept(row) and not _is_exported(row, part)
        case Action.ARCHIVE:
            return lambda row: is_kept(row) and not _is_archived(row, part.at)


def _is_exported(row: Row, part: Part) -> bool:
    """Whether it was exported since the batch began: an older export had another destination."""
    date = instant_in(row.get("exportedDate"))
    if date is None or part.since is None or part.now is None:
        return False
    return part.since - CLOCKS_DIFFER <= date <= part.now + CLOCKS_DIFFER


def _is_archived(row: Row, at: datetime | None) -> bool:
    date = instant_in(row.get("archiveDate"))
    has_come = date is not None and at is not None and date <= at
    return row.get("fileState") == "ARCHIVED" or has_come
