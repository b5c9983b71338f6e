"""The permit for sending one deleting call."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from genesys_purge.errors import PermitExpired

# The guard's reads and the start of the request together take less than this.
LIFETIME = timedelta(seconds=2)


@dataclass(slots=True)
class Permit:
    """Authorization to send one deleting call once, at most two seconds after the guard's checks.

    `checked_at` is when the guard began to read what it decides by. Only `calling.guard` issues it.
    """

    run_id: str
    batch: int
    attempt: int
    checked_at: datetime = field(compare=False)
    is_used: bool = field(default=False, compare=False)

    def use(self, now: datetime) -> None:
        """Use the permit; PermitExpired, and nothing may be sent, if it is used or too old."""
        if self.is_used:
            raise PermitExpired("the permit for this call was already used; it needs a new one")
        self.is_used = True
        self.require_fresh(now)

    def require_fresh(self, now: datetime) -> None:
        """PermitExpired if the checks are too old, or later than `now`."""
        age = now - self.checked_at
        if not timedelta(0) <= age <= LIFETIME:
            raise PermitExpired(
                f"the checks of this call are {age.total_seconds():.1f} seconds old, and at most "
                f"{LIFETIME.total_seconds():.0f} are allowed; the call was not sent"
            )
