"""The page of costs has prices and dollars of the bench, and the template's resources."""

from __future__ import annotations

import re
from itertools import takewhile

import pytest

from bench.scale import prices
from tests import template
from tests.contract.documents import DOCS, table

COST, PERFORMANCE = DOCS / "cost.md", DOCS / "performance.md"
MEASURED = {
    "state transition of Step Functions": prices.TRANSITION,
    "invocation of Lambda": prices.INVOCATION,
    "GB-second of Lambda, arm64": prices.GB_SECOND_ARM64,
    "write unit of DynamoDB, on demand": prices.WRITE_UNIT,
    "read unit of DynamoDB, on demand": prices.READ_UNIT,
    "put of S3": prices.S3_PUT,
    "get of S3": prices.S3_GET,
}
# Of the bench's table of purges.
COLUMNS = 13
KINDS = {
    "keys of KMS": "AWS::KMS::Key",
    "secrets": "AWS::SecretsManager::Secret",
    "alarms": "AWS::CloudWatch::Alarm",
}


def idle() -> list[list[str]]:
    return table(COST, "## 1. Idle", "| resource |")


def test_cost_page_has_the_prices_of_the_bench_and_their_date() -> None:
    listed = {row[0]: float(row[1]) for row in table(COST, "## Prices", "| price |")}
    assert {name: listed.get(name) for name in MEASURED} == pytest.approx(MEASURED)
    assert f"as of {prices.AS_OF}" in COST.read_text()


def test_cost_page_counts_the_resources_of_the_template() -> None:
    counted = {row[0]: int(row[1]) for row in idle() if row[0] in KINDS}
    assert counted == {name: len(template.resources(kind)) for name, kind in KINDS.items()}


def test_cost_page_multiplies_each_resource_by_its_price() -> None:
    for name, number, each, month in idle():
        assert float(month) == pytest.approx(int(number) * float(each)), name


def test_costs_of_runs_are_those_that_the_bench_measured() -> None:
    """Each row of the bench's table begins with a kind and a number of records."""
    rows = [line.strip("| ").split(" | ") for line in PERFORMANCE.read_text().splitlines()]
    purges = takewhile(lambda row: row[0] != "plan", rows)
    measured = {", ".join(row[:2]): row[9] for row in purges if len(row) == COLUMNS}
    shown = {row[0]: row[1] for row in table(COST, "## What a run adds", "| run |")}
    assert shown == {name: measured.get(name) for name in shown}


def test_a_run_costs_the_sum_of_its_parts() -> None:
    for name, *parts, total in table(COST, "## What a run adds", "| run |"):
        assert float(total) == pytest.approx(sum(map(float, parts)), abs=0.0005), name


def test_idle_month_costs_the_sum_of_its_rows() -> None:
    work = table(COST, "## 1. Idle", "| work of 30 days |")
    total = sum(float(row[-1]) for row in [*idle(), *work])
    (shown,) = re.findall(r"In all \*\*([\d.]+)\*\*", COST.read_text())
    assert float(shown) == pytest.approx(total, abs=0.01)


def test_months_of_the_examples_are_the_idle_month_and_what_they_add() -> None:
    months = {row[0][1:2]: float(row[1]) for row in table(COST, "## In short", "| example |")}
    runs = [float(row[-1]) for row in table(COST, "## What a run adds", "| run |")]
    webhooks = table(COST, "## 5. Webhooks only, 10,000", "| part |")
    added = {"1": 0.0, "2": runs[0], "3": runs[1], "4": 30 * runs[2]}
    added["5"] = sum(float(row[-1]) for row in webhooks)
    assert months == pytest.approx(
        {each: months["1"] + more for each, more in added.items()}, abs=0.006
    )
