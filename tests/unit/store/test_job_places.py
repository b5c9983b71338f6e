"""The places for jobs: whoever comes first has one, and only one at a time."""

from __future__ import annotations

import pytest
from genesys_purge.errors import LostRace
from genesys_purge.model.batch import BatchRef
from genesys_purge.ports import JobPlaces
from genesys_purge.store.job_places import DynamoJobPlaces
from genesys_purge.store.ledger import Ledger

from tests.fakes import MemoryJobPlaces
from tests.unit.aws import client

FIRST, SECOND = BatchRef("run-1", 0), BatchRef("run_2-x", 12)


@pytest.fixture(params=["twin", "dynamodb"])
def places(request: pytest.FixtureRequest) -> JobPlaces:
    if request.param == "twin":
        return MemoryJobPlaces()
    request.getfixturevalue("aws")
    ledger = Ledger(client("dynamodb"), "AuditTable", sleep=lambda _: None)
    return DynamoJobPlaces(client("dynamodb"), "RunsTable", ledger)


def test_a_place_that_nobody_had_is_nobodys(places: JobPlaces) -> None:
    assert places.holder(0) is None


def test_a_place_is_its_takers_and_no_other_one_is(places: JobPlaces) -> None:
    places.take(0, FIRST, after=None)
    assert (places.holder(0), places.holder(1)) == (FIRST, None)


def test_a_place_goes_from_one_holder_to_the_next(places: JobPlaces) -> None:
    places.take(0, FIRST, after=None)
    places.take(0, SECOND, after=FIRST)
    assert places.holder(0) == SECOND


def test_of_two_that_want_a_free_place_one_has_it(places: JobPlaces) -> None:
    places.take(0, FIRST, after=None)
    with pytest.raises(LostRace):
        places.take(0, SECOND, after=None)
    assert places.holder(0) == FIRST


@pytest.mark.parametrize("seen", [SECOND, FIRST._replace(number=1), FIRST._replace(run_id="r")])
def test_a_place_is_not_taken_from_another_holder_than_the_one_seen(
    places: JobPlaces, seen: BatchRef
) -> None:
    places.take(0, FIRST, after=None)
    with pytest.raises(LostRace):
        places.take(0, SECOND, after=seen)
    assert places.holder(0) == FIRST
