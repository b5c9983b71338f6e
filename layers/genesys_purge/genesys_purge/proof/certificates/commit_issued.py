"""CommitIssued: the entries of the log and the audit records about the certificates of a run."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import zip_longest

import orjson

from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.merkle import leaf_hash
from genesys_purge.model.record_facts import CertificateFacts
from genesys_purge.ports import Clock
from genesys_purge.proof.certificates.dsse import sigstore_bundle_of
from genesys_purge.proof.certificates.issued import WITHDRAWAL, Issued
from genesys_purge.proof.certificates.page import page_of
from genesys_purge.proof.ports import Evidence, SealedRun, Seals
from genesys_purge.proof.races import until_won

ACTOR = "certify_run"


def sequence_of(run_id: str) -> str:
    """The name under which the certificates of a run are committed."""
    return f"{run_id}#certificates"


class CommitIssued:
    """Their order in the log is certificate, withdrawal, next certificate, and so on.

    An entry and the audit record about it are stored in one transaction. The record is sealed like
    any other, and brings the entry into the log.
    """

    def __init__(self, seals: Seals, evidence: Evidence, run_id: str, now: Clock) -> None:
        self._seals = seals
        self._evidence = evidence
        self._run_id = run_id
        self._now = now

    def __call__(self, issued: Sequence[Issued]) -> None:
        """Complete what is stored: files, withdrawals by later certificates, and entries."""
        entries: list[tuple[bytes, AuditRecord]] = []
        for each, later in zip_longest(issued, issued[1:]):
            self._put_files(each)
            entries.append((each.payload, self._issue(each)))
            withdrawal = each.withdrawal or (later and self._replaced(each, later))
            if withdrawal:
                entries.append((withdrawal, self._withdrawal(each, withdrawal)))
        for position, (entry, record) in enumerate(entries):
            until_won(partial(self._commit, position, entry, record))

    def _put_files(self, each: Issued) -> None:
        for file, content in (
            ("statement.json", each.payload),
            ("certificate.sigstore.json", sigstore_bundle_of(each.envelope)),
            ("certificate.html", page_of(each.payload)),
        ):
            self._evidence.put_first(f"{each.folder}/{file}", content)

    def _replaced(self, each: Issued, later: Issued) -> bytes:
        """The stored withdrawal: this one, unless another worker was faster."""
        name = f"{each.folder}/{WITHDRAWAL}"
        made = each.withdrawn("corrected", self._now(), later.certificate_id)
        self._evidence.put_first(name, made)
        stored = self._evidence.get(name)
        return stored.content if stored else made

    def _commit(self, position: int, entry: bytes, record: AuditRecord) -> None:
        """Make it an entry of the log with its audit record, unless it is one."""
        done, head = self._seals.run(sequence_of(self._run_id)), self._seals.head()
        if done.tree.size > position:
            return
        leaf = [leaf_hash(entry)]
        after = SealedRun(done.run_id, done.tree.extended(leaf))
        self._seals.commit((head, head.extended(leaf)), [entry], [(done, after)], record)

    def _issue(self, each: Issued) -> AuditRecord:
        facts = CertificateFacts(
            certificate_id=each.certificate_id,
            sha256=each.sha256,
            outcome=each.predicate["outcome"],
        )
        return self._record(Action.CERTIFICATE_ISSUED, facts)

    def _withdrawal(self, each: Issued, withdrawal: bytes) -> AuditRecord:
        said = orjson.loads(withdrawal)["predicate"]
        facts = CertificateFacts(
            certificate_id=each.certificate_id,
            sha256=each.sha256,
            reason=said["reason"],
            superseded_by=said.get("supersededBy"),
        )
        return self._record(Action.CERTIFICATE_WITHDRAWN, facts)

    def _record(self, action: Action, facts: CertificateFacts) -> AuditRecord:
        return AuditRecord(
            run_id=self._run_id, at=self._now(), actor=ACTOR, action=action, certificate=facts
        )
