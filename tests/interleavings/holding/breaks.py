"""Twins of the product with one guard of holds removed; each one must be found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple
from unittest.mock import patch

from genesys_purge.calling.deleting import Deleting
from genesys_purge.holds import place_hold
from genesys_purge.holds.place_hold import PlacedHold, PlaceHold
from genesys_purge.holds.requests import requested
from genesys_purge.model.holds import Hold
from genesys_purge.model.submission import Submission
from genesys_purge.operation import Authorised, DeletingCall
from genesys_purge.purging.job_slots import JobSlots

from tests.interleavings.breaks import holds_ignored
from tests.interleavings.stage import WatchedHolds


class HoldBreak(NamedTuple):
    """A guard to remove, the invariant that must fail, and how many seeds show it."""

    name: str
    invariant: str
    apply: Callable[[], Any]
    seeds: int = 1_000


def _permit_before_intent(self: Deleting[Any], call: DeletingCall) -> Authorised:
    permit = self._permit(self.intent)
    self.intent = self.intent or self._intend()
    return Authorised(permit, call.body(self.intent.attempt.at))


_place = PlaceHold.__call__


def _listed_before_stored(self: PlaceHold, submitted: Submission) -> PlacedHold:
    now = self._now()
    request = requested(submitted.payload, now, lambda: ["emea"])
    hold = Hold.of(place_hold._document(request, submitted, now))  # noqa: SLF001  the use case in another order
    listed = tuple(self._in_flight(hold))
    return _place(self, submitted).model_copy(update={"in_flight": listed})


_active = WatchedHolds.active


def _of_emea(self: WatchedHolds, _: str | None) -> Any:
    return _active(self, "emea")


BREAKS = (
    HoldBreak("a guard that ignores holds", "held", holds_ignored),
    HoldBreak(
        "a guard that asks for the holds of another organisation",
        "held",
        lambda: patch.object(WatchedHolds, "active", _of_emea),
    ),
    HoldBreak(
        "a permit before the intent",
        "listed",
        lambda: patch.object(Deleting, "_authorised", _permit_before_intent),
    ),
    HoldBreak(
        "a list of jobs in flight before the hold is stored",
        "listed",
        lambda: patch.object(PlaceHold, "__call__", _listed_before_stored),
    ),
    HoldBreak(
        "a call without a slot", "listed", lambda: patch.object(JobSlots, "take", lambda *_: None)
    ),
)
