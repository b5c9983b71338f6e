"""A job of a batch that takes several jobs, one for each part."""

from __future__ import annotations

from genesys_purge.model.wire import Wire


class FinishedJob(Wire):
    """A job that is done with its part, and how many records it covered, if they were counted."""

    job_id: str
    covered: int | None = None
