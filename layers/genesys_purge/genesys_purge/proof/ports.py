"""What sealing needs: the stored audit, its own state, the evidence bucket, and a key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from genesys_purge.model.audit import AuditRecord
from genesys_purge.model.merkle import Frontier
from genesys_purge.model.seal_health import SealHealth
from genesys_purge.model.stored_object import StoredObject
from genesys_purge.proof.note import VerifierKey


class Trail(Protocol):
    """The stored records of the audit."""

    def lines(self, run_id: str, first: int) -> Iterator[bytes]:
        """The stored bytes of each record from the number `first` on, until one is missing."""

    def last(self, run_id: str) -> int:
        """The highest number of the run; 0 if it has no record."""

    def times(self, run_id: str, first: int, most: int) -> Sequence[tuple[int, datetime]]:
        """The numbers and times of at most so many records from the number `first` on."""


class Health(Protocol):
    """The last check of the seals."""

    def put(self, health: SealHealth) -> None:
        """Store it, unless a check that began later is stored."""


class SealedRun(NamedTuple):
    """How much of a run is sealed: the tree over its records, numbered from 1."""

    run_id: str
    tree: Frontier = Frontier()


class Seals(Protocol):
    """What is committed to be sealed, before and after it is published."""

    def head(self) -> Frontier:
        """The tree over all entries of the log; read consistently."""

    def run(self, run_id: str) -> SealedRun:
        """How much of the run is committed; read consistently."""

    def commit(
        self,
        head: tuple[Frontier, Frontier],
        entries: Sequence[bytes],
        runs: Sequence[tuple[SealedRun, SealedRun]],
        record: AuditRecord | None = None,
    ) -> None:
        """Store the entries with the new head and runs, and append the record, all or nothing.

        Head and runs are pairs of what was read and what follows. LostRace unless what was read is
        still stored.
        """

    def entries(self, first: int, end: int) -> Sequence[bytes]:
        """The committed entries from the index `first` to before `end`."""


class Version(NamedTuple):
    """The content of a replaceable file, and the tag by which it is replaced."""

    content: bytes
    tag: str


class Evidence(Protocol):
    """The bucket in which nothing is changed, apart from the latest checkpoint and the policy."""

    def get(self, key: str) -> Version | None:
        """The file; None if it does not exist."""

    def put_once(self, key: str, content: bytes) -> None:
        """Store the file; Contradicted if another content is stored under the key."""

    def put_first(self, key: str, content: bytes) -> None:
        """Store the file unless one is stored, whatever its content is."""

    def replace(self, key: str, content: bytes, before: Version | None) -> None:
        """Store the file; LostRace unless `before` is still stored."""


class Plans(Protocol):
    """The bucket of plans."""

    def get(self, run_id: str, name: str, stored: StoredObject) -> bytes:
        """The content of an object; Misconfigured if it is missing or was changed."""


class Signer(Protocol):
    """A private key of the log; it signs, and cannot be read. KeyUnusable if it is disabled."""

    @property
    def name(self) -> str:
        """Its name in KMS, which is known even if it is disabled."""

    @property
    def key(self) -> VerifierKey:
        """The public key."""

    def sign(self, data: bytes) -> bytes:
        """The Ed25519 signature of these bytes, always the same one."""
