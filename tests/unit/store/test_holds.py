"""Legal holds: all of them, and an unreadable one is an error."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from boto3.dynamodb.types import TypeSerializer
from botocore.exceptions import ClientError
from genesys_purge.errors import Misconfigured
from genesys_purge.model.holds import Hold
from genesys_purge.ports import Holds
from genesys_purge.store.holds import DynamoHolds

from tests.clock import Clock
from tests.fakes import MemoryHolds
from tests.unit.aws import client

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
    return DynamoHolds(client("dynamodb"), "HoldsTable", CLOCK)


@pytest.fixture(params=["twin", "dynamodb"])
def two_of_four(request: pytest.FixtureRequest) -> Holds:
    """Two holds in force, one released, one to be released at this very second."""
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


def test_only_what_is_released_by_now_is_left_out(two_of_four: Holds) -> None:
    assert {hold.hold_id for hold in two_of_four.active()} == {"h0", "h1"}


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("ids", [{"a1", "b2"}, ["b2", "a1"]])
def test_ids_may_be_a_set_or_a_list(ids: Any) -> None:
    put(conversationIds=ids)
    (hold,) = adapter().active()
    assert hold.conversation_ids == frozenset({"a1", "b2"})


@pytest.mark.usefixtures("aws")
def test_a_hold_on_dates_is_read_with_them() -> None:
    put(dateRange={"start": "2025-01-01T00:00:00Z", "end": "2026-01-01T00:00:00Z"})
    (hold,) = adapter().active()
    assert hold.date_range is not None
    assert hold.date_range.end - hold.date_range.start == timedelta(days=365)


@pytest.mark.usefixtures("aws")
def test_more_holds_than_one_answer_has_room_for_are_all_read() -> None:
    for number in range(12):
        put(holdId=f"h{number:02}", conversationIds=[f"{n:0>60}" for n in range(1, 2_500)])
    assert len(adapter().active()) == 12


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(
    "fields",
    [
        {"reason": ""},
        {"placedAt": "yesterday"},
        {"placedAt": 1_700_000_000},
        {"releasedAt": "soon"},
        {"releasedAt": True},
        {"conversationIds": []},
        {"conversationIds": [1]},
        {"conversationIds": "a1"},
        {"conversationIds": {b"a1"}},
        {"dateRange": {"start": "2026-01-02T00:00:00Z", "end": "2026-01-01T00:00:00Z"}},
        {"dateRange": {"start": "2026-01-02T00:00:00Z"}},
        {"comment": "unknown"},
    ],
)
def test_a_hold_that_cannot_be_read_is_an_error_even_beside_ones_that_can(
    fields: dict[str, Any],
) -> None:
    put()
    put(holdId="h2", **fields)
    with pytest.raises(Misconfigured, match="legal hold"):
        adapter().active()


@pytest.mark.usefixtures("aws")
def test_a_table_that_cannot_be_read_is_an_error_and_not_an_absence_of_holds() -> None:
    client("dynamodb").delete_table(TableName="HoldsTable")
    with pytest.raises(ClientError):
        adapter().active()
