"""SubmitPurge: the way in for schedules, other AWS services and `POST /purges`."""

from genesys_purge.entrypoint import submission
from genesys_purge.model.submission import Submission, SubmittedRun
from genesys_purge.wiring import purging


@submission(status=202)
def handler(submitted: Submission) -> SubmittedRun:
    return purging.submit_purge()(submitted)
