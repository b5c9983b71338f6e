"""CancelPurge: cancel a run, invoked directly or by `POST /purges/{runId}/cancel`."""

from genesys_purge.entrypoint import submission
from genesys_purge.model.submission import Submission
from genesys_purge.stops.cancel_purge import CancelledRun
from genesys_purge.wiring import stopping


@submission(status=202)
def handler(submitted: Submission) -> CancelledRun:
    return stopping.cancel_purge()(submitted)
