"""FailPurge: end a run that an error ended."""

from genesys_purge.entrypoint import task
from genesys_purge.model.messages import Failure, RunResult
from genesys_purge.wiring import purging


@task(Failure)
def handler(message: Failure) -> RunResult:
    return purging.fail_purge()(message)
