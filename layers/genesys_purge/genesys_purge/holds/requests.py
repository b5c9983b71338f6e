"""The requests to place and to change a legal hold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated, Any, TypeVar

from pydantic import Field, StringConstraints

from genesys_purge.errors import FieldError, InvalidRequest
from genesys_purge.model.conversation_id import HeldId
from genesys_purge.model.dates import Instant
from genesys_purge.model.hold_scope import HeldTime, HoldScope
from genesys_purge.model.matter import Matter, Text
from genesys_purge.model.wire import Wire, read_document

LONGEST_REVIEW = timedelta(days=366)
# In one JSON list, and in one hold.
MOST_IDS, MOST_HELD = 5_000, 100_000
HoldId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")]
Reason = Annotated[str, Field(min_length=10, max_length=500)]


class ScopeRequest(Wire):
    """A scope: `conversationIds`, all that ended in `dateRange`, both, or `everything`."""

    conversation_ids: (
        Annotated[frozenset[HeldId], Field(min_length=1, max_length=MOST_IDS)] | None
    ) = None
    date_range: HeldTime | None = None
    everything: bool = False

    @property
    def scope(self) -> HoldScope:
        return HoldScope(self.conversation_ids, self.date_range)


class Reviewed(Wire):
    """What every new hold has. `reviewBy` is at most a year away."""

    hold_id: HoldId
    matter: Matter
    owner: Text
    reason: Reason
    review_by: Instant


class HoldRequest(ScopeRequest, Reviewed):
    """A new hold."""


class ChangeRequest(ScopeRequest):
    """Why a hold is changed, and the ids, the date range or the scope that the change is about."""

    reason: Reason


class ReviewRequest(Wire):
    """Why a hold is kept, and when it is reviewed next, at most a year away."""

    reason: Reason
    review_by: Instant


W = TypeVar("W", bound=Wire)


def requested(payload: Any, now: datetime) -> HoldRequest:
    """The checked request for a hold; InvalidRequest names every wrong field."""
    found = parsed(HoldRequest, payload)
    if wrong := [*_wrong_scope(found), *wrong_review(found.review_by, now)]:
        raise InvalidRequest(wrong)
    return found


def changed(payload: Any) -> ChangeRequest:
    """The checked request for a change; InvalidRequest names every wrong field."""
    found = parsed(ChangeRequest, payload)
    if wrong := list(_wrong_scope(found)):
        raise InvalidRequest(wrong)
    return found


def parsed(model: type[W], payload: Any) -> W:
    """The request in a payload; InvalidRequest names every wrong field."""
    if not isinstance(payload, dict):
        raise InvalidRequest([FieldError("request", "must be a JSON object")])
    found = read_document(model, payload)
    if not isinstance(found, model):
        raise InvalidRequest(found)  # type: ignore[arg-type]  # a list of errors
    return found


def wrong_review(review_by: datetime, now: datetime) -> Iterator[FieldError]:
    """What is wrong with the time of a review."""
    if not now < review_by <= now + LONGEST_REVIEW:
        yield FieldError("reviewBy", "must be in the future, and at most a year away")


def _wrong_scope(request: ScopeRequest) -> Iterator[FieldError]:
    is_limited = not request.scope.is_everything
    if request.everything and is_limited:
        yield FieldError("everything", "must be absent with conversationIds or dateRange")
    if not (request.everything or is_limited):
        yield FieldError(
            "conversationIds",
            "is missing, and so is dateRange; a hold on all data has everything: true",
        )
