"""The places for jobs: whoever comes first has one, and only one at a time."""

from __future__ import annotations

import pytest
from genesys_purge.errors import LostRace
from genesys_purge.model.batch import BatchRef
from genesys_purge.ports import JobPlaces, Place
from genesys_purge.store.job_places import DynamoJobPlaces
from genesys_purge.store.ledger import Ledger

from tests.fakes import MemoryJobPlaces
from tests.unit.aws import client

FIRST, SECOND = BatchRef("run-1", 0), BatchRef("run_2-x", 12)
HERE, BESIDE = Place(None, 0), Place(None, 1)


@pytest.fixture(params=["twin", "dynamodb"])
def places(request: pytest.FixtureRequest) -> JobPlaces:
    if request.param == "twin":
        return MemoryJobPlaces()
    request.getfixturevalue("aws")
    ledger = Ledger(client("dynamodb"), "AuditTable", sleep=lambda _: None)
    return DynamoJobPlaces(client("dynamodb"), "RunsTable", ledger)


def test_a_place_that_nobody_had_is_nobodys(places: JobPlaces) -> None:
    assert places.holder(HERE) is None


def test_a_place_is_its_takers_and_no_other_one_is(places: JobPlaces) -> None:
    places.take(HERE, FIRST, after=None)
    assert (places.holder(HERE), places.holder(BESIDE)) == (FIRST, None)


def test_organisations_have_places_of_their_own(places: JobPlaces) -> None:
    places.take(Place("emea", 0), FIRST, after=None)
    assert places.holder(Place("emea", 0)) == FIRST
    assert [places.holder(each) for each in (HERE, Place("apac", 0))] == [None, None]


def test_a_place_goes_from_one_holder_to_the_next(places: JobPlaces) -> None:
    places.take(HERE, FIRST, after=None)
    places.take(HERE, SECOND, after=FIRST)
    assert places.holder(HERE) == SECOND


def test_of_two_that_want_a_free_place_one_has_it(places: JobPlaces) -> None:
    places.take(HERE, FIRST, after=None)
    with pytest.raises(LostRace):
        places.take(HERE, SECOND, after=None)
    assert places.holder(HERE) == FIRST


@pytest.mark.parametrize("seen", [SECOND, FIRST._replace(number=1), FIRST._replace(run_id="r")])
def test_a_place_is_not_taken_from_another_holder_than_the_one_seen(
    places: JobPlaces, seen: BatchRef
) -> None:
    places.take(HERE, FIRST, after=None)
    with pytest.raises(LostRace):
        places.take(HERE, SECOND, after=seen)
    assert places.holder(HERE) == FIRST
