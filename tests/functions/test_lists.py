"""GET /purges, /campaign-rules and /purge-rules: what the lists have in common."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from genesys_purge.model.listing import Position
from genesys_purge.model.page_tokens import token_of
from genesys_purge.model.run_summary import RunPosition
from genesys_purge.wiring import adapters, campaign_deploying, purge_rules

from tests import template, wiring_caches
from tests.application import http_event
from tests.clock import NOON
from tests.functions.conftest import Invoke
from tests.listed_records import DEPLOYMENTS, KINDS, RULES, RUNS, Kind, Record
from tests.mocked_aws import mocked_aws

STORES = {RUNS: adapters.runs, DEPLOYMENTS: campaign_deploying.deployments}
FILTERS = {
    RUNS: "status, method, organisation, outcome, conversationId",
    DEPLOYMENTS: "status, campaignId, organisation",
    RULES: "status, organisation",
}
EVERY_LIST = pytest.mark.parametrize("kind", KINDS, ids=[kind.rows for kind in KINDS])
Answer = tuple[int, dict[str, Any]]


@pytest.fixture(autouse=True)
def deployed() -> Iterator[None]:
    tables = ("RunsTable", "DeploymentsTable", "RulesTable", "AuditTable")
    with mocked_aws(*tables), patch.dict("os.environ", template.environment()):
        wiring_caches.forget()
        yield
        wiring_caches.forget()


def put(kind: Kind, *records: Record) -> None:
    store = STORES.get(kind, purge_rules.rules)()
    for each in records:
        kind.store(store, each)


def get(invoke: Invoke, kind: Kind, **query: str) -> Answer:
    """The answer; `from_` stands for `from`."""
    query = {name.rstrip("_"): value for name, value in query.items()}
    answer = invoke(kind.function, http_event(kind.route, query=query or None))
    return answer["statusCode"], json.loads(answer["body"])


def keys(kind: Kind, answer: Answer) -> list[str]:
    assert answer[0] == 200, answer
    return [row[kind.key] for row in answer[1][kind.rows]]


def errors(answer: Answer) -> dict[str, str]:
    """The message of each wrong parameter."""
    assert answer[0] == 400, answer
    return {error["path"]: error["message"] for error in answer[1]["errors"]}


def hourly(*organisations: str | None) -> list[Record]:
    """A record for each organisation, an hour apart."""
    return [
        Record(f"r{hour}", NOON + timedelta(hours=hour), organisation)
        for hour, organisation in enumerate(organisations)
    ]


@EVERY_LIST
def test_list_is_read_by_filters_and_bounds(invoke: Invoke, kind: Kind) -> None:
    put(kind, *hourly(None, "emea", "emea", None), Record("old", NOON, has_ended=True))
    assert keys(kind, get(invoke, kind, organisation="emea")) == ["r2", "r1"]
    assert keys(kind, get(invoke, kind, status=kind.ended, organisation="default")) == ["old"]
    bounds = {"from_": "2026-11-21T14:00:00+01:00", "to": "2026-11-21T15:00:00Z"}
    assert keys(kind, get(invoke, kind, **bounds)) == ["r2", "r1"]
    assert get(invoke, kind, to="0001-01-01T00:00:00Z") == (200, {kind.rows: []})


@EVERY_LIST
def test_token_is_valid_for_the_same_parameters_only(invoke: Invoke, kind: Kind) -> None:
    put(kind, *hourly("emea", None, "emea", "emea"))
    first = get(invoke, kind, organisation="emea", limit="1")
    token = first[1]["next"]
    rest = get(invoke, kind, organisation="emea", limit="2", next=token)
    assert (keys(kind, first), keys(kind, rest)) == (["r3"], ["r2", "r0"])
    others: list[dict[str, str]] = [{}, {"organisation": "apac"}, {"to": "2026-11-22T00:00:00Z"}]
    for other in others:
        assert list(errors(get(invoke, kind, **other, next=token))) == ["next"]


def test_token_of_one_list_is_refused_by_another(invoke: Invoke) -> None:
    put(RULES, *hourly(None, None))
    token = get(invoke, RULES, limit="1")[1]["next"]
    assert list(errors(get(invoke, DEPLOYMENTS, next=token))) == ["next"]


@EVERY_LIST
def test_forged_token_outside_the_period_is_refused(invoke: Invoke, kind: Kind) -> None:
    query = {"from": "2026-11-21T12:00:00Z"}
    position: Any = Position(at=NOON - timedelta(days=1), key="a")
    if kind == RUNS:
        position = RunPosition(after=position)
    token = token_of(position, (kind.route, query))
    assert list(errors(get(invoke, kind, **query, next=token))) == ["next"]


@EVERY_LIST
def test_wrong_and_unknown_parameters_are_refused_in_the_same_words(
    invoke: Invoke, kind: Kind
) -> None:
    wrong = {"status": "over", "organisation": "", "to": "2026-11-21T12:00:00 00:00"}
    known = f"{FILTERS[kind]}, from, to, limit, next"
    assert errors(get(invoke, kind, **wrong, from_="now", limit="a", next="ü", colour="red")) == {
        "colour": f"is not a parameter of this list; use {known}",
        "status": f"must be one of {kind.statuses}",
        "organisation": "must be the name of an organisation, "
        "or default for the default organisation",
        "from": "must be an RFC 3339 time, for example 2024-01-31T00:00:00Z",
        "to": "must be an RFC 3339 time, for example 2024-01-31T00:00:00Z; write + as %2B",
        "limit": "must be a whole number, 1 or more",
        "next": "must be the next of an earlier answer to the same parameters",
    }


@EVERY_LIST
def test_bounds_without_a_time_between_them_are_refused(invoke: Invoke, kind: Kind) -> None:
    at = "2026-11-21T12:00:00Z"
    assert errors(get(invoke, kind, from_=at, to=at)) == {"from": "must be before to"}


@pytest.mark.parametrize(
    ("name", "value"), [("method", ""), ("outcome", "completed,failed"), ("limit", "1,2")]
)
def test_wrong_filter_of_runs_is_named(invoke: Invoke, name: str, value: str) -> None:
    assert list(errors(get(invoke, RUNS, **{name: value}))) == [name]
