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
    """The kind of a caller, by what was authenticated or invoked; never by the request."""
    if person_id is not None:
        return Requester.PERSON
    kind, colon, _ = actor.partition(":")
    is_known = colon and kind in (Requester.SCHEDULE, Requester.POLICY)
    return Requester(kind) if is_known else Requester.SERVICE
