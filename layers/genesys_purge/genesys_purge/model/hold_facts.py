"""What the audit keeps of a legal hold, without the ids of its conversations."""

from __future__ import annotations

from typing import Annotated, Self

from genesys_purge.model.dates import Instant, Window
from genesys_purge.model.erasable import ERASABLE
from genesys_purge.model.hold_change import ChangeFacts
from genesys_purge.model.holds import HoldDocument
from genesys_purge.model.matter import Matter
from genesys_purge.model.wire import Wire


def audit_id(hold_id: str) -> str:
    """The id of the hold's own audit sequence; no run has a colon in its id."""
    return f"hold:{hold_id}"


class RefusalFacts(Wire):
    """A deletion that a hold refused; without `records`, their number is unknown."""

    run_id: str
    batch: int
    records: int | None = None


class HoldFacts(Wire):
    """The facts of a hold: `conversations` counts its ids; without any scope it is `everything`."""

    hold_id: str
    reason: Annotated[str, ERASABLE]
    matter: Annotated[Matter | None, ERASABLE] = None
    owner: Annotated[str | None, ERASABLE] = None
    review_by: Instant | None = None
    conversations: int | None = None
    date_range: Window | None = None
    organisations: tuple[str, ...] | None = None
    everything: bool = False
    released_at: Instant | None = None
    change: ChangeFacts | None = None

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
            organisations=hold.organisations,
            everything=hold.scope.is_everything,
            released_at=hold.released_at,
            change=ChangeFacts.of(hold.change) if hold.change else None,
        )
