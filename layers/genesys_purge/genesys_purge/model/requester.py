"""Who asked for a run: a person, a schedule, an applied policy, or another service."""

from __future__ import annotations

from enum import StrEnum


class Requester(StrEnum):
    """The kinds of requesters."""

    PERSON = "person"
    SCHEDULE = "schedule"
    POLICY = "policy"
    SERVICE = "service"


def requester_of(actor: str, person_id: str | None) -> Requester:
    """The kind of a caller, by what was authenticated or invoked; never by the request.

    The person of a policy is the one who applied it. No ARN begins as the actor of a policy does.
    """
    kind, colon, _ = actor.partition(":")
    if colon and kind in (Requester.SCHEDULE, Requester.POLICY):
        return Requester(kind)
    return Requester.SERVICE if person_id is None else Requester.PERSON
