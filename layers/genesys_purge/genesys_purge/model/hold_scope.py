"""What a legal hold covers, and how two scopes compare."""

from __future__ import annotations

import hashlib
from typing import Annotated, NamedTuple

from pydantic import AfterValidator

from genesys_purge.model.dates import Window
from genesys_purge.model.held_times import fingerprint

# Genesys reports ends in milliseconds; a hold on part of a millisecond holds all of it.
HeldTime = Annotated[Window, AfterValidator(Window.widened)]


class HoldScope(NamedTuple):
    """The conversations of these ids, and all that ended in the range; without both, everything."""

    conversation_ids: frozenset[str] | None = None
    date_range: Window | None = None

    @property
    def is_everything(self) -> bool:
        return self.conversation_ids is None and self.date_range is None

    def covers(self, other: HoldScope) -> bool:
        """Whether this scope surely covers each record that `other` covers.

        The times of conversations are not known here, so a date range covers no id.
        """
        if self.is_everything:
            return True
        if other.is_everything:
            return False
        has_ids = (other.conversation_ids or frozenset()) <= (self.conversation_ids or frozenset())
        return has_ids and _contains(self.date_range, other.date_range)

    def widened(self, more: HoldScope) -> HoldScope:
        """This scope and `more`, whose date range must contain the one of this scope."""
        if self.is_everything or more.is_everything:
            return HoldScope()
        ids = (self.conversation_ids or frozenset()) | (more.conversation_ids or frozenset())
        return HoldScope(ids or None, more.date_range or self.date_range)

    @property
    def digest(self) -> str:
        """Identifies the scope: the SHA-256 of its ids and its date range."""
        parts = (fingerprint(self.conversation_ids or ()), str(self.date_range or ""))
        is_everything = "everything" if self.is_everything else "limited"
        return hashlib.sha256("\n".join((is_everything, *parts)).encode()).hexdigest()


def _contains(outer: Window | None, inner: Window | None) -> bool:
    if inner is None:
        return True
    return outer is not None and outer.start <= inner.start and inner.end <= outer.end
