"""The job slots: each has at most one holder."""

from __future__ import annotations

import pytest
from genesys_purge.calling.slots import Slot, SlotStore
from genesys_purge.errors import LostRace
from genesys_purge.model.batch import BatchRef
from genesys_purge.store.ledger import Ledger
from genesys_purge.store.slots import DynamoSlots

from tests.fakes import MemorySlots
from tests.mocked_aws import client, pause

FIRST, SECOND = BatchRef("run-1", 0), BatchRef("run_2-x", 12)
SLOT_0, SLOT_1 = Slot(None, 0), Slot(None, 1)


@pytest.fixture(params=["twin", "dynamodb"])
def slots(request: pytest.FixtureRequest) -> SlotStore:
    if request.param == "twin":
        return MemorySlots()
    request.getfixturevalue("aws")
    ledger = Ledger(client("dynamodb"), "AuditTable", sleep=pause)
    return DynamoSlots(client("dynamodb"), "RunsTable", ledger)


def test_new_slot_has_no_holder(slots: SlotStore) -> None:
    assert slots.holder(SLOT_0) is None


def test_taken_slot_has_its_holder_and_other_slots_have_none(slots: SlotStore) -> None:
    slots.take(SLOT_0, FIRST, after=None)
    assert (slots.holder(SLOT_0), slots.holder(SLOT_1)) == (FIRST, None)


def test_each_organisation_has_its_own_slots(slots: SlotStore) -> None:
    slots.take(Slot("emea", 0), FIRST, after=None)
    assert slots.holder(Slot("emea", 0)) == FIRST
    assert [slots.holder(each) for each in (SLOT_0, Slot("apac", 0))] == [None, None]


def test_slot_passes_from_one_holder_to_the_next(slots: SlotStore) -> None:
    slots.take(SLOT_0, FIRST, after=None)
    slots.take(SLOT_0, SECOND, after=FIRST)
    assert slots.holder(SLOT_0) == SECOND


def test_only_the_first_of_two_takes_a_free_slot(slots: SlotStore) -> None:
    slots.take(SLOT_0, FIRST, after=None)
    with pytest.raises(LostRace):
        slots.take(SLOT_0, SECOND, after=None)
    assert slots.holder(SLOT_0) == FIRST


@pytest.mark.parametrize("seen", [SECOND, FIRST._replace(number=1), FIRST._replace(run_id="r")])
def test_slot_is_not_taken_from_an_unexpected_holder(slots: SlotStore, seen: BatchRef) -> None:
    slots.take(SLOT_0, FIRST, after=None)
    with pytest.raises(LostRace):
        slots.take(SLOT_0, SECOND, after=seen)
    assert slots.holder(SLOT_0) == FIRST
