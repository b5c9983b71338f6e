"""The request to place a legal hold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from genesys_purge.errors import FieldError, InvalidRequest
from genesys_purge.model.conversation_id import HeldId
from genesys_purge.model.dates import Instant
from genesys_purge.model.holds import HeldTime
from genesys_purge.model.matter import Matter, Text
from genesys_purge.model.wire import Wire, read_document

LONGEST_REVIEW = timedelta(days=366)
# More ids do not fit into an item of 400 KB with certainty.
MOST_IDS = 5_000
HoldId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")]


class HoldRequest(Wire):
    """A hold on `conversationIds`, on all that ended in `dateRange`, on both, or on `everything`.

    `reviewBy` is at most a year away.
    """

    hold_id: HoldId
    matter: Matter
    owner: Text
    reason: Annotated[str, Field(min_length=10, max_length=500)]
    review_by: Instant
    conversation_ids: (
        Annotated[frozenset[HeldId], Field(min_length=1, max_length=MOST_IDS)] | None
    ) = None
    date_range: HeldTime | None = None
    everything: bool = False


def requested(payload: Any, now: datetime) -> HoldRequest:
    """The checked request; InvalidRequest names every wrong field."""
    if not isinstance(payload, dict):
        raise InvalidRequest([FieldError("request", "must be a JSON object")])
    found = read_document(HoldRequest, payload)
    if not isinstance(found, HoldRequest):
        raise InvalidRequest(found)
    if wrong := list(_wrong_in(found, now)):
        raise InvalidRequest(wrong)
    return found


def _wrong_in(request: HoldRequest, now: datetime) -> Iterator[FieldError]:
    if not now < request.review_by <= now + LONGEST_REVIEW:
        yield FieldError("reviewBy", "must be in the future, and at most a year away")
    is_limited = bool(request.conversation_ids or request.date_range)
    if request.everything and is_limited:
        yield FieldError("everything", "must be absent with conversationIds or dateRange")
    if not (request.everything or is_limited):
        yield FieldError(
            "conversationIds",
            "is missing, and so is dateRange; a hold on all data has everything: true",
        )
