"""The request to store a setting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field

from genesys_purge.errors import FieldError, InvalidRequest, NotEntitled, NotFound
from genesys_purge.model.stored_setting import SettingName, text_of
from genesys_purge.model.submission import Submission
from genesys_purge.model.wire import Wire, read_document
from genesys_purge.stored_settings.documents import KINDS

# An item has at most 400 KB, with the reason and the caller.
MOST_BYTES = 300_000
DOCUMENT = "document"


class PutRequest(Wire):
    """A new `document`, or `fromParameter` for the value that is in force without a stored one.

    `expectedVersion` is the version that the document is based on; 0 or omitted if none is stored.
    `dryRun` only compares the document with the one in force.
    """

    reason: Annotated[str, Field(min_length=10, max_length=500)]
    document: Mapping[str, Any] | None = None
    from_parameter: bool = False
    expected_version: Annotated[int, Field(ge=0)] = 0
    dry_run: bool = False


def named(path: Mapping[str, str]) -> SettingName:
    """The setting in the path of a call; NotFound lists the settings."""
    try:
        return SettingName(path.get("name", ""))
    except ValueError:
        known = ", ".join(SettingName)
        raise NotFound(f"there is no such setting; the settings are {known}") from None


def require_person(submitted: Submission) -> None:
    """NotEntitled unless a person sent the request."""
    if submitted.person_id is None:
        raise NotEntitled(
            "only a person may change a setting: call the API as an IAM user, a user of IAM "
            "Identity Center or a role that people assume"
        )


def requested(name: SettingName, payload: Any) -> PutRequest:
    """The checked request with a valid document; InvalidRequest names every wrong field."""
    if not isinstance(payload, dict):
        raise InvalidRequest([FieldError("request", "must be a JSON object")])
    document = payload.get(DOCUMENT)
    own = {key: value for key, value in payload.items() if key != DOCUMENT}
    found = read_document(PutRequest, own)
    wrong = [] if document is None else wrong_document(name, document)
    if isinstance(found, list):
        raise InvalidRequest([*found, *wrong])
    if wrong := [*_wrong_in(found, document), *wrong]:
        raise InvalidRequest(wrong)
    # As it was sent: the stored document has no fields that the model adds.
    return found.model_copy(update={DOCUMENT: document})


def _wrong_in(request: PutRequest, document: object) -> Iterator[FieldError]:
    if document is None and not request.from_parameter:
        yield FieldError(DOCUMENT, "is required, unless fromParameter is true")
    if document is not None and request.from_parameter:
        yield FieldError("fromParameter", "must be absent with a document")


def wrong_document(name: SettingName, document: Any) -> list[FieldError]:
    """Every wrong field of a document, by its path in the request."""
    wrong = KINDS[name].wrong_in(document)
    if not wrong and len(text_of(document).encode()) > MOST_BYTES:
        wrong = [FieldError("", f"may have at most {MOST_BYTES:,} bytes of JSON")]
    return [
        each._replace(path=f"{DOCUMENT}.{each.path}" if each.path else DOCUMENT) for each in wrong
    ]
