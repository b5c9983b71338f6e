"""Why a decision is refused; these errors reach HTTP callers only."""

from __future__ import annotations

from genesys_purge.errors import CallerError


class NotPending(CallerError):
    """The approval is decided or withdrawn, or its run or hold has changed; nothing was done."""

    http_status = 409


class HashDiffers(CallerError):
    """The decision is about something else than what is stored; read it again."""

    http_status = 409


class AlreadyDecided(CallerError):
    """The same person has decided otherwise before."""

    http_status = 409


class Expired(CallerError):
    """The approval was not given in time, which is a no."""

    http_status = 410
