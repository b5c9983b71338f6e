"""WidenHold: let a legal hold cover more, by one person and at once."""

from __future__ import annotations

from datetime import datetime

from genesys_purge.calling.in_flight import WithJobsInFlight, jobs_of
from genesys_purge.errors import FieldError, InvalidRequest
from genesys_purge.holds.editing import audited, edit, require_active
from genesys_purge.holds.in_flight import HeldInFlight
from genesys_purge.holds.ports import HoldStore
from genesys_purge.holds.requests import (
    MOST_HELD,
    Names,
    WideningRequest,
    widening,
    wrong_organisations,
)
from genesys_purge.model.audit import Action
from genesys_purge.model.dates import Instant
from genesys_purge.model.holds import Hold, HoldDocument
from genesys_purge.model.submission import Submission
from genesys_purge.ports import Clock


class WidenedHold(WithJobsInFlight):
    """A hold that covers more from `effectiveFrom` on; without it, nothing had to be added."""

    hold_id: str
    effective_from: Instant | None = None


class WidenHold:
    """The wider hold and its audit record are stored together; a repeated request adds nothing.

    `names` are those of the additional organisations.
    """

    def __init__(self, holds: HoldStore, in_flight: HeldInFlight, names: Names, now: Clock) -> None:
        self._holds = holds
        self._in_flight = in_flight
        self._names = names
        self._now = now

    def __call__(self, hold_id: str, submitted: Submission) -> WidenedHold:
        """Widen the hold; InvalidRequest if it would cover less, WrongState if it is released."""
        now, request = self._now(), widening(submitted.payload)
        hold, is_wider = edit(
            self._holds,
            hold_id,
            lambda hold: self._wider(hold.at(now), request, now),
            lambda hold: audited(Action.HOLD_WIDENED, hold, submitted, now, request.reason),
        )
        return WidenedHold(
            hold_id=hold_id,
            effective_from=now if is_wider else None,
            # Stored first: a call whose guard does not see the wider hold is seen here.
            **jobs_of(lambda: self._in_flight(Hold.of(hold))),
        )

    def _wider(self, hold: HoldDocument, request: WideningRequest, now: datetime) -> HoldDocument:
        require_active(hold, now)
        given, own = request.organisations, hold.organisations
        if wrong := list(wrong_organisations(given, self._names, own)):
            raise InvalidRequest(wrong)
        return _wider(hold, request)


def _wider(hold: HoldDocument, request: WideningRequest) -> HoldDocument:
    scope = hold.scope.widened(request.beside(hold.scope))
    if not scope.covers(hold.scope):
        raise InvalidRequest(
            [FieldError("dateRange", f"must contain the hold's own, {hold.date_range}")]
        )
    if len(scope.conversation_ids or ()) > MOST_HELD:
        have = len(hold.conversation_ids or ())
        message = f"the hold has {have:,} ids and may have {MOST_HELD:,}; place another hold"
        raise InvalidRequest([FieldError("conversationIds", message)])
    # A request to release or narrow the hold was about its scope before, so it is void.
    return hold if scope == hold.scope else hold.scoped(scope).model_copy(update={"change": None})
