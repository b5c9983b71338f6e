"""The data retention of the organisation: how it is read and reported."""

from __future__ import annotations

import pytest
from genesys_purge.errors import (
    AuthenticationFailed,
    GenesysUnavailable,
    PermissionMissing,
    PurgeError,
    RateLimited,
    RefusedByGenesys,
    UnreadableAnswer,
)
from genesys_purge.methods.data_retention import READ, Cap, cap_of

from tests.scripted_genesys import Reply
from tests.unit.methods.scene import answering

ERRORS: list[PurgeError] = [
    RefusedByGenesys("404", status=404),
    RateLimited("429"),
    GenesysUnavailable("503"),
    UnreadableAnswer("no JSON"),
    AuthenticationFailed("401"),
    RefusedByGenesys("400", status=400),
]


def cap(reply: Reply) -> Cap:
    genesys = answering(reply, READ)
    found = cap_of(genesys)
    assert [call.permit for call in genesys.calls] == [None]
    return found


def test_limit_is_reported_in_days() -> None:
    found = cap({"retentionDays": 90, "dateCreated": "2026-01-01T00:00:00Z"})
    assert found == Cap(90)
    assert str(found) == "the organisation keeps no interaction for more than 90 days"


def test_organisation_without_a_limit_is_reported() -> None:
    assert cap({}) == cap({"retentionDays": None}) == Cap()
    assert str(Cap()) == "the organisation has set no data retention"


@pytest.mark.parametrize("value", [0, -1, "400", 400.0, True, [], {}])
def test_unreadable_limit_is_no_limit_and_is_reported(value: object) -> None:
    found = cap({"retentionDays": value})
    assert found.days is None
    assert "could not be read (retentionDays is not a number of days)" in str(found)


def test_errors_are_reported_by_their_class_and_not_raised() -> None:
    assert [cap(error) for error in ERRORS] == [Cap(None, type(e).__name__) for e in ERRORS]
    assert "could not be read (RefusedByGenesys)" in str(cap(RefusedByGenesys("404", status=404)))


def test_missing_permission_is_named() -> None:
    (needed,) = READ.permissions
    found = cap(PermissionMissing("403", permission=needed))
    assert str(found) == (
        "the organisation's data retention could not be read "
        "(the OAuth client needs analytics:dataRetention:view)"
    )
