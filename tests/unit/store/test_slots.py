"""The places for jobs: whoever comes first has one, and only one at a time."""

from __future__ import annotations

import pytest
from genesys_purge.calling.slots import Slot, SlotStore
from genesys_purge.errors import LostRace
from genesys_purge.model.batch import BatchRef
from genesys_purge.store.ledger import Ledger
from genesys_purge.store.slots import DynamoSlots

from tests.fakes import MemorySlots
from tests.unit.aws import client

FIRST, SECOND = BatchRef("run-1", 0), BatchRef("run_2-x", 12)
HERE, BESIDE = Slot(None, 0), Slot(None, 1)


@pytest.fixture(params=["twin", "dynamodb"])
def places(request: pytest.FixtureRequest) -> SlotStore:
    if request.param == "twin":
        return MemorySlots()
    request.getfixturevalue("aws")
    ledger = Ledger(client("dynamodb"), "AuditTable", sleep=lambda _: None)
    return DynamoSlots(client("dynamodb"), "RunsTable", ledger)


def test_a_place_that_nobody_had_is_nobodys(places: SlotStore) -> None:
    assert places.holder(HERE) is None


def test_a_place_is_its_takers_and_no_other_one_is(places: SlotStore) -> None:
    places.take(HERE, FIRST, after=None)
    assert (places.holder(HERE), places.holder(BESIDE)) == (FIRST, None)


def test_organisations_have_places_of_their_own(places: SlotStore) -> None:
    places.take(Slot("emea", 0), FIRST, after=None)
    assert places.holder(Slot("emea", 0)) == FIRST
    assert [places.holder(each) for each in (HERE, Slot("apac", 0))] == [None, None]


def test_a_place_goes_from_one_holder_to_the_next(places: SlotStore) -> None:
    places.take(HERE, FIRST, after=None)
    places.take(HERE, SECOND, after=FIRST)
    assert places.holder(HERE) == SECOND


def test_of_two_that_want_a_free_place_one_has_it(places: SlotStore) -> None:
    places.take(HERE, FIRST, after=None)
    with pytest.raises(LostRace):
        places.take(HERE, SECOND, after=None)
    assert places.holder(HERE) == FIRST


@pytest.mark.parametrize("seen", [SECOND, FIRST._replace(number=1), FIRST._replace(run_id="r")])
def test_a_place_is_not_taken_from_another_holder_than_the_one_seen(
    places: SlotStore, seen: BatchRef
) -> None:
    places.take(HERE, FIRST, after=None)
    with pytest.raises(LostRace):
        places.take(HERE, SECOND, after=seen)
    assert places.holder(HERE) == FIRST
