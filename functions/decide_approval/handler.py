"""DecideApproval: one person approves or rejects what another one asked for."""

from genesys_purge.approvals.decide_approval import DecidedApproval
from genesys_purge.entrypoint import submission
from genesys_purge.model.submission import Submission
from genesys_purge.wiring import approving


@submission(status=201)
def handler(submitted: Submission) -> DecidedApproval:
    return approving.decide_approval()(submitted)
