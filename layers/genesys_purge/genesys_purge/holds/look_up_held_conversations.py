"""LookUpHeldConversations: store with each hold when its conversations took place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from functools import partial

from genesys_purge.errors import Misconfigured, PurgeError
from genesys_purge.holds.ports import Found, HoldBook, Organisations
from genesys_purge.model.dates import Window
from genesys_purge.model.days import days_between, joined
from genesys_purge.model.held_times import (
    DEFAULT,
    MOST_EXAMPLES,
    NO_TIME,
    NOT_FOUND,
    HeldTimes,
)
from genesys_purge.model.holds import Hold
from genesys_purge.model.retention import MINIMUM_DAYS
from genesys_purge.ports import Clock, Isolate, Meter

# How soon to ask again for an unknown time.
UNKNOWN_AFTER = timedelta(hours=1)
# How soon to ask again for the times of a conversation that may go on, and when it is over for
# good: no window may be younger, because no retention is shorter.
AGAIN_AFTER = timedelta(days=1)
OVER_AFTER = timedelta(days=MINIMUM_DAYS)
# A look-up that has begun must be able to store what it found.
LEAST_SECONDS = 30.0
# The ids of a large hold are asked for in slices, because one sweep may not suffice.
SLICE = 2_000


class LookUpHeldConversations:
    """One sweep over the active holds; it reads Genesys, writes times only, and may be repeated.

    Until a hold's times are stored, they are unknown, and the hold blocks every window.
    """

    def __init__(
        self,
        holds: HoldBook,
        organisations: Organisations,
        meter: Meter,
        now: Clock,
        seconds_left: Callable[[], float],
    ) -> None:
        self._holds = holds
        self._organisations = organisations
        self._meter = meter
        self._now = now
        self._seconds_left = seconds_left

    def __call__(self, isolate: Isolate) -> None:
        """Sweep until the time is used up; a hold that fails does not stop the others."""
        readings = self._holds.readings()
        unreadable = [each for each in readings if isinstance(each, Misconfigured)]
        holds = [each for each in readings if isinstance(each, Hold)]
        for number, error in enumerate(unreadable):
            isolate(f"unreadable-hold-{number}", partial(_report, error))
        unknown = 0
        # The largest hold comes last, so that it keeps no other one waiting.
        for hold in sorted(holds, key=lambda each: len(each.conversation_ids or ())):
            known = [hold]
            if hold.conversation_ids and self._seconds_left() >= LEAST_SECONDS:
                isolate(f"hold:{hold.hold_id}", partial(self._refresh, hold, known))
            unknown += known[-1].gap is not None
        self._meter.count("UnknownHeldTimes", unknown)
        malformed = sum(hold.wrong is not None for hold in holds)
        self._meter.count("MalformedHolds", malformed + len(unreadable))

    def _refresh(self, hold: Hold, known: list[Hold]) -> None:
        """Look up the hold's times if that is due, and add the hold with them to `known`."""
        names = [each for each in self._organisations.names() if hold.scope.is_in(each)]
        # Organisations that were removed cannot be asked; the known times stay.
        if not (names and self._is_due(hold, names)):
            return
        ids = sorted(hold.conversation_ids or ())
        if len(ids) > SLICE:
            self._refresh_in_slices(hold, ids, names, known)
            return
        found: list[Found] = []
        failed: dict[str, PurgeError] = {}
        for name in names:
            try:
                found += self._organisations.find(name, ids)
            except PurgeError as error:
                failed[name or DEFAULT] = error
        # An organisation that does not answer makes no known time unknown.
        if not (failed and _is_complete(hold, names)):
            times = self._times(hold, ids, found, names, failed)
            self._holds.put_times(times)
            known.append(hold.timed(times))
        if failed:
            raise next(iter(failed.values()))

    def _refresh_in_slices(
        self, hold: Hold, ids: Sequence[str], names: Sequence[str | None], known: list[Hold]
    ) -> None:
        """Go on with the look-up of a large hold; its times are stored when all ids are asked for.

        An organisation that does not answer ends the sweep; the next one repeats the slice.
        """
        whole = hold.scope.fingerprint
        so_far = self._holds.progress(hold.hold_id)
        if so_far and (so_far.fingerprint, set(so_far.organisations)) != (whole, _labels(names)):
            so_far = None
        asked = so_far.asked or 0 if so_far else 0
        while asked < len(ids):
            if self._seconds_left() < LEAST_SECONDS:
                return
            part = ids[asked : asked + SLICE]
            found = [each for name in names for each in self._organisations.find(name, part)]
            times = self._times(hold, part, found, names, ())
            so_far = so_far.with_more(times) if so_far and asked else times
            asked += len(part)
            so_far = so_far.model_copy(update={"fingerprint": whole, "asked": asked})
            self._holds.put_progress(so_far)
        if so_far:
            complete = so_far.model_copy(update={"asked": None})
            self._holds.put_times(complete)
            self._holds.put_progress(so_far.model_copy(update={"asked": 0}))
            known.append(hold.timed(complete))

    def _is_due(self, hold: Hold, names: Iterable[str | None]) -> bool:
        """Whether the times are not complete, not those of all organisations, or may change."""
        times = hold.times
        if times is None or set(times.organisations) != _labels(names):
            return True
        age = self._now() - times.looked_up_at
        if times.unknown:
            is_large = len(hold.conversation_ids or ()) > SLICE
            return age >= (AGAIN_AFTER if is_large else UNKNOWN_AFTER)
        is_young = any(times.looked_up_at - each.end < OVER_AFTER for each in times.days)
        return is_young and age >= AGAIN_AFTER

    def _times(
        self,
        hold: Hold,
        ids: Sequence[str],
        found: Iterable[Found],
        names: Iterable[str | None],
        failed: Iterable[str],
    ) -> HeldTimes:
        days: list[Window] = []
        reasons = dict.fromkeys(ids, NOT_FOUND)
        timeless = set()
        for each in found:
            if each.start is None or each.end is None or each.end < each.start:
                timeless.add(each.conversation_id)
            else:
                days.append(days_between(each.start, each.end))
            reasons.pop(each.conversation_id, None)
        reasons |= dict.fromkeys(timeless, NO_TIME)
        return HeldTimes(
            hold_id=hold.hold_id,
            fingerprint=hold.scope.fingerprint,
            looked_up_at=self._now(),
            organisations=tuple(sorted(_labels(names).difference(failed))),
            unanswered=tuple(sorted(failed)),
            days=joined(days),
            unknown=dict(Counter(reasons.values())),
            examples=tuple(sorted(reasons)[:MOST_EXAMPLES]),
        )


def _labels(names: Iterable[str | None]) -> set[str]:
    return {name or DEFAULT for name in names}


def _is_complete(hold: Hold, names: Iterable[str | None]) -> bool:
    """Whether every time is known, from all of these organisations."""
    times = hold.times
    return times is not None and not times.gap and set(times.organisations) == _labels(names)


def _report(error: Misconfigured) -> None:
    """Has the error logged, as of a piece of work that failed."""
    raise error
