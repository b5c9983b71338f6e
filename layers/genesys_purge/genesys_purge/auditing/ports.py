"""The interface of erasing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from genesys_purge.model.audit import AuditRecord
from genesys_purge.model.erasable import StoredDisclosures


class Erasures(Protocol):
    """Personal data beside the audit; each erasure and its audit record are stored together."""

    def last(self, run_id: str) -> int:
        """The number of the last audit record of a sequence; 0 if it has none."""

    def of_run(self, run_id: str) -> Iterator[StoredDisclosures]:
        """What is not erased of the records of a run, in their order."""

    def at(self, run_id: str, sequences: Sequence[int]) -> Sequence[StoredDisclosures]:
        """What is not erased of these records, in their order."""

    def pseudonym(self, person_id: str) -> str | None:
        """The pseudonym of a human; None if there is none."""

    def erase(self, run_id: str, sequences: Sequence[int], record: AuditRecord) -> None:
        """Erase at most 90 disclosures; LostRace unless all of them are stored."""

    def forget(self, person_id: str, pseudonym: str, record: AuditRecord) -> None:
        """Erase the pseudonym of a human; LostRace unless it is stored."""
