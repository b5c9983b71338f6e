"""RequestResume: ask to resume deletion, invoked directly or by `POST /resume`."""

from genesys_purge.entrypoint import submission
from genesys_purge.model.submission import Submission
from genesys_purge.stops.resume_deletion import AskedResume
from genesys_purge.wiring import stopping


@submission(status=202)
def handler(submitted: Submission) -> AskedResume:
    return stopping.request_resume()(submitted)
