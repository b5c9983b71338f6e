"""The cancellation of a run: a person or machine asked that it deletes nothing more."""

from __future__ import annotations

from genesys_purge.model.dates import Instant
from genesys_purge.model.wire import Wire


class RunCancellation(Wire):
    """The first request to cancel the run, which lasts: a cancelled run is never resumed."""

    run_id: str
    reason: str
    requested_at: Instant
    requested_by: str
    requested_by_person: str | None = None

    @property
    def why(self) -> str:
        """The cancellation in a message."""
        return f"the run was cancelled at {self.requested_at.isoformat()}: {self.reason}"
