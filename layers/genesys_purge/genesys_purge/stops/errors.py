"""The errors of stops and cancellations."""

from __future__ import annotations

from genesys_purge.errors import CallerError


class HasEnded(CallerError):
    """The run has ended, so there is nothing to cancel."""

    http_status = 409


class NotStopped(CallerError):
    """Nothing of that scope and name is stopped, so there is nothing to resume."""

    http_status = 409
