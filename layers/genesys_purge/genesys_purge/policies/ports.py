"""The interfaces of purge policies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from genesys_purge.model.audit import AuditRecord
from genesys_purge.policies.document import PolicyVersion


class PolicyStore(Protocol):
    """The stored policies; every version is kept. Misconfigured if one cannot be read."""

    def put(self, policy: PolicyVersion, record: AuditRecord) -> None:
        """Store a new version with its audit record; LostRace if its number is taken."""

    def latest(self, name: str) -> PolicyVersion | None:
        """The newest version of a policy."""

    def version(self, name: str, number: int) -> PolicyVersion | None:
        """One version of a policy."""

    def all(self) -> Sequence[PolicyVersion]:
        """The newest version of each policy, by name."""
