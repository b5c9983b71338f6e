"""The stored part of an entry in the live platform's audit; it contains no personal data."""

from __future__ import annotations

from genesys_purge.model.dates import Instant
from genesys_purge.model.wire import Wire


class PlatformEvent(Wire):
    """The action, the entity, the time and the OAuth client, without names and values.

    `properties` are the names of the changed properties. A malformed id or word is omitted.
    """

    event_id: str | None = None
    service: str | None = None
    entity_type: str
    entity_id: str | None = None
    action: str | None = None
    at: Instant
    client_id: str | None = None
    properties: tuple[str, ...] | None = None
