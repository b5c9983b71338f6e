"""The request to erase personal data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from genesys_purge.errors import FieldError, InvalidRequest
from genesys_purge.model.wire import Wire, read_document

# The numbers in one request, and the records that one call erases.
MOST_RECORDS = 900
Number = Annotated[int, Field(ge=1, lt=10**16)]


class EraseRequest(Wire):
    """Records of one audit sequence, all of them without `sequences`; or one person."""

    run_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:-]{1,255}$")] | None = None
    sequences: (
        Annotated[tuple[Number, ...], Field(min_length=1, max_length=MOST_RECORDS)] | None
    ) = None
    person_id: Annotated[str, StringConstraints(min_length=1, max_length=1_000)] | None = None


def requested(payload: Any) -> EraseRequest:
    """The request; InvalidRequest names every wrong field."""
    if not isinstance(payload, dict):
        raise InvalidRequest([FieldError("request", "must be a JSON object")])
    found = read_document(EraseRequest, payload)
    if not isinstance(found, EraseRequest):
        raise InvalidRequest(found if isinstance(found, list) else ())
    if wrong := list(_wrong_in(found)):
        raise InvalidRequest(wrong)
    return found


def _wrong_in(request: EraseRequest) -> Iterator[FieldError]:
    if (request.run_id is None) == (request.person_id is None):
        yield FieldError("runId", "give either runId or personId")
    if request.sequences is not None and request.run_id is None:
        yield FieldError("sequences", "needs runId, the audit sequence of the records")
