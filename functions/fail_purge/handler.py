"""FailPurge: end a run that an error ended."""

from genesys_purge import wiring
from genesys_purge.entrypoint import task
from genesys_purge.model.messages import Failure, RunResult


@task(Failure)
def handler(message: Failure) -> RunResult:
    return wiring.fail_purge()(message)
