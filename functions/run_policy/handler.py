"""RunPolicy: the way in for the schedules of purge policies."""

from genesys_purge.entrypoint import submission
from genesys_purge.model.submission import Submission
from genesys_purge.policies.run_policy import PolicyRun
from genesys_purge.wiring import purge_policies


@submission(status=202)
def handler(submitted: Submission) -> PolicyRun:
    return purge_policies.run_policy()(submitted)
