"""ImportHold: place a legal hold on the ids of a CSV, invoked or by `POST /holds/import`."""

from genesys_purge.entrypoint import submission
from genesys_purge.holds.imports import LARGEST_IMPORT
from genesys_purge.holds.place_hold import PlacedHold
from genesys_purge.model.submission import Submission
from genesys_purge.wiring import holding


@submission(status=201, most=LARGEST_IMPORT)
def handler(submitted: Submission) -> PlacedHold:
    return holding.import_hold()(submitted)
