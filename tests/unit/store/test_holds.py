"""Legal holds in DynamoDB: all are read, and a malformed one is an error."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from boto3.dynamodb.types import TypeSerializer
from botocore.exceptions import ClientError
from genesys_purge.errors import Misconfigured
from genesys_purge.holds.ports import HoldBook
from genesys_purge.model.holds import Hold
from genesys_purge.ports import Holds
from genesys_purge.store.held_ids import HeldIds
from genesys_purge.store.holds import DynamoHolds
from genesys_purge.store.ledger import Ledger

from tests.clock import Clock
from tests.fakes import MemoryHolds
from tests.mocked_aws import client, only_on_moto
from tests.unit.methods.scene import held_times

STORED: dict[str, Any] = {
    "holdId": "h1",
    "reason": "litigation",
    "placedBy": "legal",
    "placedAt": "2026-01-01T00:00:00Z",
}
CLOCK = Clock()
LATER = CLOCK.at + timedelta(hours=1)


def put(**fields: Any) -> None:
    """Place a hold, as a person would in the console."""
    write = TypeSerializer().serialize
    item = {name: write(value) for name, value in (STORED | fields).items()}
    client("dynamodb").put_item(TableName="HoldsTable", Item=item)


def adapter() -> DynamoHolds:
    dynamodb = client("dynamodb")
    ledger = Ledger(dynamodb, "AuditTable", "PersonalTable")
    ids = HeldIds(dynamodb, "HeldIdsTable")
    return DynamoHolds(dynamodb, "HoldsTable", "HeldTimesTable", ids, ledger, CLOCK)


@pytest.fixture(params=["twin", "dynamodb"])
def two_of_four(request: pytest.FixtureRequest) -> Holds:
    """Two active holds, one released hold, and one that is released at this second."""
    released = [None, LATER, CLOCK.at - timedelta(days=1), CLOCK.at]
    known = [
        STORED | {"holdId": f"h{n}"} | ({"releasedAt": at.isoformat()} if at else {})
        for n, at in enumerate(released)
    ]
    if request.param == "twin":
        twin = MemoryHolds(CLOCK)
        twin.placed = [Hold.parse(each) for each in known]
        return twin
    request.getfixturevalue("aws")
    for each in known:
        put(**each)
    return adapter()


def test_released_holds_are_not_active(two_of_four: Holds) -> None:
    assert {hold.hold_id for hold in two_of_four.active(None)} == {"h0", "h1"}


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("ids", [{"a1", "b2"}, ["b2", "a1"]])
def test_ids_of_a_hold_may_be_a_set_or_a_list(ids: Any) -> None:
    put(conversationIds=ids)
    (hold,) = adapter().active(None)
    assert hold.conversation_ids == frozenset({"a1", "b2"})


@pytest.mark.usefixtures("aws")
def test_hold_on_a_date_range_is_read() -> None:
    put(dateRange={"start": "2025-01-01T00:00:00Z", "end": "2026-01-01T00:00:00Z"})
    (hold,) = adapter().active(None)
    assert hold.date_range is not None
    assert hold.date_range.end - hold.date_range.start == timedelta(days=365)


@pytest.mark.usefixtures("aws")
def test_holds_of_all_scan_pages_are_read() -> None:
    for number in range(12):
        put(holdId=f"h{number:02}", conversationIds=[f"{n:0>60}" for n in range(1, 2_500)])
    assert len(adapter().active(None)) == 12


MALFORMED_SCOPE: list[tuple[str, Any]] = [
    ("conversationIds", []),
    ("conversationIds", [1]),
    ("conversationIds", "a1"),
    ("conversationIds", {b"a1"}),
    ("dateRange", {"start": "2026-01-02T00:00:00Z", "end": "2026-01-01T00:00:00Z"}),
    ("dateRange", {"start": "2026-01-02T00:00:00Z"}),
    ("dateRange", b"2026"),
    ("comment", "unknown"),
]
MALFORMED_BESIDES: list[tuple[str, Any]] = [
    ("placedAt", "yesterday"),
    ("placedAt", 1_700_000_000),
    ("releasedAt", "soon"),
    ("releasedAt", True),
]


@pytest.mark.usefixtures("aws")
def test_hold_of_unreadable_scope_among_others_raises_misconfigured() -> None:
    put()
    for field, value in MALFORMED_SCOPE:
        put(holdId="h2", **{field: value})
        wrong = f"legal hold h2 is not valid, so it may cover anything: {field}"
        with pytest.raises(Misconfigured, match=wrong):
            adapter().active(None)
        assert len(adapter().readings()) == 2
        put(holdId="h2", releasedAt=CLOCK.at.isoformat(), **{field: value})
        assert [hold.hold_id for hold in adapter().active(None)] == ["h1"]


@pytest.mark.usefixtures("aws")
def test_hold_of_readable_scope_is_read_with_its_malformed_field() -> None:
    for field, value in MALFORMED_BESIDES:
        put(conversationIds=["a1"], **{field: value})
        (hold,) = adapter().active(None)
        assert (hold.conversation_ids, str(hold.wrong).split(":")[0]) == (frozenset({"a1"}), field)


@pytest.fixture(params=["twin", "dynamodb"])
def book(request: pytest.FixtureRequest) -> HoldBook:
    """A hold on a1 and b2."""
    if request.param == "twin":
        twin = MemoryHolds(CLOCK)
        twin.placed = [Hold.parse(STORED | {"conversationIds": ["a1", "b2"]})]
        return twin
    request.getfixturevalue("aws")
    put(conversationIds=["a1", "b2"])
    return adapter()


def test_times_are_read_with_the_hold_that_they_belong_to(book: HoldBook) -> None:
    times = held_times(["b2", "a1"], CLOCK.at, CLOCK.at - timedelta(days=3))
    book.put_times(times)
    (hold,) = book.readings()
    assert isinstance(hold, Hold)
    assert (hold.times, hold.gap) == (times, None)


@pytest.mark.parametrize("fields", [{"hold_id": "h2"}, {"fingerprint": "0" * 64}])
def test_times_of_another_hold_or_of_other_ids_are_unknown(
    book: HoldBook, fields: dict[str, Any]
) -> None:
    book.put_times(held_times(["a1", "b2"], CLOCK.at, **fields))
    (hold,) = book.readings()
    assert isinstance(hold, Hold)
    assert (hold.times, str(hold.gap)[:27]) == (None, "they are not looked up yet;")


def test_progress_of_a_look_up_is_no_time_of_the_hold(book: HoldBook) -> None:
    times = held_times(["a1", "b2"], CLOCK.at, asked=1)
    book.put_progress(times)
    (hold,) = book.readings()
    assert isinstance(hold, Hold)
    assert (hold.times, book.progress("h1"), book.progress("h2")) == (None, times, None)


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("stored", [{}, {"body": {"S": "{}"}}, {"body": {"S": "["}}])
def test_malformed_times_are_unknown_times(stored: dict[str, Any]) -> None:
    put(conversationIds=["a1"])
    item = {"holdId": {"S": "h1"}, **stored}
    client("dynamodb").put_item(TableName="HeldTimesTable", Item=item)
    (hold,) = adapter().active(None)
    assert hold.gap


@only_on_moto("this version refuses empty text, which DynamoDB accepts outside keys since 2020")
@pytest.mark.usefixtures("aws")
def test_hold_without_a_reason_is_read_as_malformed() -> None:
    put(reason="")
    (hold,) = adapter().active(None)
    assert "reason" in str(hold.wrong)


@pytest.mark.usefixtures("aws")
def test_missing_holds_table_raises_an_error() -> None:
    client("dynamodb").delete_table(TableName="HoldsTable")
    with pytest.raises(ClientError):
        adapter().active(None)
