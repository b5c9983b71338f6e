"""CompletePurge: add up the batches and end the run."""

from genesys_purge.entrypoint import task
from genesys_purge.model.messages import RunRef, RunResult
from genesys_purge.wiring import purging


@task(RunRef)
def handler(message: RunRef) -> RunResult:
    return purging.complete_purge()(message)
