"""CheckSeals: store how old the oldest unsealed record is, and seal it, every few minutes."""

from genesys_purge.entrypoint import sweep
from genesys_purge.ports import Isolate
from genesys_purge.wiring import sealing


@sweep
def handler(isolate: Isolate) -> None:
    sealing.check_seals()(isolate)
