"""How far the plan of a run is that is made in several turns."""

from __future__ import annotations

from typing import Any

from genesys_purge.model.dates import Instant
from genesys_purge.model.stored_object import StoredObject
from genesys_purge.model.wire import Wire


class Planning(Wire):
    """A plan that is not complete: when it began, its finished turns, and its counts so far.

    `key` is the secret of the plan's lines, the same in all turns. `progress` is what the next turn
    needs to go on.
    """

    began_at: Instant
    key: StoredObject | None = None
    turns: int = 0
    batches: int = 0
    targeted: int = 0
    progress: StoredObject | None = None

    def shown(self) -> dict[str, Any]:
        """The counts as JSON for callers."""
        return self.model_dump(mode="json", by_alias=True, exclude={"key", "progress"})
