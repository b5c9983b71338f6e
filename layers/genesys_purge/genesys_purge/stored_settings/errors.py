"""The errors of stored settings."""

from __future__ import annotations

from genesys_purge.errors import CallerError


class VersionDiffers(CallerError):
    """The stored version is not the one that the caller has read; the message names it."""

    http_status = 409
