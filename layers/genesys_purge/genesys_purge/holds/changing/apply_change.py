"""ApplyChange: what the approval of a release or of a narrowing does to the hold."""

from __future__ import annotations

from datetime import datetime, timedelta

from genesys_purge.approvals.errors import HashDiffers
from genesys_purge.approvals.ports import Effected
from genesys_purge.holds.changing.request_change import is_shown
from genesys_purge.holds.editing import hold_id_in, read
from genesys_purge.holds.ports import HoldStore
from genesys_purge.model.approval import Approval
from genesys_purge.model.hold_change import ChangeKind
from genesys_purge.model.hold_facts import HoldFacts


class ApplyChange:
    """Begins the cool-down. The hold covers all that it covered until the cool-down is over."""

    def __init__(self, holds: HoldStore) -> None:
        self._holds = holds

    def __call__(self, approval: Approval, now: datetime) -> Effected:
        """The effect; HashDiffers if it is not what the approval shows any more."""
        stored = read(self._holds, hold_id_in(approval.subject))
        hold, change = stored.hold, stored.hold.change
        if change is None or not (hold.is_active(now) and is_shown(approval, hold, change)):
            raise HashDiffers(
                f"the hold {hold.hold_id}, or the request in it, was changed or kept since the "
                "request; ask again"
            )
        at = now + timedelta(days=change.cool_down_days)
        approved = hold.model_copy(
            update={
                "change": change.model_copy(update={"effective_at": at}),
                "released_at": at if change.kind is ChangeKind.RELEASE else hold.released_at,
            }
        )
        facts = {"hold": HoldFacts.of(approved)}
        return Effected([self._holds.replacing(stored, approved)], facts)
