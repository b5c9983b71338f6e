"""What sealing must stop at, because it would prove something wrong."""

from __future__ import annotations

from genesys_purge.errors import OurError


class Contradicted(OurError):
    """Stored evidence says something else: a record or a file was changed, or a table restored."""
