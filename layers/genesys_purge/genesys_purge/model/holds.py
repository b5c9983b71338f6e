"""Legal holds of this application, which Genesys does not know."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from genesys_purge.model.dates import Instant, Window
from genesys_purge.model.wire import Wire

# Lower case, so that a hold applies however its id was typed. A malformed id is an error.
HeldId = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, to_lower=True, pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"
    ),
]
# Genesys reports ends in milliseconds; a hold on part of a millisecond holds all of it.
HeldTime = Annotated[Window, AfterValidator(Window.widened)]


class Hold(Wire):
    """A hold on `conversationIds` and on every conversation that ended in `dateRange`.

    Without both fields, it holds everything. It is active until `releasedAt`.
    """

    hold_id: Annotated[str, Field(min_length=1, max_length=80)]
    reason: Annotated[str, Field(min_length=1, max_length=500)]
    placed_by: str
    placed_at: Instant
    released_at: Instant | None = None
    conversation_ids: Annotated[frozenset[HeldId], Field(min_length=1)] | None = None
    date_range: HeldTime | None = None

    def is_active(self, now: datetime) -> bool:
        return self.released_at is None or self.released_at > now

    def holds_window(self, window: Window) -> bool:
        """Whether a record in `window` may be held; held ids can have any time."""
        if self.conversation_ids is not None or self.date_range is None:
            return True
        return self.date_range.overlaps(window)

    def holds_time(self, window: Window) -> bool:
        """Whether the hold has a date range that overlaps `window`."""
        return self.date_range is not None and self.date_range.overlaps(window)

    def holds_record(self, conversation_id: str, end: datetime) -> bool:
        """Whether the conversation that ended at `end` is held."""
        if conversation_id.casefold() in (self.conversation_ids or ()):
            return True
        if self.date_range is None:
            return self.conversation_ids is None
        return self.date_range.contains(end)
