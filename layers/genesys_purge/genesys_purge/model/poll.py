"""How often the jobs of a batch were polled, and what Genesys reported last."""

from __future__ import annotations

from genesys_purge.model.dates import Instant
from genesys_purge.model.wire import Wire


class Poll(Wire):
    """The last poll of a batch; `number` counts the polls of all its jobs.

    `turn` identifies the message that asked for the poll, so that a repeated message counts once.
    `purged` and `percent` are the last report about the job; None if Genesys did not report them.
    """

    run_id: str
    batch: int
    number: int
    turn: str
    at: Instant
    job_id: str
    purged: int | None = None
    percent: int | None = None
