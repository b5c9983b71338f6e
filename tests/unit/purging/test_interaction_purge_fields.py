"""The fields of an interaction_purge request, and the regulations over them."""

from __future__ import annotations

from typing import Any

import pytest

from tests import builders
from tests.unit.workbench import Workbench


def nested(depth: int) -> dict[str, Any]:
    return {"a": nested(depth - 1)} if depth > 1 else {"a": 1}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("interactionType", "fax"),
        ("interactionType", "Voice"),
        ("interactionType", None),
        ("interactionType", ["voice"]),
        ("retentionDays", -1),
        ("retentionDays", 3_651),
        ("retentionDays", "365"),
        ("retentionDays", 365.0),
        ("retentionDays", None),
        ("classification", "secret"),
        ("classification", None),
        ("purgeType", "hard"),
        ("purgeType", None),
        ("filters", []),
        ("filters", "region:eu"),
        ("filters", {"a": "x" * 16_384}),
        ("filters", nested(11)),
        ("filters", {"a": [[[[[[[[[[1]]]]]]]]]]}),
        ("recordTypes", ["message"]),
        ("jurisdiction", "us-east-1"),
    ],
)
def test_a_wrong_field_is_told_alone_and_by_its_path(
    bench: Workbench, field: str, value: object
) -> None:
    assert list(bench.errors(builders.interaction_purge(**{field: value}))) == [field]


@pytest.mark.parametrize(
    "field", ["interactionType", "dateRange", "retentionDays", "classification", "purgeType"]
)
def test_a_missing_field_is_required(bench: Workbench, field: str) -> None:
    payload = builders.interaction_purge()
    del payload[field]
    assert bench.errors(payload) == {field: "is required"}


OLD = builders.date_range(oldest=3_700, youngest=3_660)


@pytest.mark.parametrize(
    ("days", "errors"),
    [
        (2_555, {}),
        (2_554, {"retentionDays": "must be at least 2555 for hipaa, not 2554"}),
        (0, {"retentionDays": "must be at least 2555 for hipaa, not 0"}),
    ],
)
def test_hipaa_is_kept_seven_years(bench: Workbench, days: int, errors: dict[str, str]) -> None:
    payload = builders.interaction_purge(classification="hipaa", retentionDays=days, dateRange=OLD)
    assert bench.errors(payload) == errors


@pytest.mark.parametrize("classification", ["public", "internal", "confidential", "pii"])
def test_only_hipaa_is(bench: Workbench, classification: str) -> None:
    payload = builders.interaction_purge(classification=classification, retentionDays=2_554)
    assert "retentionDays" not in bench.errors(payload)


@pytest.mark.parametrize("classification", ["public", "internal", "confidential", "hipaa", "pii"])
def test_pii_is_purged_for_good_and_the_rest_as_asked(
    bench: Workbench, classification: str
) -> None:
    payload = builders.interaction_purge(
        classification=classification, purgeType="soft", retentionDays=2_555, dateRange=OLD
    )
    expected = {"purgeType": "must be permanent for pii"} if classification == "pii" else {}
    assert bench.errors(payload) == expected
    assert bench.errors(payload | {"purgeType": "permanent"}) == {}


def test_the_requests_own_retention_counts_where_it_is_the_longer(bench: Workbench) -> None:
    payload = builders.interaction_purge(retentionDays=366)
    assert bench.errors(payload) == {}
    longer = bench.errors(payload | {"retentionDays": 367})
    assert "inside the retention of 367 days (The request's own retention)" in longer["dateRange"]


def test_filters_may_have_sixteen_kibibytes_as_json_and_not_a_byte_more(
    bench: Workbench,
) -> None:
    largest = {"a": "x" * (16_384 - len('{"a":""}'))}
    assert bench.errors(builders.interaction_purge(filters=largest)) == {}
    larger = {"a": largest["a"] + "x"}
    assert list(bench.errors(builders.interaction_purge(filters=larger))) == ["filters"]


@pytest.mark.parametrize("filters", [None, {}, {"attributes": {"region": "eu-west"}}, nested(10)])
def test_filters_are_free_within_bounds(bench: Workbench, filters: object) -> None:
    assert bench.errors(builders.interaction_purge(filters=filters)) == {}


def test_all_that_is_wrong_is_told_together(bench: Workbench) -> None:
    payload = {
        "method": "interaction_purge",
        "reason": " " * 20,
        "requestedBy": "",
        "interactionType": "fax",
        "dateRange": {"start": "2020-01-01", "end": "2020-02-01T00:00:00"},
        "retentionDays": 2_554,
        "classification": "hipaa",
        "purgeType": "soft",
        "filters": 1,
        "dryRun": "yes",
    }
    assert set(bench.errors(payload)) == {
        "reason",
        "requestedBy",
        "interactionType",
        "dateRange.start",
        "dateRange.end",
        "retentionDays",
        "filters",
        "dryRun",
    }


def test_regulations_are_checked_beside_wrong_fields(bench: Workbench) -> None:
    payload = builders.interaction_purge(classification="pii", purgeType="soft", reason="short")
    assert set(bench.errors(payload)) == {"reason", "purgeType"}
