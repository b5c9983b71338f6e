"""Legal holds of our own: what may not be deleted until released, whatever Genesys knows."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from genesys_purge.model.dates import Instant, Window
from genesys_purge.model.wire import Wire

# In lower case, for ids differ by more than that; one that is no id must not be overlooked.
HeldId = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, to_lower=True, pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"
    ),
]


class Hold(Wire):
    """Holds `conversationIds` and all that ended in `dateRange`; with neither, everything.

    A `releasedAt` that is still to come releases nothing yet.
    """

    hold_id: Annotated[str, Field(min_length=1, max_length=80)]
    reason: Annotated[str, Field(min_length=1, max_length=500)]
    placed_by: str
    placed_at: Instant
    released_at: Instant | None = None
    conversation_ids: Annotated[frozenset[HeldId], Field(min_length=1)] | None = None
    date_range: Window | None = None

    def is_active(self, now: datetime) -> bool:
        return self.released_at is None or self.released_at > now

    def holds_window(self, window: Window) -> bool:
        """Whether something in `window` may be held: held ids may lie anywhere."""
        if self.conversation_ids is not None or self.date_range is None:
            return True
        return self.date_range.overlaps(window)

    def holds_time(self, window: Window) -> bool:
        """Whether its date range, if it has one, has a moment of `window`."""
        return self.date_range is not None and self.date_range.overlaps(window)

    def holds_record(self, conversation_id: str, end: datetime) -> bool:
        """Whether the conversation that ended at `end` is held."""
        if conversation_id.casefold() in (self.conversation_ids or ()):
            return True
        if self.date_range is None:
            return self.conversation_ids is None
        return self.date_range.contains(end)
