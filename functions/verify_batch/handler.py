"""VerifyBatch: look whether a batch's records are gone."""

from genesys_purge.entrypoint import task
from genesys_purge.model.messages import BatchStep
from genesys_purge.wiring import purging


@task(BatchStep)
def handler(message: BatchStep) -> BatchStep:
    return purging.verify_batch()(message)
