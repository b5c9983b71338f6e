"""The line of calls: slices follow one another, whichever process books them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest
from botocore.exceptions import EndpointConnectionError
from botocore.stub import Stubber
from genesys_purge.calling.pace import Budget, farthest
from genesys_purge.errors import Misconfigured, TryLater
from genesys_purge.model.platform import DOCUMENTED, LIVE
from genesys_purge.store.budget import DynamoBudget

from tests.clock import NOON
from tests.fakes import MemoryBudget
from tests.mocked_aws import client, direct_calls, mocked_aws
from tests.unit.store.concurrency import at_once

WORKERS = 6
A_SECOND = timedelta(seconds=1)


def stored(organisation: str = "", dialect: str = DOCUMENTED) -> DynamoBudget:
    return DynamoBudget(client("dynamodb"), "CircuitTable", organisation, dialect)


@pytest.fixture
def table() -> Iterator[None]:
    with mocked_aws("CircuitTable"), direct_calls():
        yield


@pytest.fixture(params=["twin", "dynamodb"])
def budget(request: pytest.FixtureRequest) -> Budget:
    if request.param == "twin":
        return MemoryBudget()
    request.getfixturevalue("table")
    return stored()


def test_first_slice_starts_at_once(budget: Budget) -> None:
    assert budget.book(1, NOON, 0) == NOON


def test_slices_follow_one_another(budget: Budget) -> None:
    starts = [budget.book(1.5, NOON, 10) for _ in range(3)]
    assert starts == [NOON, NOON + 1.5 * A_SECOND, NOON + 3 * A_SECOND]


def test_time_that_has_passed_is_not_booked(budget: Budget) -> None:
    budget.book(1, NOON, 0)
    later = NOON + 5 * A_SECOND
    assert budget.book(1, later, 0) == later


@pytest.mark.parametrize(("ahead", "start"), [(1.0, NOON + A_SECOND), (0.999, None)])
def test_slice_starts_at_most_so_far_ahead(budget: Budget, ahead: float, start: object) -> None:
    budget.book(1, NOON, 0)
    assert budget.book(1, NOON, ahead) == start
    # A refused slice books nothing.
    assert budget.book(1, NOON, 10) == NOON + (2 if start else 1) * A_SECOND


def test_end_that_no_right_clock_can_book_is_replaced(budget: Budget) -> None:
    wrong = farthest(NOON, 1) - A_SECOND + timedelta(microseconds=1)
    budget.book(1, wrong, 0)
    assert budget.book(1, NOON, 10) == NOON


@pytest.mark.usefixtures("table")
def test_each_organisation_and_dialect_has_its_own_line() -> None:
    lines = [stored(), stored("emea"), stored(dialect=LIVE)]
    assert [each.book(1, NOON, 0) for each in lines] == [NOON] * 3


@pytest.mark.parametrize(
    ("code", "error"),
    [("ThrottlingException", TryLater), ("AccessDeniedException", Misconfigured)],
)
def test_budget_that_cannot_be_written_is_an_error_of_its_own(
    code: str, error: type[Exception]
) -> None:
    dynamodb = client("dynamodb")
    line = DynamoBudget(dynamodb, "CircuitTable", "", DOCUMENTED)
    with Stubber(dynamodb) as stubber:
        stubber.add_client_error("update_item", code)
        with pytest.raises(error, match=f"budget.* cannot be booked.*{code}"):
            line.book(1, NOON, 0)


def test_budget_without_a_connection_is_tried_later(monkeypatch: pytest.MonkeyPatch) -> None:
    dynamodb = client("dynamodb")

    def fail(**_: object) -> None:
        raise EndpointConnectionError(endpoint_url="dynamodb")

    monkeypatch.setattr(dynamodb, "update_item", fail)
    with pytest.raises(TryLater, match="EndpointConnectionError"):
        DynamoBudget(dynamodb, "CircuitTable", "", DOCUMENTED).book(1, NOON, 0)


@pytest.mark.usefixtures("table")
def test_processes_at_the_same_time_get_different_slices() -> None:
    starts = []

    def book(line: DynamoBudget) -> None:
        starts.append(line.book(1, NOON, 100))

    at_once([partial(book, stored()) for _ in range(WORKERS)])
    assert sorted(starts, key=str) == [NOON + n * A_SECOND for n in range(WORKERS)]
