"""The parameters of a list, and the tokens of its pages."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from genesys_purge.errors import InvalidRequest
from genesys_purge.model.audit import AuditPosition
from genesys_purge.model.listing import Listing, Period, Position
from genesys_purge.model.page_tokens import position_in, token_of
from genesys_purge.model.paging import ORGANISATION, PAGE, PERIOD, Query, one_of, page_in
from genesys_purge.model.run_summary import RunPosition
from genesys_purge.model.wire import Wire
from hypothesis import given
from hypothesis import strategies as st

from tests.clock import NOON

FILTERS = {"status": one_of(["created", "failed"]), "organisation": ORGANISATION}
KNOWN = (*FILTERS, *PERIOD, *PAGE)
EARLY, LATE = "2026-11-20T00:00:00Z", "2026-11-21T01:00:00+01:00"
RUN = {"at": "2026-11-21T12:00:00Z", "key": "run-1"}
POSITION = RunPosition(after=Position(at=NOON, key="run-1"), item="skipped#000001")


def listing(given_query: Mapping[str, str]) -> Listing:
    query = Query(given_query, KNOWN, "GET /list")
    return query.listing(FILTERS, query.position(Position))


def errors(**query: str) -> dict[str, str]:
    """The message of each wrong parameter; `from_` stands for `from`."""
    with pytest.raises(InvalidRequest) as refused:
        listing({name.rstrip("_"): value for name, value in query.items()})
    return {error.path: error.message for error in refused.value.errors()}


def test_list_without_parameters_is_everything_in_pages_of_200() -> None:
    assert listing({}) == Listing(Period(None, None), {}, None, 200)
    assert listing({"limit": "201"}).limit == 200


def test_every_parameter_of_a_list_is_read() -> None:
    query = {"status": "failed", "organisation": "emea", "from": EARLY, "to": LATE}
    following = Position(at=NOON, key="a")
    token = token_of(following, ("GET /list", query))
    found = listing(query | {"limit": "7", "next": token})
    days = [datetime(2026, 11, day, tzinfo=UTC) for day in (20, 21)]
    filters = {"status": "failed", "organisation": "emea"}
    assert found == Listing(Period(*days), filters, following, 7)


def test_every_wrong_parameter_of_a_list_is_named_at_once() -> None:
    wrong = {"status": "", "organisation": "", "from_": "2026", "to": EARLY, "limit": "0"}
    assert errors(**wrong, next="x", stauts="") == {
        "stauts": "is not a parameter of this list; "
        "use status, organisation, from, to, limit, next",
        "status": "must be one of created, failed",
        "organisation": "must be the name of an organisation, "
        "or default for the default organisation",
        "from": "must be an RFC 3339 time, for example 2024-01-31T00:00:00Z",
        "limit": "must be a whole number, 1 or more",
        "next": "must be the next of an earlier answer to the same parameters",
    }


@pytest.mark.parametrize("wrong", ["ten", "-1", "1.0", "1,2", "", "1" * 13, "\u0661"])
def test_limit_that_is_not_a_whole_number_is_refused(wrong: str) -> None:
    assert list(errors(limit=wrong)) == ["limit"]


@pytest.mark.parametrize("wrong", ["", "2026-11-20", "1795230012", f"{EARLY},{LATE}", "now"])
def test_bound_that_is_not_a_time_is_refused(wrong: str) -> None:
    assert list(errors(to=wrong)) == ["to"]


def test_wrong_bound_is_explained() -> None:
    assert errors(to="2026-11-20T00:00:00.0000001Z", from_="2026-11-20T00:00:00 01:00") == {
        "to": "may have at most 6 digits after the seconds",
        "from": "must be an RFC 3339 time, for example 2024-01-31T00:00:00Z; write + as %2B",
    }


def test_bounds_must_be_in_order() -> None:
    assert errors(from_=LATE, to=EARLY) == {"from": "must be before to"}
    assert errors(from_=EARLY, to=EARLY) == {"from": "must be before to"}


def test_long_name_of_an_unknown_parameter_is_cut() -> None:
    assert [len(path) for path in errors(**{"x" * 5_000: "1"})] == [200]


def test_page_of_numbered_things_is_read_or_refused() -> None:
    assert page_in({}, 0) == (0, 200)
    assert page_in({"next": "7", "limit": "3"}, 0) == (7, 3)
    with pytest.raises(InvalidRequest) as refused:
        page_in({"next": "0", "limit": "x", "colour": "red"}, 0)
    assert {each.path for each in refused.value.errors()} == {"next", "limit", "colour"}


names = st.sampled_from([*KNOWN, "x"])
texts = st.text(st.characters(exclude_categories=[])) | st.sampled_from([EARLY, LATE, "7"])


@given(st.dictionaries(names, texts))
def test_any_query_is_read_or_refused(given_query: dict[str, str]) -> None:
    with suppress(InvalidRequest):
        found = listing(given_query)
        assert set(given_query) <= {*FILTERS, "from", "to", "limit"}
        assert 1 <= found.limit <= 200
        start, end = found.period
        assert start is None or end is None or start < end


@pytest.mark.parametrize(
    ("period", "at", "is_inside"),
    [
        (Period(), NOON, True),
        (Period(start=NOON), NOON, True),
        (Period(start=NOON), NOON - timedelta(microseconds=1), False),
        (Period(end=NOON), NOON, False),
        (Period(end=NOON), NOON - timedelta(microseconds=1), True),
    ],
)
def test_period_contains_its_start_but_not_its_end(
    period: Period, at: datetime, *, is_inside: bool
) -> None:
    assert period.contains(at) is is_inside


def test_answer_has_a_token_of_the_position_that_follows() -> None:
    query = Query({"status": "failed", "limit": "1"}, KNOWN, "GET /list")
    position = Position(at=NOON, key="ü\n")
    assert query.page("rows", (1, 2), None) == {"rows": [1, 2]}
    answer = query.page("rows", [], position)
    assert listing({"status": "failed", "limit": "2", "next": answer["next"]}).after == position


def test_token_returns_its_position_in_its_scope_only() -> None:
    token = token_of(POSITION, ("GET /purges", {"a": "1", "b": "2"}))
    assert position_in(token, RunPosition, ("GET /purges", {"b": "2", "a": "1"})) == POSITION
    for scope in (("GET /purges", {"a": "1"}), ("GET /other", {"a": "1", "b": "2"})):
        with pytest.raises(InvalidRequest, match="next: must be the next of an earlier answer"):
            position_in(token, RunPosition, scope)


def test_token_is_safe_in_a_url() -> None:
    assert token_of(POSITION, "scope").replace("-", "").replace("_", "").isalnum()


def forged(position: object) -> str:
    token = token_of(POSITION, "scope")
    digest = orjson.loads(urlsafe_b64decode(token + "=" * (-len(token) % 4)))[0]
    return urlsafe_b64encode(orjson.dumps([digest, position])).decode()


OF_RULE: dict[str, Any] = {"at": "2026-11-21T12:00:00Z", "runId": "webhook:1", "sequence": 1}


@pytest.mark.parametrize(
    ("model", "position"),
    [
        (RunPosition, {"searched": "a"}),
        (RunPosition, {"after": RUN}),
        (Position, RUN),
        (AuditPosition, OF_RULE),
    ],
)
def test_position_in_its_form_is_accepted(model: type[Wire], position: dict[str, Any]) -> None:
    assert position_in(forged(position), model, "scope").to_json() == position


@pytest.mark.parametrize(
    ("model", "position"),
    [
        (RunPosition, None),
        (RunPosition, []),
        (RunPosition, {"after": RUN | {"at": "2026"}}),
        (RunPosition, {"item": "run"}),
        (RunPosition, {"item": "poll#000001"}),
        (RunPosition, {"item": "batch#000001\n"}),
        (RunPosition, {"other": 1}),
        (Position, {}),
        (Position, RUN | {"at": 5}),
        (Position, RUN | {"at": "zzzz"}),
        (Position, RUN | {"key": 5}),
        (Position, RUN | {"key": ""}),
        (Position, RUN | {"key": "x" * 201}),
        (Position, RUN | {"other": ""}),
        *((AuditPosition, OF_RULE | {"at": wrong}) for wrong in ("", "yesterday", 5)),
        *(
            (AuditPosition, OF_RULE | {"sequence": wrong})
            for wrong in (0, -1, 1.0, 1e300, True, None, "1", 10**16)
        ),
        *(
            (AuditPosition, OF_RULE | {"runId": wrong})
            for wrong in ("", "r" * 256, "r\0", "r\n", 5)
        ),
    ],
)
def test_forged_position_is_refused(model: type[Wire], position: object) -> None:
    with pytest.raises(InvalidRequest, match="next"):
        position_in(forged(position), model, "scope")


any_text = st.text(st.characters(exclude_categories=[]))


@given(any_text | st.binary().map(lambda each: urlsafe_b64encode(each).decode()))
def test_any_other_text_is_no_token(text: str) -> None:
    with pytest.raises(InvalidRequest, match="next"):
        position_in(text, RunPosition, "scope")
