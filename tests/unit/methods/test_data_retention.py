"""The organisation's own limit: read where it can be, told in any case, in nobody's way."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.errors import (
    AuthenticationFailed,
    GenesysUnavailable,
    JobLost,
    PermissionMissing,
    PurgeError,
    RateLimited,
    RefusedByGenesys,
    UnreadableAnswer,
)
from genesys_purge.methods.data_retention import READ, Cap, cap_of

from tests.scripted_genesys import Reply, ScriptedGenesys


def cap(reply: Reply) -> Cap:
    genesys = ScriptedGenesys()
    genesys.on(READ, reply)
    found = cap_of(genesys)
    assert [call.permit for call in genesys.calls] == [None]
    return found


@pytest.mark.parametrize("days", [1, 90, 1_826])
def test_a_limit_is_told_in_days(days: int) -> None:
    found = cap({"retentionDays": days, "dateCreated": "2026-01-01T00:00:00Z"})
    assert found == Cap(days)
    assert str(found) == f"the organisation keeps no interaction for more than {days} days"


@pytest.mark.parametrize("answer", [{}, {"retentionDays": None}])
def test_an_organisation_may_have_set_none(answer: dict[str, Any]) -> None:
    assert cap(answer) == Cap()
    assert str(cap(answer)) == "the organisation has set no data retention"


@pytest.mark.parametrize("value", [0, -1, "400", 400.0, True, [], {}])
def test_what_is_no_number_of_days_is_no_limit_and_is_told(value: object) -> None:
    found = cap({"retentionDays": value})
    assert found.days is None
    assert "could not be read (retentionDays is no number of days)" in str(found)


@pytest.mark.parametrize(
    "error",
    [
        JobLost("404"),
        RateLimited("429"),
        GenesysUnavailable("503"),
        UnreadableAnswer("no JSON"),
        AuthenticationFailed("401"),
        RefusedByGenesys("400", status=400),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_stops_nothing_and_its_class_is_told(error: PurgeError) -> None:
    assert cap(error) == Cap(problem=type(error).__name__)
    assert f"could not be read ({type(error).__name__})" in str(cap(error))


def test_a_missing_permission_is_named() -> None:
    (needed,) = READ.permissions
    found = cap(PermissionMissing("403", permission=needed))
    assert str(found) == (
        "the organisation's data retention could not be read "
        "(the OAuth client needs analytics:dataRetention:view)"
    )
