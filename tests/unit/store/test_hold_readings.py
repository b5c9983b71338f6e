"""Reading the holds at every deleting call: nothing is parsed again, and nothing is missed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest.mock import MagicMock, patch

import pytest
from genesys_purge.errors import Misconfigured, TryLater
from genesys_purge.holds.ports import StoredHold
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.holds import HoldDocument, read_hold
from genesys_purge.store import hold_items
from genesys_purge.store.held_ids import HeldIds
from genesys_purge.store.holds import DynamoHolds
from genesys_purge.store.ledger import Ledger

from tests.clock import NOON, Clock
from tests.mocked_aws import client
from tests.unit.methods.scene import held_times
from tests.unit.store.test_holds import STORED, put

pytestmark = pytest.mark.usefixtures("aws")

MANY = frozenset(f"conversation-{number}" for number in range(200))
DAY = timedelta(days=1)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def dynamodb() -> MagicMock:
    """The client; it counts its calls."""
    return MagicMock(wraps=client("dynamodb"))


@pytest.fixture
def holds(dynamodb: Any, clock: Clock) -> DynamoHolds:
    ids = HeldIds(dynamodb, "HeldIdsTable")
    ledger = Ledger(dynamodb, "AuditTable", "PersonalTable")
    return DynamoHolds(dynamodb, "HoldsTable", "HeldTimesTable", ids, ledger, clock)


@pytest.fixture
def parsed() -> Iterator[MagicMock]:
    """Counts the items that are parsed."""
    with patch.object(hold_items, "read_hold", wraps=read_hold) as spy:
        yield spy


def place(holds: DynamoHolds, hold_id: str, **fields: Any) -> None:
    hold = HoldDocument.parse(STORED | {"holdId": hold_id, "conversationIds": list(MANY)})
    holds.place(hold.model_copy(update=fields), record(hold_id))


def record(hold_id: str) -> AuditRecord:
    action = Action.HOLD_PLACED
    return AuditRecord(run_id=f"hold:{hold_id}", at=NOON, actor="legal", action=action)


def asked(dynamodb: MagicMock, table: str) -> list[int]:
    """How many items of a table each call asked for."""
    requests = (each.kwargs["RequestItems"] for each in dynamodb.batch_get_item.call_args_list)
    return [len(each[table]["Keys"]) for each in requests if table in each]


def test_unchanged_hold_is_parsed_once(holds: DynamoHolds, parsed: MagicMock) -> None:
    put(conversationIds=["a1"])
    first, second = holds.active(None), holds.active(None)
    assert (first, parsed.call_count) == (second, 1)


def test_changed_hold_is_parsed_again(holds: DynamoHolds, parsed: MagicMock) -> None:
    put(conversationIds=["a1"])
    holds.active(None)
    put(conversationIds=["a1", "b2"])
    (changed,) = holds.active(None)
    assert (changed.conversation_ids, parsed.call_count) == (frozenset({"a1", "b2"}), 2)


def test_deleted_hold_is_forgotten(holds: DynamoHolds, parsed: MagicMock) -> None:
    put(conversationIds=["a1"])
    holds.active(None)
    client("dynamodb").delete_item(TableName="HoldsTable", Key={"holdId": {"S": "h1"}})
    assert holds.active(None) == []
    put(conversationIds=["a1"])
    assert (len(holds.active(None)), parsed.call_count) == (1, 2)


def test_hold_that_was_parsed_ends_with_its_cool_down(holds: DynamoHolds, clock: Clock) -> None:
    put(conversationIds=["a1"], releasedAt=(clock.at + DAY).isoformat())
    assert len(holds.active(None)) == 1
    clock.at += DAY
    assert holds.active(None) == []


def test_malformed_hold_blocks_at_every_reading(holds: DynamoHolds) -> None:
    put(conversationIds="no list")
    for _ in range(2):
        with pytest.raises(Misconfigured, match="legal hold h1 is not valid"):
            holds.active(None)


def test_released_hold_costs_no_parsing_and_no_other_read(
    holds: DynamoHolds, dynamodb: MagicMock, parsed: MagicMock, clock: Clock
) -> None:
    put(conversationIds="no list", releasedAt=(clock.at - DAY).isoformat())
    place(holds, "h2", released_at=clock.at - DAY)
    holds.put_times(held_times(sorted(MANY), clock.at, hold_id="h2"))
    assert (holds.active(None), parsed.call_count) == ([], 0)
    assert dynamodb.batch_get_item.call_count == 0


def test_parts_and_times_of_all_holds_are_read_together(
    holds: DynamoHolds, dynamodb: MagicMock
) -> None:
    for number in range(3):
        place(holds, f"h{number}", conversation_ids=MANY | {f"own-{number}"})
    assert [each.conversation_ids for each in holds.active(None)] == [
        MANY | {f"own-{each.hold_id[1:]}"} for each in holds.active(None)
    ]
    assert asked(dynamodb, "HeldIdsTable") == [3]
    assert asked(dynamodb, "HeldTimesTable") == [3, 3]


def test_times_of_a_hold_are_read_at_every_reading(holds: DynamoHolds, clock: Clock) -> None:
    place(holds, "h1")
    assert holds.active(None)[0].gap
    holds.put_times(held_times(sorted(MANY), clock.at))
    assert holds.active(None)[0].gap is None
    holds.put_times(held_times(["other-1"], clock.at))
    assert holds.active(None)[0].gap


def test_more_than_25_ids_are_stored_beside_the_hold(holds: DynamoHolds) -> None:
    few = frozenset(f"8f1c7d52-90f4-4a3b-8f33-1e0d7c2a{number}" for number in range(1_000, 1_025))
    place(holds, "small", conversation_ids=few)
    place(holds, "large", conversation_ids=few | {"8f1c7d52-90f4-4a3b-8f33-1e0d7c2a9999"})
    items = client("dynamodb").scan(TableName="HoldsTable")["Items"]
    found = {each["holdId"]["S"]: "conversationIds" in each for each in items}
    assert found == {"small": True, "large": False}
    assert {each.hold_id: len(each.conversation_ids or ()) for each in holds.active(None)} == {
        "small": 25,
        "large": 26,
    }


def test_busy_table_of_parts_is_tried_later(holds: DynamoHolds, dynamodb: MagicMock) -> None:
    place(holds, "h1")
    holds.active(None)
    place(holds, "h2", conversation_ids=MANY | {"own-1"})
    left = {"HeldIdsTable": {"Keys": [{"sha256": {"S": "any"}}]}}
    busy = {"Responses": {}, "UnprocessedKeys": left}
    with (
        patch.object(dynamodb, "batch_get_item", return_value=busy),
        pytest.raises(TryLater, match="the table HeldIdsTable is busy"),
    ):
        holds.active(None)
    assert len(holds.active(None)) == 2


def test_change_of_a_hold_written_by_hand_moves_its_ids_into_parts(holds: DynamoHolds) -> None:
    put(conversationIds=sorted(MANY))
    found = holds.stored("h1")
    assert isinstance(found, StoredHold)
    holds.replace(found, found.hold.model_copy(update={"owner": "legal@example.com"}), record("h1"))
    (item,) = client("dynamodb").scan(TableName="HoldsTable")["Items"]
    assert ("conversationIds" in item, holds.active(None)[0].conversation_ids) == (False, MANY)
