"""The query parameters that all lists have."""

from __future__ import annotations

import pytest
from genesys_purge.errors import InvalidRequest
from genesys_purge.model.listing import Listing, listing_in
from genesys_purge.model.paging import MAX_PAGE_SIZE

from tests.clock import NOON


def wrong(**query: str) -> dict[str, str]:
    """The message of each wrong parameter."""
    with pytest.raises(InvalidRequest) as refused:
        listing_in(Listing, query)
    return {each.path: each.message for each in refused.value.fields}


def test_parameters_are_optional() -> None:
    asked = listing_in(Listing, {})
    assert (asked.since, asked.to, asked.limit, asked.next) == (None, None, MAX_PAGE_SIZE, None)


def test_bounds_are_read_in_utc() -> None:
    asked = listing_in(Listing, {"from": "2026-11-21T13:00:00+01:00", "limit": "7", "next": "x"})
    assert (asked.since, asked.limit, asked.next) == (NOON, 7, "x")


def test_limit_is_at_most_200() -> None:
    assert listing_in(Listing, {"limit": "201"}).limit == 200


def test_every_wrong_parameter_is_named() -> None:
    found = wrong(limit="0", to="yesterday", colour="red", since="2026-11-21T12:00:00Z")
    assert set(found) == {"limit", "to", "colour", "since"}
    assert wrong(limit="ten") == {"limit": "must be a whole number, 1 or more"}
    assert wrong(limit="-1").keys() == wrong(limit="1.0").keys() == {"limit"}


def test_bounds_must_be_in_order() -> None:
    bound = "2026-11-21T12:00:00Z"
    assert wrong(**{"from": bound, "to": bound}) == {"to": "must be after from"}
