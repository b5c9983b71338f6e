"""The bench's line of the request budget answers like DynamoDB."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest.mock import patch

from botocore.client import BaseClient
from genesys_purge.model.platform import DOCUMENTED
from genesys_purge.store.budget import DynamoBudget
from hypothesis import given
from hypothesis import strategies as st

from bench.scale.budget_line import BudgetLines
from tests.clock import NOON
from tests.mocked_aws import client, mocked_aws

Booking = tuple[float, float, float]
BOOKINGS = st.lists(
    st.tuples(st.floats(0.1, 2), st.floats(0, 30), st.sampled_from([1.0, 10.0])), max_size=15
)


def booked(bookings: list[Booking]) -> list[Any]:
    """The starts of these bookings."""
    budget = DynamoBudget(client("dynamodb"), "CircuitTable", "", DOCUMENTED)
    return [
        budget.book(seconds, NOON + timedelta(seconds=at), ahead) for seconds, at, ahead in bookings
    ]


def booked_on_a_line(bookings: list[Booking]) -> list[Any]:
    lines = BudgetLines()

    def call(caller: Any, name: str, asked: Any) -> Any:
        assert lines.answers("dynamodb", name, asked)
        return lines.update(caller, asked)

    with patch.object(BaseClient, "_make_api_call", call):
        return booked(bookings)


@given(BOOKINGS)
def test_line_books_as_the_table_does(bookings: list[Booking]) -> None:
    with mocked_aws("CircuitTable"):
        by_the_table = booked(bookings)
    assert booked_on_a_line(bookings) == by_the_table
