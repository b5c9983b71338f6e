"""A setting that operators store through the API, in one of its versions."""

from __future__ import annotations

from enum import StrEnum
from hashlib import sha256
from typing import Any, Literal, TypeVar

import orjson

from genesys_purge.errors import Misconfigured
from genesys_purge.model import strict_json
from genesys_purge.model.dates import Instant
from genesys_purge.model.wire import Wire, configured

W = TypeVar("W", bound=Wire)


class SettingName(StrEnum):
    """The settings that are stored, each with a document of its own."""

    RETENTION_MATRIX = "retention-matrix"
    ORGANISATIONS = "organisations"
    DEFAULT_CLASSIFICATION = "default-classification"
    APPROVAL_RULES = "approval-rules"


def text_of(document: Any) -> str:
    """The document as JSON, always in the same form; TypeError for a value that is not JSON."""
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS).decode()


def hash_of(text: str) -> str:
    """The SHA-256 of a document's text, in hex."""
    return sha256(text.encode()).hexdigest()


class StoredSetting(Wire):
    """A version of a setting, counted from 1; the highest one is in force.

    `text` is the document as JSON, and `hash` its SHA-256. `source` is `parameter` for the value
    that was in force before the setting was stored for the first time. `approvalId` is the approval
    that stored it, if it needed one; `changedBy` is then the person who approved last.
    """

    name: str
    version: int
    text: str
    hash: str
    source: Literal["api", "parameter"]
    reason: str
    changed_at: Instant
    changed_by: str
    person_id: str | None = None
    approval_id: str | None = None

    @property
    def title(self) -> str:
        return f"the setting {self.name}, version {self.version},"

    @property
    def document(self) -> Any:
        """The document as JSON values; Misconfigured if it is not what was stored."""
        if hash_of(self.text) != self.hash:
            raise Misconfigured(f"{self.title} was changed outside of the API; put it again")
        return strict_json.parsed(self.text)

    def read(self, model: type[W]) -> W:
        """The document as a record; Misconfigured names every wrong field."""
        return configured(self.title.rstrip(","), model, self.document)
