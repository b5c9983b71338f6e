"""ReviewHolds: remind owners before the reviews of their holds, and count the overdue ones."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from math import ceil

from genesys_purge.holds.editing import audited, edit
from genesys_purge.holds.ports import HoldStore
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.days import A_DAY
from genesys_purge.model.hold_review import ReviewNotice, due_notice
from genesys_purge.model.holds import HoldDocument
from genesys_purge.model.submission import Submission
from genesys_purge.ports import Clock, Isolate, Meter

BY_SCHEDULE = Submission({}, "review_holds")


class ReviewHolds:
    """One sweep over the holds; it releases nothing, and may be repeated.

    The end of a cool-down is in force without it; the sweep records it. A notice is an audit
    record, stored together with the hold that remembers it. So each notice is given once, and
    subscribers get it from the stream of the audit.
    """

    def __init__(self, holds: HoldStore, meter: Meter, now: Clock) -> None:
        self._holds = holds
        self._meter = meter
        self._now = now

    def __call__(self, isolate: Isolate) -> None:
        """Give the notices that are due; a hold that fails does not stop the others."""
        now = self._now()
        holds = [each for each in self._holds.all() if isinstance(each, HoldDocument)]
        for hold in holds:
            if _ended(hold, now) != hold:
                isolate(f"hold:{hold.hold_id}", partial(self._end, hold.hold_id, now))
        active = [each for each in holds if each.is_active(now)]
        for hold in active:
            if _due(hold, now):
                isolate(f"hold:{hold.hold_id}", partial(self._remind, hold.hold_id, now))
        overdue = sum(each.review_by is not None and each.review_by <= now for each in active)
        self._meter.count("OverdueHoldReviews", overdue)

    def _end(self, hold_id: str, now: datetime) -> None:
        def record(hold: HoldDocument) -> AuditRecord:
            is_active = hold.is_active(now)
            action = Action.HOLD_NARROWED if is_active else Action.HOLD_RELEASED
            return audited(action, hold, BY_SCHEDULE, now)

        edit(self._holds, hold_id, lambda hold: _ended(hold, now), record)

    def _remind(self, hold_id: str, now: datetime) -> None:
        def noticed(hold: HoldDocument) -> HoldDocument:
            return hold.model_copy(update={"noticed": _due(hold, now) or hold.noticed})

        edit(self._holds, hold_id, noticed, lambda hold: _record(hold, now))


def _ended(hold: HoldDocument, now: datetime) -> HoldDocument:
    """The hold after a cool-down that is over; otherwise the same hold."""
    if not hold.is_active(now):
        return hold.model_copy(update={"change": None})
    return hold.at(now)


def _due(hold: HoldDocument, now: datetime) -> ReviewNotice | None:
    if hold.review_by is None or not hold.is_active(now):
        return None
    return due_notice(hold.review_by, hold.noticed, now)


def _record(hold: HoldDocument, now: datetime) -> AuditRecord:
    left = ceil((hold.review_by - now) / A_DAY) if hold.review_by else 0
    return audited(Action.HOLD_REVIEW_DUE, hold, BY_SCHEDULE, now, f"days left: {max(left, 0)}")
