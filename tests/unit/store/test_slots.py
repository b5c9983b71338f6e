"""The pools of job slots: one worker at a time changes a pool."""

from __future__ import annotations

from datetime import timedelta

import pytest
from botocore.stub import Stubber
from genesys_purge.calling.slots import Pool, PoolKey, SlotStore
from genesys_purge.errors import LostRace
from genesys_purge.model.batch import BatchRef
from genesys_purge.store.slots import DynamoSlots

from tests.clock import NOON
from tests.fakes import MemorySlots
from tests.mocked_aws import client
from tests.unit.store.concurrency import ledger

FIRST, SECOND = BatchRef("run-1", 0), BatchRef("run_2-x", 12)
KEY = PoolKey(None, "documented")


@pytest.fixture(params=["twin", "dynamodb"])
def slots(request: pytest.FixtureRequest) -> SlotStore:
    if request.param == "twin":
        return MemorySlots()
    request.getfixturevalue("aws")
    return DynamoSlots(client("dynamodb"), "RunsTable", ledger())


def test_new_pool_is_empty(slots: SlotStore) -> None:
    assert slots.read(KEY) == Pool()


def test_pool_is_read_as_it_was_written(slots: SlotStore) -> None:
    slots.write(KEY, Pool().seated(FIRST).asked(SECOND, NOON + timedelta(microseconds=1)))
    waiting = {SECOND: NOON + timedelta(microseconds=1)}
    assert slots.read(KEY) == Pool((FIRST,), waiting, version=1)


def test_each_organisation_and_kind_of_job_has_its_own_pool(slots: SlotStore) -> None:
    slots.write(KEY, Pool().seated(FIRST))
    others = [PoolKey("emea", "documented"), PoolKey(None, "recording_job")]
    assert [slots.read(each) for each in others] == [Pool(), Pool()]


def test_pool_is_read_with_every_earlier_write() -> None:
    dynamodb = client("dynamodb")
    key = {"runId": {"S": "#job-slots"}, "item": {"S": "documented"}}
    with Stubber(dynamodb) as stubber:
        asked = {"TableName": "RunsTable", "Key": key, "ConsistentRead": True}
        stubber.add_response("get_item", {}, asked)
        assert DynamoSlots(dynamodb, "RunsTable", ledger()).read(KEY) == Pool()


@pytest.mark.parametrize("version", [0, 2])
def test_pool_is_not_written_over_another_version(slots: SlotStore, version: int) -> None:
    slots.write(KEY, Pool().seated(FIRST))
    with pytest.raises(LostRace):
        slots.write(KEY, Pool(version=version).seated(SECOND))
    assert slots.read(KEY).holders == (FIRST,)
