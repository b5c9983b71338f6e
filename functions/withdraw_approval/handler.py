"""WithdrawApproval: take back a request for approval, or an approval that was given."""

from genesys_purge.approvals.withdraw_approval import WithdrawnApproval
from genesys_purge.entrypoint import submission
from genesys_purge.model.submission import Submission
from genesys_purge.wiring import approving


@submission(status=200)
def handler(submitted: Submission) -> WithdrawnApproval:
    return approving.withdraw_approval()(submitted)
