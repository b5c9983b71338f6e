"""The records of what holds refused."""

from __future__ import annotations

import pytest
from genesys_purge.store.ledger import Ledger
from genesys_purge.store.refusals import DynamoRefusals

from tests.clock import Clock
from tests.mocked_aws import client

pytestmark = pytest.mark.usefixtures("aws")


def ledger() -> Ledger:
    return Ledger(client("dynamodb"), "AuditTable", "PersonalTable")


def refusals() -> DynamoRefusals:
    return DynamoRefusals("RunsTable", ledger(), Clock(), "submit_batch")


def recorded(hold_id: str) -> list[tuple[int, int | None]]:
    """The batch and the number of records of each refusal of the hold, in order."""
    page = ledger().page(f"hold:{hold_id}", 1, 100)
    found = [each.refusal for each in page.records]
    return [(each.batch, each.records) for each in found if each]


def test_refusal_is_recorded_once_for_each_hold_and_batch() -> None:
    for _ in range(2):
        refusals().note("run-1", 0, {"case-17": 2, "case-18": None})
    refusals().note("run-1", 1, {"case-17": 1})
    refusals().note("run-2", 1, {"case-17": 4})
    assert recorded("case-17") == [(0, 2), (1, 1), (1, 4)]
    assert recorded("case-18") == [(0, None)]
