"""FailBatch: write down why a batch failed."""

from genesys_purge import wiring
from genesys_purge.entrypoint import task
from genesys_purge.model.messages import BatchStep, Failure


@task(Failure)
def handler(message: Failure) -> BatchStep:
    return wiring.fail_batch()(message)
