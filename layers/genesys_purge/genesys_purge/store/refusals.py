"""What legal holds refused, in the audit of each hold, once for each batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from genesys_purge.errors import LostRace
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.hold_facts import RefusalFacts, audit_id
from genesys_purge.ports import Clock
from genesys_purge.store.ledger import Ledger
from genesys_purge.store.transactions import Write

if TYPE_CHECKING:
    from genesys_purge.store.sizes import Item

NEW = "attribute_not_exists(runId)"


class DynamoRefusals:
    """Implements the port `Refusals`: a marker among the items of the run makes a record single."""

    def __init__(self, table: str, ledger: Ledger, now: Clock, actor: str) -> None:
        self._table = table
        self._ledger = ledger
        self._now = now
        self._actor = actor

    def note(self, run_id: str, batch: int, holds: Mapping[str, int | None]) -> None:
        for hold_id, records in holds.items():
            key: Item = {"runId": {"S": run_id}, "item": {"S": f"refused#{batch:06}#{hold_id}"}}
            record = AuditRecord(
                run_id=audit_id(hold_id),
                at=self._now(),
                actor=self._actor,
                action=Action.HOLD_REFUSED_DELETION,
                refusal=RefusalFacts(run_id=run_id, batch=batch, records=records),
            )
            try:
                self._ledger.commit([Write(self._table, key, NEW)], record)
            except LostRace:
                # It is recorded, or the audit of the hold is busy: the refusal stands either way.
                continue
