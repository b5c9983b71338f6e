"""What is kept of one entry of the live platform's own audit: ids and words, and nobody's name."""

from __future__ import annotations

from genesys_purge.model.dates import Instant
from genesys_purge.model.wire import Wire


class PlatformEvent(Wire):
    """What was done there to what, when, and by which OAuth client; names and values are left out.

    `properties` are the names of what changed. An id that is none of Genesys's kind is absent.
    """

    event_id: str | None = None
    service: str | None = None
    entity_type: str
    entity_id: str | None = None
    action: str
    at: Instant
    client_id: str | None = None
    properties: tuple[str, ...] | None = None
