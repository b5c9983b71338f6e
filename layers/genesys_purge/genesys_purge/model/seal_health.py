"""SealHealth: how far the audit was sealed when it was last checked."""

from __future__ import annotations

from genesys_purge.model.dates import Instant
from genesys_purge.model.wire import Wire


class SealHealth(Wire):
    """The result of a check.

    `checked_at` is when the check began. `oldest_unsealed_at` is the time of the oldest record that
    no published checkpoint covers, if there is one.
    """

    checked_at: Instant
    oldest_unsealed_at: Instant | None = None
