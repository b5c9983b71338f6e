"""The use cases that seal the audit and certify runs."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from genesys_purge.wiring import adapters

if TYPE_CHECKING:
    from genesys_purge.proof.certificates.certify_run import CertifyRun
    from genesys_purge.proof.seal_audit import SealAudit
    from genesys_purge.store.evidence import S3Evidence
    from genesys_purge.store.queues import SqsQueue
    from genesys_purge.store.seals import DynamoSeals
    from genesys_purge.store.trail import StoredTrail


@cache
def trail() -> StoredTrail:
    from genesys_purge.store.trail import StoredTrail

    return StoredTrail(adapters.aws("dynamodb"), adapters.settings().tables.audit)


@cache
def seals() -> DynamoSeals:
    from genesys_purge.store.seals import DynamoSeals

    table = adapters.settings().tables.seals
    return DynamoSeals(adapters.aws("dynamodb"), table, adapters.ledger())


@cache
def evidence() -> S3Evidence:
    from genesys_purge.store.evidence import S3Evidence

    return S3Evidence(adapters.aws("s3"), adapters.settings().stack.evidence_bucket)


@cache
def certificates() -> SqsQueue:
    queues = adapters.settings().queues
    return adapters.queue(queues.certificates, queues.abandoned_certificates)


@cache
def seal_audit() -> SealAudit:
    from genesys_purge.proof.publish_seals import PublishSeals
    from genesys_purge.proof.seal_audit import SealAudit
    from genesys_purge.store.signing_key import KmsSigner

    stack = adapters.settings().stack
    signer = KmsSigner(adapters.aws("kms"), stack.seal_key, stack.seal_origin)
    publish = PublishSeals(trail(), seals(), evidence(), signer)
    return SealAudit(trail(), seals(), publish, certificates(), adapters.meter())


@cache
def certify_run() -> CertifyRun:
    from genesys_purge.proof.certificates.certify_run import CertifyRun
    from genesys_purge.store.signing_key import KmsCertificateKey

    stack = adapters.settings().stack
    key = KmsCertificateKey(adapters.aws("kms"), stack.certificate_key)
    return CertifyRun(trail(), seals(), evidence(), key, stack.seal_origin, adapters.now)
