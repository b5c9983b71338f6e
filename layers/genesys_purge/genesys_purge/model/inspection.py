"""How far the comparison of a ready job with the plan is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from genesys_purge.model.dates import Instant
from genesys_purge.model.wire import Wire


class Inspection(Wire):
    """The counts of the first `position` records of a part whose job `jobId` is ready.

    `conversations`, `records`, `unprepared`, `unsure` and `kept` are what the job may cover of
        them. Genesys protects the entries `held`. `search` is how far the search for other
    conversations is, and `found` how many planned ones it has found.
    """

    job_id: str
    began_at: Instant
    position: int = 0
    conversations: int = 0
    records: int | None = None
    unprepared: int = 0
    unsure: int = 0
    kept: int | None = None
    held: frozenset[int] = frozenset()
    search: Mapping[str, Any] | None = None
    found: int = 0
