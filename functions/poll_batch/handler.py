"""PollBatch: look how a batch's job stands."""

from genesys_purge.entrypoint import task
from genesys_purge.model.messages import BatchStep
from genesys_purge.wiring import purging


@task(BatchStep)
def handler(message: BatchStep) -> BatchStep:
    return purging.poll_batch()(message)
