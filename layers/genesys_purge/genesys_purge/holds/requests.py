"""The requests to place and to change a legal hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, TypeVar

from pydantic import Field, StringConstraints

from genesys_purge.errors import FieldError, InvalidRequest
from genesys_purge.model.conversation_id import HeldId
from genesys_purge.model.dates import Instant
from genesys_purge.model.hold_scope import HeldOrganisations, HeldTime, HoldScope
from genesys_purge.model.listing import DEFAULT_ORGANISATION
from genesys_purge.model.matter import Matter, Text
from genesys_purge.model.wire import Wire, read_document

LONGEST_REVIEW = timedelta(days=366)
# In one JSON list, and in one hold.
MOST_IDS, MOST_HELD = 5_000, 100_000
HoldId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")]
# The names of the additional organisations.
Names = Callable[[], Sequence[str]]
# What no method knows of every record, so that a hold on it would have to hold everything.
UNKNOWN_FACTS = frozenset({"queues", "users", "divisions", "mediaTypes"})
Reason = Annotated[str, Field(min_length=10, max_length=500)]


class ScopeRequest(Wire):
    """A scope: `conversationIds`, all that ended in `dateRange`, both, or `everything`.

    It counts in its `organisations`, without them in all.
    """

    conversation_ids: (
        Annotated[frozenset[HeldId], Field(min_length=1, max_length=MOST_IDS)] | None
    ) = None
    date_range: HeldTime | None = None
    organisations: HeldOrganisations | None = None
    everything: bool = False

    @property
    def is_limited(self) -> bool:
        """Whether it names conversations or a time."""
        return not (self.conversation_ids is None and self.date_range is None)


class Reviewed(Wire):
    """What every new hold has. `reviewBy` is at most a year away."""

    hold_id: HoldId
    matter: Matter
    owner: Text
    reason: Reason
    review_by: Instant


class HoldRequest(ScopeRequest, Reviewed):
    """A new hold."""


class WideningRequest(ScopeRequest):
    """Why a hold covers more, and what it covers from now on besides."""

    reason: Reason
    all_organisations: bool = False

    def beside(self, scope: HoldScope) -> HoldScope:
        """The scope to add; what the request does not mention is as in `scope`."""
        ids, period = self.conversation_ids, self.date_range
        if not (self.is_limited or self.everything):
            ids, period = scope.conversation_ids, scope.date_range
        names = None if self.all_organisations else self.organisations or scope.organisations
        return HoldScope(ids, period, names)


class ReviewRequest(Wire):
    """Why a hold is kept, and when it is reviewed next, at most a year away."""

    reason: Reason
    review_by: Instant


W = TypeVar("W", bound=Wire)


def requested(payload: Any, now: datetime, names: Names) -> HoldRequest:
    """The checked request for a hold; InvalidRequest names every wrong field."""
    found = parsed(HoldRequest, payload)
    wrong = [
        *_wrong_scope(found),
        *wrong_review(found.review_by, now),
        *wrong_organisations(found.organisations, names),
    ]
    if wrong:
        raise InvalidRequest(wrong)
    return found


def widening(payload: Any) -> WideningRequest:
    """The checked request to widen a hold; InvalidRequest names every wrong field."""
    found = parsed(WideningRequest, payload)
    if wrong := list(_wrong_widening(found)):
        raise InvalidRequest(wrong)
    return found


def parsed(model: type[W], payload: Any) -> W:
    """The request in a payload; InvalidRequest names every wrong field."""
    if not isinstance(payload, dict):
        raise InvalidRequest([FieldError("request", "must be a JSON object")])
    found = read_document(model, payload)
    if not isinstance(found, model):
        raise InvalidRequest(map(_advised, found))  # type: ignore[arg-type]  # a list of errors
    return found


def _advised(error: FieldError) -> FieldError:
    """The error; of a field that a hold cannot have, what to do instead."""
    if error.path not in UNKNOWN_FACTS:
        return error
    return FieldError(
        error.path,
        "is not known of every record; search these conversations at Genesys, and name their ids "
        "in conversationIds or in an import",
    )


def wrong_review(review_by: datetime, now: datetime) -> Iterator[FieldError]:
    """What is wrong with the time of a review."""
    if not now < review_by <= now + LONGEST_REVIEW:
        yield FieldError("reviewBy", "must be in the future, and at most a year away")


def wrong_organisations(
    given: Iterable[str] | None, names: Names, own: Iterable[str] | None = ()
) -> Iterator[FieldError]:
    """The organisations that do not exist, and are not the hold's `own`: it would hold nothing."""
    if given is None or set(given) <= set(own or ()):
        return
    known = (DEFAULT_ORGANISATION, *names())
    if unknown := sorted(set(given).difference(known, own or ())):
        message = f"has unknown names, {', '.join(unknown)}; known are {', '.join(known)}"
        yield FieldError("organisations", message)


def _wrong_scope(request: ScopeRequest) -> Iterator[FieldError]:
    yield from _wrong_everything(request)
    if not (request.everything or request.is_limited):
        yield FieldError(
            "conversationIds",
            "is missing, and so is dateRange; a hold on all data has everything: true",
        )


def _wrong_widening(request: WideningRequest) -> Iterator[FieldError]:
    yield from _wrong_everything(request)
    if request.all_organisations and request.organisations:
        yield FieldError("allOrganisations", "must be absent with organisations")
    is_about_organisations = request.all_organisations or request.organisations
    if not (request.everything or request.is_limited or is_about_organisations):
        yield FieldError(
            "conversationIds", "is missing, and so is everything else that the hold may cover"
        )


def _wrong_everything(request: ScopeRequest) -> Iterator[FieldError]:
    if request.everything and request.is_limited:
        yield FieldError("everything", "must be absent with conversationIds or dateRange")
