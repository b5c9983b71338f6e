"""A reference to an object that was stored once and never changes."""

from __future__ import annotations

from genesys_purge.model.wire import Wire


class StoredObject(Wire):
    """The SHA-256 of the object's content in hex, and the content's size in bytes."""

    sha256: str
    size: int
