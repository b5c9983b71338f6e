"""The review of a legal hold: when its owner is reminded."""

from __future__ import annotations

from datetime import datetime, timedelta

from genesys_purge.model.dates import Instant
from genesys_purge.model.wire import Wire

# The days before a review at which its owner is reminded.
NOTICES = (30, 15, 5, 1)


class ReviewNotice(Wire):
    """The last notice about a review: it was due `days` days before `reviewBy`."""

    review_by: Instant
    days: int


def due_notice(
    review_by: datetime, last: ReviewNotice | None, now: datetime
) -> ReviewNotice | None:
    """The notice that is due now; None if none is, or if it was given before."""
    days = min((each for each in NOTICES if review_by - timedelta(days=each) <= now), default=None)
    if days is None:
        return None
    is_known = last is not None and last.review_by == review_by and last.days <= days
    return None if is_known else ReviewNotice(review_by=review_by, days=days)
