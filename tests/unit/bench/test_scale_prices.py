"""The bill of a run, and the units that DynamoDB charges for."""

from __future__ import annotations

from typing import Any

import pytest

from bench.scale.aws_usage import Usage, units_read
from bench.scale.prices import Turn, bill_of

KEYS: dict[str, Any] = {"runId": {"S": "run-1"}, "item": {"S": "run"}}


def test_turn_is_billed_for_waits_calls_and_a_share_of_a_cpu() -> None:
    turn = Turn(memory=512, cpu=0.512, waited=2.0, calls={"aws": 10, "genesys": 2})
    assert turn.seconds == pytest.approx(2.0 + 0.512 * 1_769 / 512 + 0.1 + 0.4)
    assert turn.gb_seconds == pytest.approx(turn.seconds / 2)


def test_function_with_more_memory_than_a_cpu_computes_no_faster() -> None:
    assert Turn(memory=3_538, cpu=1.0, waited=0.0, calls={}).seconds == 1.0


def test_bill_adds_up_the_services() -> None:
    turns = [Turn(1_024, 0.0, 1_000_000.0, {})]
    bill = bill_of(turns, 1_000_000, 1_000_000, 1_000_000, 1_000_000, 1_000_000)
    assert bill.step_functions == pytest.approx(25.0)
    assert bill.lambda_duration == pytest.approx(13.3334)
    assert bill.dynamodb_writes == pytest.approx(0.625)
    assert bill.dynamodb_reads == pytest.approx(0.125)
    assert bill.s3 == pytest.approx(5.4)
    assert bill.total == pytest.approx(44.4834002)


@pytest.mark.parametrize(("characters", "units"), [(900, 1), (1_100, 2)])
def test_write_takes_a_unit_for_each_kilobyte(characters: int, units: int) -> None:
    item = KEYS | {"detail": {"S": "x" * characters}}
    asked = {"TableName": "RunsTable", "Item": item}
    assert Usage().units_written("PutItem", asked) == units


def test_write_in_a_transaction_takes_twice_the_units() -> None:
    put = {"Put": {"TableName": "RunsTable", "Item": KEYS}}
    check = {"ConditionCheck": {"TableName": "RunsTable", "Key": KEYS}}
    assert Usage().units_written("TransactWriteItems", {"TransactItems": [put, check]}) == 4


def test_write_of_an_indexed_item_takes_units_for_the_index() -> None:
    item = KEYS | {"open": {"S": "yes"}, "submittedAt": {"S": "2026"}}
    assert Usage().units_written("PutItem", {"TableName": "RunsTable", "Item": item}) == 3


@pytest.mark.parametrize(("consistent", "units"), [(True, 2.0), (False, 1.0)])
def test_read_takes_a_unit_for_four_kilobytes(consistent: bool, units: float) -> None:
    answer = {"Item": {"detail": {"S": "x" * 5_000}}}
    assert units_read("GetItem", {"ConsistentRead": consistent}, answer) == units
