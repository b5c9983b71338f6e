"""PlanPurge: decide what is deleted and how it splits."""

from genesys_purge import wiring
from genesys_purge.entrypoint import task
from genesys_purge.model.messages import PlanSummary, RunRef


@task(RunRef)
def handler(message: RunRef) -> PlanSummary:
    return wiring.plan_purge()(message)
