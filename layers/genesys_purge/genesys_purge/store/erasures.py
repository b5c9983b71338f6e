"""Erases personal data beside the audit, together with the record of the erasure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from genesys_purge.model.audit import AuditRecord
from genesys_purge.model.erasable import StoredDisclosures
from genesys_purge.store.ledger import Ledger
from genesys_purge.store.personal_data import PersonalData, disclosures_key, person_key
from genesys_purge.store.trail import StoredTrail
from genesys_purge.store.transactions import Write

STORED = "attribute_exists(subject)"


class DynamoErasures:
    """Implements the `Erasures` port."""

    def __init__(self, trail: StoredTrail, personal: PersonalData, ledger: Ledger) -> None:
        self._trail = trail
        self._personal = personal
        self._ledger = ledger

    def last(self, run_id: str) -> int:
        return self._trail.last(run_id)

    def of_run(self, run_id: str) -> Iterator[StoredDisclosures]:
        return self._personal.of_run(run_id)

    def at(self, run_id: str, sequences: Sequence[int]) -> Sequence[StoredDisclosures]:
        return self._personal.at(run_id, sequences)

    def pseudonym(self, person_id: str) -> str | None:
        return self._personal.known_pseudonym(person_id)

    def erase(self, run_id: str, sequences: Sequence[int], record: AuditRecord) -> None:
        keys = [disclosures_key(run_id, each) for each in sequences]
        writes = [Write(self._personal.table, key, STORED, kind="Delete") for key in keys]
        self._ledger.commit(writes, record)

    def forget(self, person_id: str, pseudonym: str, record: AuditRecord) -> None:
        write = Write(
            self._personal.table,
            person_key(person_id),
            "body = :pseudonym",
            {":pseudonym": {"S": pseudonym}},
            kind="Delete",
        )
        self._ledger.commit([write], record)
