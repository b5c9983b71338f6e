"""RemindApprovers: bring what waits for a decision to mind, every few minutes."""

from genesys_purge.entrypoint import sweep
from genesys_purge.ports import Isolate
from genesys_purge.wiring import approving


@sweep
def handler(isolate: Isolate) -> None:
    approving.remind_approvers()(isolate)
