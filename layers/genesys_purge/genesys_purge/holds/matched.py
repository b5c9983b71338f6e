"""How many conversations a legal hold matches, as Genesys knows them."""

from __future__ import annotations

from datetime import timedelta

from genesys_purge.errors import PurgeError
from genesys_purge.holds.ports import Organisations
from genesys_purge.model.dates import Instant, Window
from genesys_purge.model.held_times import DEFAULT, NOT_FOUND, HeldTimes
from genesys_purge.model.holds import HoldDocument
from genesys_purge.model.wire import Wire
from genesys_purge.ports import Clock

# A person waits for the answer, and each hundred ids may be a call in each organisation.
MOST_COUNTED = 1_000
LONGEST_COUNTED = timedelta(days=366)
SHOWN_LATER = "GET /holds/{holdId} shows the count when their times are looked up"


class Matched(Wire):
    """How many conversations of a hold Genesys knows at a moment.

    Without `count`, the number is unknown, and `reason` says why.
    """

    count: int | None = None
    as_of: Instant
    reason: str | None = None


class CountMatched:
    """Asks the organisations of a hold that is stored; an answer is not needed for the hold."""

    def __init__(self, organisations: Organisations, now: Clock) -> None:
        self._organisations = organisations
        self._now = now

    def __call__(self, hold: HoldDocument) -> Matched:
        """The conversations of the hold; a failure is the reason of an unknown number."""
        count, reason = None, _reason_against(hold)
        if reason is None:
            try:
                count, reason = self._count(hold)
            except PurgeError as error:
                reason = f"Genesys did not answer: {error}"
        return Matched(count=count, as_of=self._now(), reason=reason)

    def _count(self, hold: HoldDocument) -> tuple[int | None, str | None]:
        names = [each for each in self._organisations.names() if hold.scope.is_in(each)]
        if hold.date_range is not None:
            return self._in_range(hold.date_range, names)
        ids = sorted(hold.conversation_ids or ())
        found = (each for name in names for each in self._organisations.find(name, ids))
        return len({each.conversation_id.casefold() for each in found}), None

    def _in_range(self, window: Window, names: list[str | None]) -> tuple[int | None, str | None]:
        total = 0
        for name in names:
            count = self._organisations.count(name, window)
            if count is None:
                return None, f"{name or DEFAULT} cannot count the conversations of a time exactly"
            total += count
        return total, None


class CountLater:
    """Leaves the counting of many ids to the look-up of their times."""

    def __init__(self, now: Clock) -> None:
        self._now = now

    def __call__(self, hold: HoldDocument) -> Matched:
        reason = _reason_against(hold) or f"an import is not counted; {SHOWN_LATER}"
        return Matched(as_of=self._now(), reason=reason)


def looked_up(hold: HoldDocument, times: HeldTimes | None) -> Matched | None:
    """What the look-up of times found of a hold on ids alone; None before it."""
    is_by_id = hold.conversation_ids is not None and hold.date_range is None
    if times is None or not is_by_id or times.fingerprint != hold.scope.fingerprint:
        return None
    if times.unanswered:
        reason = f"{', '.join(times.unanswered)} did not answer"
        return Matched(as_of=times.looked_up_at, reason=reason)
    count = len(hold.conversation_ids or ()) - times.unknown.get(NOT_FOUND, 0)
    return Matched(count=count, as_of=times.looked_up_at)


def _reason_against(hold: HoldDocument) -> str | None:
    """Why the conversations of a hold are not counted at once."""
    ids, window = hold.conversation_ids, hold.date_range
    if hold.scope.is_everything:
        return "a hold on everything is not counted"
    if ids is not None and window is not None:
        return "the ids may be among those of the dateRange, so the sum is unknown"
    if ids is not None and len(ids) > MOST_COUNTED:
        return f"more than {MOST_COUNTED:,} ids are not counted; {SHOWN_LATER}"
    if window is not None and window.end - window.start > LONGEST_COUNTED:
        return f"a dateRange of more than {LONGEST_COUNTED.days} days is not counted"
    return None
