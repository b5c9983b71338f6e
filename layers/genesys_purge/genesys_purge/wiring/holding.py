"""Legal holds, and the look-up of held conversations."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from genesys_purge.time_left import time_left
from genesys_purge.wiring import adapters, calls

if TYPE_CHECKING:
    from genesys_purge.holds.look_up_held_conversations import LookUpHeldConversations
    from genesys_purge.holds.place_hold import PlaceHold
    from genesys_purge.holds.read_holds import ReadHolds


@cache
def place_hold() -> PlaceHold:
    from genesys_purge.holds.in_flight import HeldInFlight
    from genesys_purge.holds.place_hold import PlaceHold

    in_flight = HeldInFlight(calls.in_flight(), adapters.runs())
    return PlaceHold(adapters.holds(), in_flight, adapters.now)


@cache
def read_holds() -> ReadHolds:
    from genesys_purge.holds.read_holds import ReadHolds

    return ReadHolds(adapters.holds(), adapters.ledger(), adapters.now)


@cache
def look_up_held_conversations() -> LookUpHeldConversations:
    from genesys_purge.holds.look_up_held_conversations import LookUpHeldConversations
    from genesys_purge.holds.organisations import DeployedOrganisations

    return LookUpHeldConversations(
        adapters.holds(),
        DeployedOrganisations(
            adapters.organisations().names, adapters.is_live, calls.genesys_in_bulk
        ),
        adapters.meter(),
        adapters.now,
        time_left(),
    )
