"""SubmitBatch: hand a batch to Genesys, once."""

from genesys_purge.entrypoint import task
from genesys_purge.model.messages import BatchStep
from genesys_purge.wiring import purging


@task(BatchStep)
def handler(message: BatchStep) -> BatchStep:
    return purging.submit_batch()(message)
