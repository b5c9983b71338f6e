"""The last check of the seals in DynamoDB: newer ones replace older ones, and no other item."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from botocore.stub import Stubber
from genesys_purge.model.seal_health import SealHealth
from genesys_purge.store.ledger import Ledger
from genesys_purge.store.seal_health import KEY, DynamoSealHealth, LastSealHealth

from tests.clock import NOON
from tests.mocked_aws import client, mocked_aws, pause

MINUTE, A_MOMENT = timedelta(minutes=1), timedelta(microseconds=1)


@pytest.fixture(autouse=True)
def aws() -> Iterator[None]:
    with mocked_aws("SealsTable"):
        yield


def put(health: SealHealth) -> None:
    ledger = Ledger(client("dynamodb"), "AuditTable", "PersonalTable", sleep=pause)
    DynamoSealHealth("SealsTable", ledger).put(health)


def last() -> SealHealth | None:
    return LastSealHealth(client("dynamodb"), "SealsTable")()


def test_no_check_is_stored_at_first() -> None:
    assert last() is None


@pytest.mark.parametrize("oldest", [None, NOON - MINUTE])
def test_stored_check_is_read(oldest: Any) -> None:
    health = SealHealth(checked_at=NOON, oldest_unsealed_at=oldest)
    put(health)
    assert last() == health


def test_later_check_replaces_every_field_of_an_earlier_one() -> None:
    put(SealHealth(checked_at=NOON, oldest_unsealed_at=NOON - MINUTE))
    later = SealHealth(checked_at=NOON + A_MOMENT)
    put(later)
    assert last() == later


def test_check_that_began_earlier_does_not_replace_a_later_one() -> None:
    later = SealHealth(checked_at=NOON + A_MOMENT)
    put(later)
    put(SealHealth(checked_at=NOON, oldest_unsealed_at=NOON - MINUTE))
    assert last() == later


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"checkedAt": {"S": "yesterday"}},
        {"checkedAt": {"N": "1"}},
        {"checkedAt": {"S": "2026-11-21T12:00:00Z"}, "oldestUnsealedAt": {"S": "-"}},
        {"checkedAt": {"S": "2026-11-21T12:00:00Z"}, "oldestUnsealed": {"S": "now"}},
    ],
)
def test_unreadable_check_is_none(fields: Any) -> None:
    client("dynamodb").put_item(TableName="SealsTable", Item=KEY | fields)
    assert last() is None


def test_last_check_is_read_consistently() -> None:
    dynamodb: Any = client("dynamodb")
    asked = {"TableName": "SealsTable", "Key": KEY, "ConsistentRead": True}
    with Stubber(dynamodb) as stub:
        stub.add_response("get_item", {}, asked)
        assert LastSealHealth(dynamodb, "SealsTable")() is None
