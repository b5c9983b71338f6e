"""Why no check can verify a batch."""

from __future__ import annotations

from enum import StrEnum


class Unverifiable(StrEnum):
    """Why no check can show whether the records of a batch are gone."""

    OTHER_RECORD_TYPES = "other_record_types"

    @property
    def sentence(self) -> str:
        """The reason, as a sentence for people."""
        return SENTENCES[self]


SENTENCES = {
    Unverifiable.OTHER_RECORD_TYPES: (
        "the deletion cannot be verified: the request leaves out some of the organisation's record "
        "types, and Genesys counts the conversations of every type"
    )
}
