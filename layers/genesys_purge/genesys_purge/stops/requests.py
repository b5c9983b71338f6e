"""The request to stop deletion."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, TypeVar

from pydantic import Field, StringConstraints

from genesys_purge.errors import FieldError, InvalidRequest
from genesys_purge.model.stops import StopScope
from genesys_purge.model.wire import Wire, read_document

W = TypeVar("W", bound=Wire)
Reason = Annotated[str, Field(min_length=5, max_length=500)]
NAMES = {
    StopScope.ORGANISATION: "the name of an organisation, or default for the default organisation",
    StopScope.POLICY: "the name of a policy",
    StopScope.RUN: "the id of a run",
}


class StopRequest(Wire):
    """A stop of `all`, or of the organisation, policy or run with this `name`."""

    scope: StopScope
    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")] | None = (
        None
    )
    reason: Reason


def checked(model: type[W], payload: Any) -> W:
    """The request; InvalidRequest names every wrong field."""
    if not isinstance(payload, dict):
        raise InvalidRequest([FieldError("request", "must be a JSON object")])
    found = read_document(model, payload)
    if not isinstance(found, model):
        raise InvalidRequest(found if isinstance(found, list) else ())
    return found


def requested(payload: Any) -> StopRequest:
    """The request to stop; InvalidRequest names every wrong field."""
    found = checked(StopRequest, payload)
    if wrong := list(_wrong_in(found)):
        raise InvalidRequest(wrong)
    return found


def _wrong_in(request: StopRequest) -> Iterator[FieldError]:
    if request.scope is StopScope.ALL:
        if request.name is not None:
            yield FieldError("name", "must be absent with the scope all")
    elif request.name is None:
        yield FieldError("name", f"is missing; give {NAMES[request.scope]}")
