"""CompletePurge: add up the batches and end the run."""

from genesys_purge import wiring
from genesys_purge.entrypoint import task
from genesys_purge.model.messages import RunRef, RunResult


@task(RunRef)
def handler(message: RunRef) -> RunResult:
    return wiring.complete_purge()(message)
