"""The use cases that seal the audit and certify runs."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from genesys_purge.wiring import adapters

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from genesys_purge.proof.certificates.certify_run import CertifyRun
    from genesys_purge.proof.check_seals import CheckSeals
    from genesys_purge.proof.publish_seals import PublishSeals
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
def publish_seals() -> PublishSeals:
    from genesys_purge.proof.log_keys import LogKeys
    from genesys_purge.proof.publish_seals import PublishSeals
    from genesys_purge.store.signing_key import KmsSigner

    settings = adapters.settings()
    stack, kms = settings.stack, adapters.aws("kms")
    current = KmsSigner(kms, stack.seal_key, stack.seal_origin)
    before = settings.previous_seal_key
    previous = KmsSigner(kms, before, stack.seal_origin) if before else None
    keys = LogKeys(seals(), current, previous, settings.seal_key_change, adapters.now)
    return PublishSeals(trail(), seals(), evidence(), keys)


@cache
def seal_audit() -> SealAudit:
    from genesys_purge.proof.seal_audit import SealAudit

    return SealAudit(trail(), seals(), publish_seals(), certificates(), adapters.meter())


@cache
def check_seals() -> CheckSeals:
    from genesys_purge.proof.check_seals import CheckSeals
    from genesys_purge.proof.heartbeat import Heartbeat
    from genesys_purge.proof.unsealed import FindUnsealed
    from genesys_purge.store.seal_health import DynamoSealHealth

    now, table = adapters.now, adapters.settings().tables.seals
    return CheckSeals(
        FindUnsealed(recent_runs, trail(), seals(), evidence()),
        DynamoSealHealth(table, adapters.ledger()),
        adapters.ledger().fill_gaps,
        seal_audit(),
        Heartbeat(seals(), evidence(), publish_seals(), now),
        adapters.meter(),
        now,
    )


def recent_runs(since: datetime) -> Iterator[str]:
    """The runs that are not settled, and those submitted since then; some twice."""
    from genesys_purge.store.run_list import DynamoRunList

    yield from adapters.open_runs().oldest_first()
    listed = DynamoRunList(adapters.aws("dynamodb"), adapters.settings().tables.runs)
    yield from listed.ids_since(since)


@cache
def certify_run() -> CertifyRun:
    from genesys_purge.proof.certificates.certify_run import CertifyRun
    from genesys_purge.store.signing_key import KmsCertificateKey

    stack = adapters.settings().stack
    key = KmsCertificateKey(adapters.aws("kms"), stack.certificate_key)
    stores = (trail(), seals(), evidence(), adapters.plans())
    controller = adapters.settings().controller or None
    return CertifyRun(*stores, key, stack.seal_origin, controller, adapters.now)
