"""CertifyRun: a signed certificate for a run whose sealed records prove its deletion."""

from __future__ import annotations

from itertools import islice

import orjson

from genesys_purge.errors import LostRace
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.merkle import Frontier, leaf_hash
from genesys_purge.model.record_facts import CertificateFacts
from genesys_purge.ports import Clock
from genesys_purge.proof.certificates.dsse import (
    CertificateKey,
    envelope_of,
    key_id_of,
    payload_of,
    sigstore_bundle_of,
)
from genesys_purge.proof.certificates.issuer import Issuer
from genesys_purge.proof.certificates.page import page_of
from genesys_purge.proof.certificates.predicate import SealedAudit, predicate_of
from genesys_purge.proof.entries import (
    CERTIFICATE,
    certificate_folder,
    content_of,
    digest_of,
    statement,
)
from genesys_purge.proof.errors import Contradicted
from genesys_purge.proof.pem import pem_of
from genesys_purge.proof.ports import Appending, Evidence, SealedRun, Seals, Trail, Version

ACTOR = "certify_run"
AUDIT = "audit.jsonl"
MOST_RACES = 20


def sequence_of(run_id: str) -> str:
    """The name under which the certificates of a run are committed."""
    return f"{run_id}#certificates"


class CertifyRun:
    """The envelope is stored first and decides; so a run has one certificate, whatever dies.

    The audit record about it is sealed like any other, and brings the entry into the log.
    """

    def __init__(
        self,
        trail: Trail,
        seals: Seals,
        evidence: Evidence,
        key: CertificateKey,
        origin: str,
        audit: Appending,
        now: Clock,
    ) -> None:
        self._trail = trail
        self._seals = seals
        self._evidence = evidence
        self._key = key
        self._origin = origin
        self._audit = audit
        self._now = now

    def __call__(self, run_id: str) -> bool:
        """Issue the certificate of the run, once. It is always done with the message.

        A run that is not finished, not verified or a dry run gets none. Contradicted if the records
        of the run are not those that are sealed.
        """
        name = f"{certificate_folder(run_id)}/certificate.dsse.json"
        envelope = self._evidence.get(name) or self._signed(run_id, name)
        if envelope is None:
            return True
        payload = payload_of(envelope.content)
        self._publish_key()
        for file, content in (
            ("statement.json", payload),
            ("certificate.sigstore.json", sigstore_bundle_of(envelope.content)),
            ("certificate.html", page_of(payload)),
        ):
            self._evidence.put_first(f"{certificate_folder(run_id)}/{file}", content)
        self._commit(run_id, payload)
        self._record(run_id, payload)
        return True

    def _publish_key(self) -> None:
        """For convenience: who verifies must know the key from elsewhere."""
        der = self._key.der
        self._evidence.put_once(f"keys/{key_id_of(der)}.pem", pem_of(der).encode())

    def _signed(self, run_id: str, name: str) -> Version | None:
        """The stored envelope: this one, unless another worker was faster."""
        if (made := self._made(run_id)) is None:
            return None
        self._evidence.put_first(name, made)
        return self._evidence.get(name)

    def _record(self, run_id: str, payload: bytes) -> None:
        """Add the audit record about the certificate, unless it is there."""
        actions = (orjson.loads(line)["action"] for line in self._trail.lines(run_id, 1))
        if Action.CERTIFICATE_ISSUED in actions:
            return
        predicate = orjson.loads(payload)["predicate"]
        facts = CertificateFacts(
            certificate_id=predicate["certificateId"],
            outcome=predicate["outcome"],
            sha256=digest_of(payload),
        )
        self._audit.append(
            AuditRecord(
                run_id=run_id,
                at=self._now(),
                actor=ACTOR,
                action=Action.CERTIFICATE_ISSUED,
                certificate=facts,
            )
        )

    def _made(self, run_id: str) -> bytes | None:
        """A new envelope; every call signs another one."""
        tree = self._seals.run(run_id).tree
        lines = list(islice(self._trail.lines(run_id, 1), tree.size))
        if not lines or Frontier().extended(map(leaf_hash, lines)) != tree:
            raise Contradicted(f"the records of {run_id} are not those that are sealed")
        issuer = Issuer(self._origin, key_id_of(self._key.der))
        predicate = predicate_of(SealedAudit(lines, tree), issuer)
        if predicate is None:
            return None
        subject = [(AUDIT, digest_of(content_of(lines)))]
        return envelope_of(statement(CERTIFICATE, subject, predicate), self._key)

    def _commit(self, run_id: str, payload: bytes) -> None:
        """Make the statement an entry of the log, unless it is one."""
        leaf = leaf_hash(payload)
        for _ in range(MOST_RACES):
            issued = self._seals.run(sequence_of(run_id))
            if issued.tree.size:
                return
            head = self._seals.head()
            after = SealedRun(issued.run_id, issued.tree.extended([leaf]))
            try:
                self._seals.commit((head, head.extended([leaf])), [payload], [(issued, after)])
            except LostRace:
                continue
            return
        raise LostRace(f"another sealer was faster {MOST_RACES} times")
