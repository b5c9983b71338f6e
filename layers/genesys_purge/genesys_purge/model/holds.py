"""Legal holds of our own: what may not be deleted until released, whatever Genesys knows."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from genesys_purge.model.dates import Instant, Window
from genesys_purge.model.wire import Wire


class Hold(Wire):
    """Holds `conversationIds`, or all that ended in `dateRange`, or, with neither, everything."""

    hold_id: Annotated[str, Field(min_length=1, max_length=80)]
    reason: Annotated[str, Field(min_length=1, max_length=500)]
    placed_by: str
    placed_at: Instant
    released_at: Instant | None = None
    conversation_ids: frozenset[str] | None = None
    date_range: Window | None = None

    @property
    def is_active(self) -> bool:
        return self.released_at is None

    def holds_window(self, window: Window) -> bool:
        """Whether something in `window` may be held: a hold on ids alone may lie anywhere."""
        return self.date_range is None or self.date_range.overlaps(window)

    def holds_record(self, conversation_id: str, end: datetime) -> bool:
        """Whether the conversation that ended at `end` is held."""
        if self.conversation_ids is not None:
            return conversation_id in self.conversation_ids
        return self.date_range is None or self.date_range.contains(end)
