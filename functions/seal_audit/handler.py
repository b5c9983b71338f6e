"""SealAudit: new records of the audit are sealed, changed and removed ones are reported."""

from genesys_purge.consumers import Gathered, gathered
from genesys_purge.wiring import auditing, sealing


@gathered
def handler(batch: Gathered) -> None:
    auditing.record_alteration()(batch.changes)
    sealing.seal_audit()(batch.actions)
