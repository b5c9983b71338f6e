"""IngestPlatformEvent: record each event about recordings and rules of the live platform once."""

from __future__ import annotations

from collections.abc import Mapping

from genesys_purge.ports import AuditLog, Clock, Meter
from genesys_purge.webhooks.inbound.partner_event import PartnerEvent


class IngestPlatformEvent:
    """The way in for the platform's partner event source; no run depends on these events."""

    def __init__(self, audit: AuditLog, meter: Meter, now: Clock) -> None:
        self._audit = audit
        self._meter = meter
        self._now = now

    def __call__(self, event: object) -> Mapping[str, str]:
        """`{"status": "recorded"}`, for a new event and for a repeated one, or `"dropped"`.

        InvalidRequest, and nothing is stored, if the event cannot be read.
        """
        delivered = PartnerEvent.read(event)
        if delivered is None or not delivered.is_ours:
            self._meter.count("PlatformEventsDropped")
            return {"status": "dropped"}
        if self._audit.record_once(delivered.record(self._now())):
            self._meter.count("PlatformEventsRecorded")
        return {"status": "recorded"}
