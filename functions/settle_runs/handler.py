"""SettleRuns: end what the executions of runs have left open, every few minutes."""

from genesys_purge.entrypoint import sweep
from genesys_purge.ports import Isolate
from genesys_purge.wiring import settling


@sweep
def handler(isolate: Isolate) -> None:
    settling.settle_runs()(isolate)
