"""The parameters of a list: filters, bounds and pages, each wrong one named."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from genesys_purge.errors import InvalidRequest
from genesys_purge.model.dates import LAST_MOMENT, Window
from genesys_purge.model.list_filters import (
    FIRST_MOMENT,
    ORGANISATION,
    Listing,
    listing_in,
    one_of,
)

FILTERS = {"status": one_of(["created", "failed"]), "organisation": ORGANISATION}
EARLY, LATE = "2026-11-20T00:00:00Z", "2026-11-21T01:00:00+01:00"


def errors(**query: str) -> dict[str, str]:
    query = {name.rstrip("_"): value for name, value in query.items()}
    with pytest.raises(InvalidRequest) as refused:
        listing_in(query, FILTERS)
    return {error.path: error.message for error in refused.value.errors()}


def test_list_without_parameters_is_everything_in_pages_of_200() -> None:
    everything = Window(start=FIRST_MOMENT, end=LAST_MOMENT)
    assert listing_in({}, FILTERS) == Listing(everything, {}, None, 200)


def test_every_parameter_of_a_list_is_read() -> None:
    query = {"status": "failed", "organisation": "emea", "from": EARLY, "to": LATE}
    found = listing_in(query | {"limit": "7", "next": "t"}, FILTERS)
    days = [datetime(2026, 11, day, tzinfo=UTC) for day in (20, 21)]
    window = Window(start=days[0], end=days[1])
    filters = {"status": "failed", "organisation": "emea"}
    assert found == Listing(window, filters, "t", 7)


def test_every_wrong_parameter_of_a_list_is_named_at_once() -> None:
    known = "status, organisation, from, to, limit, next"
    not_a_time = "must be an RFC 3339 time, for example 2024-01-31T00:00:00Z"
    assert errors(status="", organisation="EMEA", from_="2026", to=EARLY, limit="0", stauts="") == {
        "stauts": f"is not a parameter of this list; use {known}",
        "status": "must be one of created, failed",
        "organisation": "must be the name of an organisation, or default",
        "from": not_a_time,
        "limit": "must be a whole number, 1 or more",
    }


@pytest.mark.parametrize("wrong", ["", "2026-11-20", "1795230012", f"{EARLY},{LATE}", "now"])
def test_bound_that_is_not_a_time_is_refused(wrong: str) -> None:
    assert list(errors(to=wrong)) == ["to"]


def test_bound_finer_than_a_microsecond_is_refused() -> None:
    assert errors(to="2026-11-20T00:00:00.0000001Z") == {
        "to": "may have at most 6 digits after the seconds"
    }


@pytest.mark.parametrize("query", [{"from_": LATE, "to": EARLY}, {"to": "0001-01-01T00:00:00Z"}])
def test_bounds_that_contain_no_time_are_refused(query: dict[str, str]) -> None:
    assert errors(**query) == {"from": "must be before to"}


def test_long_name_of_an_unknown_parameter_is_cut() -> None:
    assert [len(path) for path in errors(**{"x" * 5_000: "1"})] == [200]
