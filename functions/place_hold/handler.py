"""PlaceHold: place a legal hold, invoked directly or by `POST /holds`."""

from genesys_purge.entrypoint import submission
from genesys_purge.holds.place_hold import PlacedHold
from genesys_purge.model.submission import Submission
from genesys_purge.wiring import holding


@submission(status=201)
def handler(submitted: Submission) -> PlacedHold:
    return holding.place_hold()(submitted)
