"""The errors of changes to legal holds."""

from __future__ import annotations

from genesys_purge.errors import CallerError


class WrongState(CallerError):
    """The state of the hold does not allow the request; the message says what to do."""

    http_status = 409
