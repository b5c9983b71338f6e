"""The interfaces of the mirror of legal holds."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, Protocol

from genesys_purge.model.audit import AuditRecord
from genesys_purge.model.hold_mirror import Mirror


class MirrorStore(Protocol):
    """What the application protects, by organisation."""

    def get(self, organisation: str) -> Mirror:
        """The stored mirror, or an empty one."""

    def put(self, mirror: Mirror, record: AuditRecord | None = None) -> Mirror:
        """Store the mirror with an audit record, and return it with its new version.

        LostRace if it was changed since it was read.
        """


class Known(NamedTuple):
    """What an organisation answered about conversations: those it knows, and those it protects."""

    conversations: frozenset[str]
    protected: frozenset[str]


class Protector(Protocol):
    """The deletion protection of one organisation."""

    def known(self, ids: Sequence[str], also: Collection[str]) -> Known:
        """What the organisation knows of the ids, and whether it protects these and `also`."""

    def protect(self, ids: Sequence[str]) -> Mapping[str, str]:
        """Protect conversations; the reason for each that is not protected.

        OutcomeUnknown if Genesys may have protected them.
        """

    def lift(self, ids: Sequence[str]) -> Mapping[str, str]:
        """Let conversations go; the reason for each that is still protected."""
