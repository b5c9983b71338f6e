"""The units of counts: a count of recordings must not be compared with one of conversations."""

from __future__ import annotations

from enum import StrEnum


class Unit(StrEnum):
    """What a count counts."""

    RECORDS = "records"
    CONVERSATIONS = "conversations"
    RECORDINGS = "recordings"
    INTERACTIONS = "interactions"
    SUBJECTS = "subjects"
