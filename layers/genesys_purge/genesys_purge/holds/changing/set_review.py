"""SetReview: move the review of a legal hold, after its owner has looked at it."""

from __future__ import annotations

from genesys_purge.errors import InvalidRequest
from genesys_purge.holds.editing import audited, edit, require_active
from genesys_purge.holds.ports import HoldStore
from genesys_purge.holds.requests import ReviewRequest, parsed, wrong_review
from genesys_purge.model.audit import Action
from genesys_purge.model.dates import Instant
from genesys_purge.model.holds import HoldDocument
from genesys_purge.model.submission import Submission
from genesys_purge.model.wire import Wire
from genesys_purge.ports import Clock


class ReviewedHold(Wire):
    """A hold with its next review."""

    hold_id: str
    review_by: Instant


class SetReview:
    """The review and its audit record are stored together; a repeated request changes nothing."""

    def __init__(self, holds: HoldStore, now: Clock) -> None:
        self._holds = holds
        self._now = now

    def __call__(self, hold_id: str, submitted: Submission) -> ReviewedHold:
        """Move the review; WrongState if the hold is released."""
        now, request = self._now(), parsed(ReviewRequest, submitted.payload)
        if wrong := list(wrong_review(request.review_by, now)):
            raise InvalidRequest(wrong)

        def moved(hold: HoldDocument) -> HoldDocument:
            require_active(hold, now)
            return hold.model_copy(update={"review_by": request.review_by})

        edit(
            self._holds,
            hold_id,
            moved,
            lambda hold: audited(Action.HOLD_REVIEWED, hold, submitted, now, request.reason),
        )
        return ReviewedHold(hold_id=hold_id, review_by=request.review_by)
