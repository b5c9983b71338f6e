"""PlaceHold: place a legal hold, by one person and at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from genesys_purge.calling.in_flight import WithJobsInFlight, jobs_of
from genesys_purge.errors import AlreadyExists, LostRace
from genesys_purge.holds.editing import audited
from genesys_purge.holds.in_flight import HeldInFlight
from genesys_purge.holds.matched import Matched
from genesys_purge.holds.ports import HoldStore, UnreadableHold
from genesys_purge.holds.requests import HoldRequest, Names, requested
from genesys_purge.model.audit import Action
from genesys_purge.model.dates import Instant
from genesys_purge.model.holds import Hold, HoldDocument
from genesys_purge.model.submission import Submission
from genesys_purge.ports import Clock

# Raises InvalidRequest, which names every wrong field.
Requested = Callable[[Any, datetime, Names], HoldRequest]


class PlacedHold(WithJobsInFlight):
    """A hold that is in force from `effectiveFrom` on, at every plan and deleting call.

    `matched` counts the conversations that it covers.
    """

    hold_id: str
    effective_from: Instant
    matched: Matched


class PlaceHold:
    """The hold and its audit record are stored together; the same request places one hold.

    `requested` reads the request: the one of `POST /holds`, or an import. `names` are those of the
    additional organisations.
    """

    def __init__(
        self,
        holds: HoldStore,
        in_flight: HeldInFlight,
        matched: Callable[[HoldDocument], Matched],
        names: Names,
        now: Clock,
        requested: Requested = requested,
    ) -> None:
        self._holds = holds
        self._in_flight = in_flight
        self._matched = matched
        self._names = names
        self._now = now
        self._requested = requested

    def __call__(self, submitted: Submission) -> PlacedHold:
        """Place the hold; AlreadyExists if another one has its id."""
        now = self._now()
        request = self._requested(submitted.payload, now, self._names)
        hold = _document(request, submitted, now)
        try:
            self._holds.place(hold, audited(Action.HOLD_PLACED, hold, submitted, now))
        except LostRace:
            if (stored := self._holds.get(hold.hold_id)) is None:
                raise
            hold = _earlier(hold, stored)
        # Stored first: a call whose guard does not see the hold is seen here.
        jobs = jobs_of(lambda: self._in_flight(Hold.of(hold)))
        return PlacedHold(
            hold_id=hold.hold_id,
            effective_from=hold.placed_at,
            matched=self._matched(hold),
            **jobs,
        )


def _earlier(hold: HoldDocument, stored: HoldDocument | UnreadableHold) -> HoldDocument:
    """The stored hold, if the same request placed it; a released one needs another id."""
    is_same = isinstance(stored, HoldDocument) and _scope(stored) == _scope(hold)
    if isinstance(stored, UnreadableHold) or stored.released_at or not is_same:
        raise AlreadyExists(f"the hold {hold.hold_id} exists; choose another holdId")
    return stored


def _document(request: HoldRequest, submitted: Submission, now: Instant) -> HoldDocument:
    return HoldDocument(
        hold_id=request.hold_id,
        reason=request.reason,
        placed_by=submitted.actor,
        placed_by_person=submitted.person_id,
        placed_at=now,
        conversation_ids=request.conversation_ids,
        date_range=request.date_range,
        organisations=request.organisations,
        matter=request.matter,
        owner=request.owner,
        review_by=request.review_by,
    )


def _scope(hold: HoldDocument) -> object:
    """What the request decides, without who sent it and when, and what was noticed since."""
    other = ("placed_by", "placed_by_person", "placed_at", "noticed")
    return hold.model_copy(update=dict.fromkeys(other))
