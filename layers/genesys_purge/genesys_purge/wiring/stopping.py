"""The use cases of stops and cancellations."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from genesys_purge.wiring import adapters, calls, standing

if TYPE_CHECKING:
    from genesys_purge.stops.cancel_purge import CancelPurge
    from genesys_purge.stops.in_flight import StoppedInFlight
    from genesys_purge.stops.read_stops import ReadStops
    from genesys_purge.stops.resume_deletion import RequestResume, Resumption
    from genesys_purge.stops.stop_deletion import StopDeletion


def stopped_in_flight() -> StoppedInFlight:
    from genesys_purge.stops.in_flight import StoppedInFlight

    return StoppedInFlight(calls.in_flight(), adapters.runs(), adapters.open_runs().oldest_first)


@cache
def stop_deletion() -> StopDeletion:
    from genesys_purge.stops.stop_deletion import StopDeletion

    return StopDeletion(
        adapters.stop_store(),
        adapters.runs(),
        adapters.organisations().names,
        lambda name: standing.purge_policies().newest(name) is not None,
        stopped_in_flight(),
        adapters.meter(),
        adapters.now,
    )


@cache
def cancel_purge() -> CancelPurge:
    from genesys_purge.stops.cancel_purge import CancelPurge

    runs, cancellations = adapters.runs(), adapters.cancellations()
    return CancelPurge(runs, cancellations, stopped_in_flight(), adapters.now)


@cache
def read_stops() -> ReadStops:
    from genesys_purge.stops.read_stops import ReadStops

    return ReadStops(adapters.stop_store(), adapters.ledger())


@cache
def request_resume() -> RequestResume:
    from genesys_purge.stops.resume_deletion import RequestResume

    return RequestResume(adapters.stop_store(), adapters.approvals(), adapters.now)


def resumption() -> Resumption:
    from genesys_purge.stops.resume_deletion import Resumption

    return Resumption(adapters.stop_store())
