"""What the audit keeps of a legal hold, without the ids of its conversations."""

from __future__ import annotations

from typing import Self

from genesys_purge.model.dates import Instant, Window
from genesys_purge.model.holds import HoldDocument
from genesys_purge.model.matter import Matter
from genesys_purge.model.wire import Wire


class HoldFacts(Wire):
    """The facts of a hold: `conversations` counts its ids; without any scope it is `everything`."""

    hold_id: str
    reason: str
    matter: Matter | None = None
    owner: str | None = None
    review_by: Instant | None = None
    conversations: int | None = None
    date_range: Window | None = None
    everything: bool = False

    @classmethod
    def of(cls, hold: HoldDocument) -> Self:
        """The facts of a hold."""
        ids = hold.conversation_ids
        return cls(
            hold_id=hold.hold_id,
            reason=hold.reason,
            matter=hold.matter,
            owner=hold.owner,
            review_by=hold.review_by,
            conversations=None if ids is None else len(ids),
            date_range=hold.date_range,
            everything=ids is None and hold.date_range is None,
        )
