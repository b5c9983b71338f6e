"""StopDeletion: stop deletion, invoked directly or by `POST /stop`."""

from genesys_purge.entrypoint import submission
from genesys_purge.model.submission import Submission
from genesys_purge.stops.stop_deletion import PlacedStop
from genesys_purge.wiring import stopping


@submission(status=201)
def handler(submitted: Submission) -> PlacedStop:
    return stopping.stop_deletion()(submitted)
