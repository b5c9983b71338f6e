"""What was decided about a ready job that must not run."""

from __future__ import annotations

from genesys_purge.model.slices import Slice
from genesys_purge.model.wire import Wire


class Withdrawal(Wire):
    """Stored before the job is cancelled, so that a worker that dies in between loses nothing.

    `pending` and `protected` are those of the batch once the job is cancelled.
    """

    reason: str
    pending: tuple[Slice, ...]
    protected: frozenset[int]
