"""CertifyRun: a signed certificate for a run whose sealed records prove its deletion."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from genesys_purge.errors import LostRace
from genesys_purge.ports import Clock
from genesys_purge.proof.certificates.commit_issued import CommitIssued
from genesys_purge.proof.certificates.dsse import CertificateKey, envelope_of, key_id_of
from genesys_purge.proof.certificates.issued import ENVELOPE, WITHDRAWAL, Issued, issued_for
from genesys_purge.proof.certificates.issuer import Issuer
from genesys_purge.proof.certificates.planned_lines import planned_lines
from genesys_purge.proof.certificates.predicate import predicate_of
from genesys_purge.proof.certificates.sealed_audit import SealedAudit, tree_and_end_of
from genesys_purge.proof.entries import CERTIFICATE, certificate_folder, digest_of, statement
from genesys_purge.proof.errors import Contradicted
from genesys_purge.proof.pem import pem_of
from genesys_purge.proof.ports import Evidence, Plans, Seals, Trail
from genesys_purge.proof.races import MOST_RACES

AUDIT, PLAN = "audit.jsonl", "plan.jsonl"


class CertifyRun:
    """What is stored first in the bucket decides, so nothing is issued twice, whatever dies.

    Every call completes what is stored, and then decides what follows from the sealed records.
    """

    def __init__(
        self,
        trail: Trail,
        seals: Seals,
        evidence: Evidence,
        plans: Plans,
        key: CertificateKey,
        origin: str,
        controller: str | None,
        now: Clock,
    ) -> None:
        self._trail = trail
        self._seals = seals
        self._evidence = evidence
        self._plans = plans
        self._key = key
        self._origin = origin
        self._controller = controller
        self._now = now

    def __call__(self, run_id: str) -> bool:
        """Issue the certificate of the run, and withdraw the one before. It is always done.

        A run that is not finished, not verified or a dry run gets none. Later records withdraw a
        certificate only if they change what it states. Contradicted if the records of the run or
        the lines of its plan are not those that are sealed, Misconfigured if lines are missing.
        """
        commit = CommitIssued(self._seals, self._evidence, run_id, self._now)
        made: bytes | None = None
        for _ in range(MOST_RACES):
            issued = issued_for(self._evidence, run_id)
            if issued:
                self._publish_key()
            commit(issued)
            if made and issued[-1].has(made):
                return True
            if (made := self._decided(run_id, issued)) is None:
                return True
        raise LostRace(f"the records of {run_id} changed {MOST_RACES} times")

    def _decided(self, run_id: str, issued: Sequence[Issued]) -> bytes | None:
        """Store what follows from the sealed records, unless another worker is faster.

        None if nothing new follows.
        """
        audit, newest = self._sealed(run_id), issued[-1] if issued else None
        if newest and newest.tree_size >= audit.tree.size:
            # The same records withdraw nothing, even if a later release states them differently.
            return None
        number, supersedes = len(issued) + 1, newest.sha256 if newest else None
        issuer = Issuer(self._origin, key_id_of(self._key.der), self._controller)
        predicate = predicate_of(audit, issuer, number, supersedes)
        if predicate is None:
            return self._withdrawn(newest)
        plan = self._plan(run_id, audit)
        subject = [(AUDIT, audit.sha256), (PLAN, digest_of(plan or b""))]
        payload = statement(CERTIFICATE, subject, predicate)
        if newest and not newest.withdrawal and newest.states_the_same_as(payload):
            return None
        if plan is None:
            return self._withdrawn(newest)
        envelope = envelope_of(payload, self._key)
        self._evidence.put_first(f"{certificate_folder(run_id, number)}/{ENVELOPE}", envelope)
        return envelope

    def _plan(self, run_id: str, audit: SealedAudit) -> bytes | None:
        """The lines of the plan, copied once; None for a plan that an earlier release made."""
        facts = audit.planned["plan"] if audit.planned else {}
        if "lines" not in facts:
            return None
        name = f"runs/{run_id}/{PLAN}"
        copied = self._evidence.get(name)
        content = planned_lines(self._plans, run_id, facts, copied and copied.content)
        if copied is None:
            self._evidence.put_once(name, content)
        return content

    def _withdrawn(self, newest: Issued | None) -> bytes | None:
        """Withdraw the certificate that nothing replaces; None if there is none to withdraw."""
        if newest is None or newest.withdrawal:
            return None
        content = newest.withdrawn("not_proven", self._now())
        self._evidence.put_first(f"{newest.folder}/{WITHDRAWAL}", content)
        return content

    def _sealed(self, run_id: str) -> SealedAudit:
        """The records up to the last totals; they are read twice, and never all in memory."""
        sealed = self._seals.run(run_id).tree
        tree, end = tree_and_end_of(islice(self._trail.lines(run_id, 1), sealed.size))
        if not sealed.size or tree != sealed:
            raise Contradicted(f"the records of {run_id} are not those that are sealed")
        return SealedAudit(islice(self._trail.lines(run_id, 1), end))

    def _publish_key(self) -> None:
        """For convenience: who verifies must know the key from elsewhere."""
        der = self._key.der
        self._evidence.put_once(f"keys/{key_id_of(der)}.pem", pem_of(der).encode())
