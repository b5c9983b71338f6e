"""The parameters of a query, and the tokens of its pages."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextlib import suppress
from datetime import datetime, timedelta

import orjson
import pytest
from genesys_purge.errors import InvalidRequest
from genesys_purge.model.paging import Period, Query, position_in, token_of
from genesys_purge.model.run_summary import RunKey, RunPosition
from hypothesis import given
from hypothesis import strategies as st

from tests.clock import NOON

POSITION = RunPosition(after=RunKey(submitted_at=NOON, run_id="run-1"), item="skipped#000001")


def test_token_returns_its_position_in_its_scope_only() -> None:
    token = token_of(POSITION, ("GET /purges", {"a": "1", "b": "2"}))
    assert position_in(token, RunPosition, ("GET /purges", {"b": "2", "a": "1"})) == POSITION
    for scope in (("GET /purges", {"a": "1"}), ("GET /other", {"a": "1", "b": "2"})):
        with pytest.raises(InvalidRequest, match="next: must be the next of an earlier answer"):
            position_in(token, RunPosition, scope)


def test_token_is_safe_in_a_url() -> None:
    assert token_of(POSITION, "scope").replace("-", "").replace("_", "").isalnum()


def forged(position: object) -> str:
    digest = orjson.loads(urlsafe_of(token_of(POSITION, "scope")))[0]
    return urlsafe_b64encode(orjson.dumps([digest, position])).decode()


def urlsafe_of(token: str) -> bytes:
    return urlsafe_b64decode(token + "=" * (-len(token) % 4))


@pytest.mark.parametrize(
    "position",
    [
        None,
        [],
        {"after": {"submittedAt": "2026", "runId": "a"}},
        {"after": {"submittedAt": "2026-01-01T00:00:00Z", "runId": "a#b"}},
        {"item": "run"},
        {"item": "batch#000001"},
        {"item": "manifest#1\n"},
        {"other": 1},
    ],
)
def test_forged_position_is_refused(position: object) -> None:
    assert position_in(forged({"searched": "a"}), RunPosition, "scope").searched == "a"
    with pytest.raises(InvalidRequest, match="next"):
        position_in(forged(position), RunPosition, "scope")


@given(st.text() | st.binary().map(lambda each: urlsafe_b64encode(each).decode()))
def test_any_other_text_is_no_token(text: str) -> None:
    with pytest.raises(InvalidRequest, match="next"):
        position_in(text, RunPosition, "scope")


@given(st.dictionaries(st.sampled_from(["from", "to", "limit", "next", "x"]), st.text()))
def test_any_query_is_read_or_refused(given_query: dict[str, str]) -> None:
    query = Query(given_query, "from", "to", "limit", "next")
    period, limit = query.period(), query.limit
    query.position(RunPosition)
    with suppress(InvalidRequest):
        query.check()
        assert set(given_query) <= {"from", "to", "limit"}
        assert 1 <= limit <= 200
        assert period.start is None or period.end is None or period.start < period.end


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
