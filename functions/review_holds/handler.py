"""ReviewHolds: remind owners before the reviews of their holds, every hour."""

from genesys_purge.entrypoint import sweep
from genesys_purge.ports import Isolate
from genesys_purge.wiring import holding


@sweep
def handler(isolate: Isolate) -> None:
    holding.review_holds()(isolate)
