"""The port that says whether a run is cancelled, and the error if it is."""

from __future__ import annotations

from typing import Protocol

from genesys_purge.errors import CallerError
from genesys_purge.model.cancellation import RunCancellation


class RunCancelled(CallerError):
    """Somebody cancelled the run; the message says when and why. Nothing was called."""


class Cancellations(Protocol):
    """The cancellations of runs."""

    def of(self, run_id: str) -> RunCancellation | None:
        """The cancellation of the run, read consistently; None if nobody asked for it."""
