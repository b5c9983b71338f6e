"""What sealing must stop at, because it would prove something wrong."""

from __future__ import annotations

from genesys_purge.errors import OperatorError, OurError


class Contradicted(OurError):
    """Stored evidence says something else: a record or a file was changed, or a table restored."""


class KeyUnusable(OperatorError):
    """A key that must sign is disabled or deleted, or may not be used."""
