"""ApplyPolicy: store a purge policy as a new version, by `PUT /policies/{name}`."""

from genesys_purge.entrypoint import submission
from genesys_purge.model.submission import Submission
from genesys_purge.policies.apply_policy import AppliedPolicy
from genesys_purge.wiring import purge_policies


@submission(status=201)
def handler(submitted: Submission) -> AppliedPolicy:
    return purge_policies.apply_policy()(submitted)
