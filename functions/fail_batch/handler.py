"""FailBatch: write down why a batch failed."""

from genesys_purge.entrypoint import task
from genesys_purge.model.messages import BatchStep, Failure
from genesys_purge.wiring import purging


@task(Failure)
def handler(message: Failure) -> BatchStep:
    return purging.fail_batch()(message)
