"""Why a legal hold exists: its matter, and who answers for it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from genesys_purge.model.wire import Wire

Text = Annotated[str, Field(min_length=1, max_length=200)]


class MatterKind(StrEnum):
    """The kinds of matters."""

    LITIGATION = "litigation"
    REGULATOR = "regulator"
    INVESTIGATION = "investigation"
    AUDIT = "audit"
    DATA_SUBJECT_DISPUTE = "data_subject_dispute"
    OTHER = "other"


class Matter(Wire):
    """A matter, as the legal department names it."""

    id: Annotated[str, Field(min_length=1, max_length=80)]
    title: Text
    kind: MatterKind
