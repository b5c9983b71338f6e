"""The sensitivity of records."""

from __future__ import annotations

from enum import StrEnum


class Classification(StrEnum):
    """The sensitivity of the records."""

    PUBLIC = "public"
    INTERNAL = "internal"
    CONFIDENTIAL = "confidential"
    PII = "pii"
    HIPAA = "hipaa"
