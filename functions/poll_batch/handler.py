"""PollBatch: look how a batch's job stands."""

from genesys_purge import wiring
from genesys_purge.entrypoint import task
from genesys_purge.model.messages import BatchStep


@task(BatchStep)
def handler(message: BatchStep) -> BatchStep:
    return wiring.poll_batch()(message)
