"""MirrorHolds: protect held conversations at Genesys, every fifteen minutes."""

from genesys_purge.entrypoint import sweep
from genesys_purge.ports import Isolate
from genesys_purge.wiring import holding


@sweep
def handler(isolate: Isolate) -> None:
    holding.mirror_holds()(isolate)
