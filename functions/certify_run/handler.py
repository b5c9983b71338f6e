"""CertifyRun: the certificate of a run that is finished and sealed."""

from genesys_purge.consumers import queued
from genesys_purge.model.messages import RunRef
from genesys_purge.ports import Receipt
from genesys_purge.wiring import sealing


@queued(RunRef)
def handler(message: RunRef, _: Receipt) -> bool:
    return sealing.certify_run()(message.run_id)
