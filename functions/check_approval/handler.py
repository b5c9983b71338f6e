"""CheckApproval: whether a planned run may begin."""

from genesys_purge.entrypoint import task
from genesys_purge.model.messages import PlanSummary, RunRef
from genesys_purge.wiring import purging


@task(RunRef)
def handler(message: RunRef) -> PlanSummary:
    return purging.check_approval()(message)
