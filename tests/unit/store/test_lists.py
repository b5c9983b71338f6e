"""The lists by time: runs, deployments and purge rules, from their indexes and in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, NamedTuple
from unittest.mock import Mock, patch

import pytest
from genesys_purge.errors import InvalidRequest
from genesys_purge.model.dates import LAST_MOMENT
from genesys_purge.model.listing import Listing, Period, Position
from genesys_purge.store import newest_first
from genesys_purge.store.deployments import DynamoDeployments
from genesys_purge.store.ledger import Ledger
from genesys_purge.store.purge_rules import DynamoPurgeRules
from genesys_purge.store.run_list import DynamoRunList
from genesys_purge.store.runs import DynamoRuns

from tests.clock import NOON
from tests.deployment_fakes import MemoryDeployments
from tests.fakes import MemoryAuditLog, MemoryRuns
from tests.listed_records import DEPLOYMENTS, KINDS, RULES, RUNS, Keys, Kind, Record
from tests.mocked_aws import client, direct_calls, mocked_aws, pause, plans
from tests.rule_fakes import MemoryPurgeRules

A_MICROSECOND = timedelta(microseconds=1)
TWINS: dict[Kind, Callable[[MemoryAuditLog], Any]] = {
    RUNS: MemoryRuns,
    DEPLOYMENTS: MemoryDeployments,
    RULES: MemoryPurgeRules,
}


class Lists(NamedTuple):
    """One list, and the store that writes its records."""

    kind: Kind
    writer: Any
    reader: Any

    def put(self, *records: Record) -> None:
        for each in records:
            self.kind.store(self.writer, each)

    def page(self, listing: Listing) -> Keys:
        return self.kind.page(self.reader, listing)

    def pages(self, listing: Listing) -> list[list[str]]:
        """The keys of the records of each page."""
        found, listing_of_page = list[list[str]](), listing
        while True:
            keys, following = self.page(listing_of_page)
            found.append(keys)
            if following is None:
                return found
            listing_of_page = listing._replace(after=following)

    def keys(self, **values: str) -> list[str]:
        return [key for page in self.pages(Listing(values=values)) for key in page]


def dynamo(kind: Kind) -> Lists:
    """The list over the index of its table."""
    db, ledger = (
        client("dynamodb"),
        Ledger(client("dynamodb"), "AuditTable", "PersonalTable", sleep=pause),
    )
    if kind == RUNS:
        runs = DynamoRuns(db, "RunsTable", ledger, plans())
        return Lists(kind, runs, DynamoRunList(db, "RunsTable"))
    if kind == RULES:
        rules = DynamoPurgeRules(db, "RulesTable", ledger)
        return Lists(kind, rules, rules)
    deployments = DynamoDeployments(db, "DeploymentsTable", ledger)
    return Lists(kind, deployments, deployments)


@pytest.fixture
def aws() -> Iterator[None]:
    tables = ("RunsTable", "DeploymentsTable", "RulesTable", "AuditTable")
    with mocked_aws(*tables), direct_calls():
        yield


@pytest.fixture(params=KINDS, ids=[kind.rows for kind in KINDS])
def indexed(request: pytest.FixtureRequest) -> Lists:
    request.getfixturevalue("aws")
    return dynamo(request.param)


@pytest.fixture(
    params=[(kind, where) for kind in KINDS for where in ("twin", "dynamodb")],
    ids=lambda each: f"{each[0].rows}-{each[1]}",
)
def lists(request: pytest.FixtureRequest) -> Lists:
    kind, where = request.param
    if where == "twin":
        twin = TWINS[kind](MemoryAuditLog())
        return Lists(kind, twin, twin)
    request.getfixturevalue("aws")
    return dynamo(kind)


def minutes(number: float) -> Any:
    return NOON + timedelta(minutes=number)


def numbered(*numbers: int) -> list[Record]:
    """A record for each number, so many minutes after noon."""
    return [Record(f"r{number}", minutes(number)) for number in numbers]


def test_records_are_listed_newest_first_in_full_pages(lists: Lists) -> None:
    lists.put(*numbered(2, 0, 3, 1), Record("r0.5", minutes(0.5).replace(microsecond=1)))
    newest = ["r3", "r2", "r1", "r0.5", "r0"]
    for limit in (1, 2, 5, 6):
        pages = lists.pages(Listing(limit=limit))
        assert pages == [newest[at : at + limit] for at in range(0, 5, limit)]


def test_records_of_one_moment_are_listed_once_each(lists: Lists) -> None:
    """DynamoDB has an order of its own for them."""
    lists.put(*(Record(key) for key in "abcde"))
    for limit in (1, 2):
        pages = lists.pages(Listing(limit=limit))
        assert sorted(key for page in pages for key in page) == ["a", "b", "c", "d", "e"]


def test_filters_and_the_default_organisation_are_combined(lists: Lists) -> None:
    lists.put(Record("a"), Record("b", minutes(1), "emea"))
    lists.put(Record("c", minutes(2), has_ended=True), Record("d", minutes(3), "emea", True))
    ended = lists.kind.ended
    assert lists.keys(status=ended) == ["d", "c"]
    assert lists.keys(organisation="emea") == ["d", "b"]
    assert lists.keys(organisation="default") == ["c", "a"]
    assert lists.keys(organisation="default", status=ended) == ["c"]
    assert lists.keys(organisation="apac") == []
    assert lists.pages(Listing(values={"organisation": "emea"}, limit=1)) == [["d"], ["b"]]


@pytest.mark.parametrize(
    ("period", "is_inside"),
    [
        (Period(NOON, None), True),
        (Period(NOON + A_MICROSECOND, None), False),
        (Period(None, NOON), False),
        (Period(None, NOON + A_MICROSECOND), True),
        (Period(NOON, NOON + A_MICROSECOND), True),
        (Period(NOON - A_MICROSECOND, NOON), False),
        (Period(None, newest_first.FIRST_MOMENT), False),
    ],
)
def test_period_includes_its_start_only(lists: Lists, period: Period, *, is_inside: bool) -> None:
    lists.put(Record("a"))
    assert lists.pages(Listing(period)) == ([["a"]] if is_inside else [[]])


def test_page_goes_on_after_a_record_that_is_not_stored(lists: Lists) -> None:
    lists.put(Record("a"))
    after = Position(at=NOON + A_MICROSECOND, key="other")
    assert lists.page(Listing(after=after)) == (["a"], None)
    after = Position(at=NOON - A_MICROSECOND, key="other")
    assert lists.page(Listing(after=after)) == ([], None)


@pytest.mark.parametrize("period", [Period(start=minutes(1)), Period(end=minutes(0))])
def test_position_outside_the_period_is_refused(lists: Lists, period: Period) -> None:
    with pytest.raises(InvalidRequest, match="next: must be the next of an earlier answer"):
        lists.page(Listing(period, after=Position(at=NOON, key="a")))


def test_page_with_a_rare_filter_is_bounded_and_may_be_empty(indexed: Lists) -> None:
    indexed.put(Record("rare", has_ended=True), *numbered(1, 2, 3, 4, 5))
    with patch.object(newest_first, "MOST_EXAMINED", 2):
        pages = indexed.pages(Listing(values={"status": indexed.kind.ended}))
    # DynamoDB may answer one page more, because it does not look beyond the last record.
    assert pages in ([[], [], ["rare"]], [[], [], ["rare"], []])


def test_position_at_the_last_moment_is_within_the_bounds() -> None:
    """DynamoDB refuses a position outside the bounds; its mock does not."""
    db = Mock(query=Mock(return_value={"Items": []}))
    RUNS.page(DynamoRunList(db, "RunsTable"), Listing(after=Position(at=LAST_MOMENT, key="a")))
    asked = db.query.call_args.kwargs
    last = asked["ExpressionAttributeValues"][":last"]
    assert asked["ExclusiveStartKey"]["submittedAt"] == last
