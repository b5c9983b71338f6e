"""VerifyBatch: look whether a batch's records are gone."""

from genesys_purge import wiring
from genesys_purge.entrypoint import task
from genesys_purge.model.messages import BatchStep


@task(BatchStep)
def handler(message: BatchStep) -> BatchStep:
    return wiring.verify_batch()(message)
