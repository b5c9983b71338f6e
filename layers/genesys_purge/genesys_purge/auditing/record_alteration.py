"""RecordAlteration: count and record each change of a stored audit record."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from genesys_purge.model.audit import Action, Alteration, AuditRecord
from genesys_purge.ports import AuditLog, Clock, Meter


class RecordAlteration:
    """The application itself only adds records, so each change is an incident."""

    def __init__(self, audit: AuditLog, meter: Meter, now: Clock) -> None:
        self._audit = audit
        self._meter = meter
        self._now = now

    def __call__(self, changes: Iterable[tuple[str, Alteration]]) -> None:
        """Count each alteration, which raises the alarm, and record it once for each event id.

        It is counted first and on every repetition: the alarm must not depend on the record.
        """
        for event_id, alteration in changes:
            self._record(event_id, alteration)

    def _record(self, event_id: str, alteration: Alteration) -> None:
        self._meter.count("AuditAltered")
        # A caller cannot choose a run id with a colon, so no other record has this key.
        digest = hashlib.sha256(event_id.encode()).hexdigest()[:32]
        self._audit.record_once(
            AuditRecord(
                run_id=f"alteration:{digest}",
                sequence=1,
                at=self._now(),
                actor="seal_audit",
                action=Action.AUDIT_ALTERED,
                alteration=alteration,
            )
        )
