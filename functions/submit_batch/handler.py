"""SubmitBatch: hand a batch to Genesys, once."""

from genesys_purge import wiring
from genesys_purge.entrypoint import task
from genesys_purge.model.messages import BatchStep


@task(BatchStep)
def handler(message: BatchStep) -> BatchStep:
    return wiring.submit_batch()(message)
