"""The use cases of stops."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from genesys_purge.wiring import adapters, calls

if TYPE_CHECKING:
    from genesys_purge.stops.read_stops import ReadStops
    from genesys_purge.stops.stop_deletion import StopDeletion


@cache
def stop_deletion() -> StopDeletion:
    from genesys_purge.stops.in_flight import StoppedInFlight
    from genesys_purge.stops.stop_deletion import StopDeletion

    runs, open_runs = adapters.runs(), adapters.open_runs()
    return StopDeletion(
        adapters.stops(),
        runs,
        adapters.organisations().names,
        StoppedInFlight(calls.in_flight(), runs, open_runs.oldest_first),
        adapters.meter(),
        adapters.now,
    )


@cache
def read_stops() -> ReadStops:
    from genesys_purge.stops.read_stops import ReadStops

    return ReadStops(adapters.stops(), adapters.ledger())
