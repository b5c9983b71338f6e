"""Legal holds, and the look-up of held conversations."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from genesys_purge.time_left import time_left
from genesys_purge.wiring import adapters, calls

if TYPE_CHECKING:
    from genesys_purge.holds.changing.apply_change import ApplyChange
    from genesys_purge.holds.changing.change_hold import ChangeHold
    from genesys_purge.holds.in_flight import HeldInFlight
    from genesys_purge.holds.look_up_held_conversations import LookUpHeldConversations
    from genesys_purge.holds.mirroring.mirror_holds import MirrorHolds
    from genesys_purge.holds.mirroring.ports import Protector
    from genesys_purge.holds.place_hold import PlaceHold
    from genesys_purge.holds.read_holds import ReadHolds
    from genesys_purge.holds.review_holds import ReviewHolds


@cache
def _in_flight() -> HeldInFlight:
    from genesys_purge.holds.in_flight import HeldInFlight

    return HeldInFlight(calls.in_flight(), adapters.runs())


@cache
def place_hold() -> PlaceHold:
    from genesys_purge.holds.matched import CountMatched
    from genesys_purge.holds.organisations import DeployedOrganisations
    from genesys_purge.holds.place_hold import PlaceHold

    known, now = adapters.organisations(), adapters.now
    # A person waits for the answer.
    organisations = DeployedOrganisations(known.names, adapters.is_live, calls.genesys)
    matched = CountMatched(organisations, now)
    return PlaceHold(adapters.holds(), _in_flight(), matched, known.names, now)


@cache
def import_hold() -> PlaceHold:
    from genesys_purge.holds.imports import imported
    from genesys_purge.holds.matched import CountLater
    from genesys_purge.holds.place_hold import PlaceHold

    names, now = adapters.organisations().names, adapters.now
    return PlaceHold(adapters.holds(), _in_flight(), CountLater(now), names, now, imported)


@cache
def change_hold() -> ChangeHold:
    from genesys_purge.holds.changing.change_hold import ChangeHold
    from genesys_purge.holds.changing.keep_hold import KeepHold
    from genesys_purge.holds.changing.request_change import RequestChange
    from genesys_purge.holds.changing.set_review import SetReview
    from genesys_purge.holds.changing.widen_hold import WidenHold

    holds, approvals, now = adapters.holds(), adapters.approvals(), adapters.now
    names = adapters.organisations().names
    return ChangeHold(
        {
            "widen": WidenHold(holds, _in_flight(), names, now),
            "review": SetReview(holds, now),
            "release-requests": RequestChange(holds, approvals, names, now),
            "narrow": RequestChange(holds, approvals, names, now, is_release=False),
            "keep": KeepHold(holds, approvals, now),
        }
    )


@cache
def apply_change() -> ApplyChange:
    from genesys_purge.holds.changing.apply_change import ApplyChange

    return ApplyChange(adapters.holds())


@cache
def review_holds() -> ReviewHolds:
    from genesys_purge.holds.review_holds import ReviewHolds

    return ReviewHolds(adapters.holds(), adapters.meter(), adapters.now)


@cache
def mirror_holds() -> MirrorHolds:
    from genesys_purge.holds.mirroring.live import LiveProtector
    from genesys_purge.holds.mirroring.mirror_holds import MirrorHolds
    from genesys_purge.store.mirrors import DynamoMirrors

    table = adapters.settings().tables.mirrors
    mirrors = DynamoMirrors(adapters.aws("dynamodb"), table, adapters.ledger())

    def protector_of(name: str | None) -> Protector | None:
        """Only the live platform has deletion protection."""
        return LiveProtector(calls.genesys_in_bulk(name)) if adapters.is_live(name) else None

    return MirrorHolds(
        adapters.holds(),
        mirrors,
        adapters.organisations().names,
        protector_of,
        adapters.meter(),
        adapters.now,
    )


@cache
def read_holds() -> ReadHolds:
    from genesys_purge.holds.read_holds import ReadHolds

    return ReadHolds(adapters.holds(), adapters.approvals(), adapters.ledger(), adapters.now)


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
