"""The errors of erasing."""

from __future__ import annotations

from genesys_purge.errors import CallerError


class StillNeeded(CallerError):
    """The run has not ended, so its records may still be needed."""

    http_status = 409
