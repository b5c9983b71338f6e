"""SubmitPurge: the way in for schedules, other AWS services and `POST /purges`."""

from genesys_purge import wiring
from genesys_purge.entrypoint import submission
from genesys_purge.model.submission import Submission, SubmittedRun


@submission
def handler(submitted: Submission) -> SubmittedRun:
    return wiring.submit_purge()(submitted)
