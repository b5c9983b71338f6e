"""LookUpHeldConversations: find the times of held conversations, every few minutes."""

from genesys_purge.entrypoint import sweep
from genesys_purge.ports import Isolate
from genesys_purge.wiring import holding


@sweep
def handler(isolate: Isolate) -> None:
    holding.look_up_held_conversations()(isolate)
