"""The fields of an interaction_purge request, and the rules of its classifications."""

from __future__ import annotations

from typing import Any

import pytest

from tests import builders
from tests.unit.purging.fields import not_refused, refused, without
from tests.unit.workbench import Workbench


def nested(depth: int) -> dict[str, Any]:
    return {"a": nested(depth - 1)} if depth > 1 else {"a": 1}


WRONG: dict[str, list[object]] = {
    "interactionType": ["fax", "Voice", None, ["voice"]],
    "retentionDays": [-1, 3_651, "365", 365.0, None],
    "classification": ["secret", None],
    "purgeType": ["hard", None],
    "filters": [
        [],
        "region:eu",
        {"a": "x" * 16_384},
        nested(11),
        {"a": [[[[[[[[[[1]]]]]]]]]]},
    ],
    "recordTypes": [["message"]],
    "jurisdiction": ["us-east-1"],
}
OLD = builders.date_range(oldest=3_700, youngest=3_660)
NOT_HIPAA = ("public", "internal", "confidential", "pii")


def test_wrong_field_is_the_only_error() -> None:
    cases = [(field, value, field) for field, values in WRONG.items() for value in values]
    assert not_refused(builders.interaction_purge, cases) == {}


@pytest.mark.parametrize(
    "field", ["interactionType", "dateRange", "retentionDays", "classification", "purgeType"]
)
def test_field_is_required(bench: Workbench, field: str) -> None:
    assert bench.errors(without(builders.interaction_purge(), field)) == {field: "is required"}


@pytest.mark.parametrize(
    ("days", "errors"),
    [
        (2_555, {}),
        (2_554, {"retentionDays": "must be at least 2555 for hipaa, not 2554"}),
        (0, {"retentionDays": "must be at least 2555 for hipaa, not 0"}),
    ],
)
def test_hipaa_needs_seven_years_of_retention(
    bench: Workbench, days: int, errors: dict[str, str]
) -> None:
    request = builders.interaction_purge(classification="hipaa", retentionDays=days, dateRange=OLD)
    assert bench.errors(request) == errors


def test_other_classifications_need_no_seven_years() -> None:
    cases = [{"classification": each, "retentionDays": 365} for each in NOT_HIPAA]
    assert refused(builders.interaction_purge, cases) == {}


def test_only_pii_must_be_purged_permanently(bench: Workbench) -> None:
    soft = builders.interaction_purge(purgeType="soft", retentionDays=2_555, dateRange=OLD)
    errors = {each: bench.errors(soft | {"classification": each}) for each in (*NOT_HIPAA, "hipaa")}
    assert errors.pop("pii") == {"purgeType": "must be permanent for pii"}
    assert set(map(str, errors.values())) == {"{}"}
    assert bench.errors(soft | {"classification": "pii", "purgeType": "permanent"}) == {}


def test_longer_retention_of_the_request_applies(bench: Workbench) -> None:
    assert bench.errors(builders.interaction_purge(retentionDays=366)) == {}
    longer = bench.errors(builders.interaction_purge(retentionDays=367))
    assert "inside the retention of 367 days (Retention set in the request)" in longer["dateRange"]


def test_filters_have_at_most_16_kibibytes_as_json(bench: Workbench) -> None:
    largest = {"a": "x" * (16_384 - len('{"a":""}'))}
    larger = {"a": largest["a"] + "x"}
    assert bench.errors(builders.interaction_purge(filters=largest)) == {}
    assert list(bench.errors(builders.interaction_purge(filters=larger))) == ["filters"]


def test_filters_may_be_any_object_of_ten_levels() -> None:
    allowed = [None, {}, {"attributes": {"region": "eu-west"}}, nested(10)]
    assert refused(builders.interaction_purge, [{"filters": each} for each in allowed]) == {}


def test_all_errors_are_reported_together(bench: Workbench) -> None:
    request = {
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
    assert set(bench.errors(request)) == {
        "reason",
        "requestedBy",
        "interactionType",
        "dateRange.start",
        "dateRange.end",
        "retentionDays",
        "filters",
        "dryRun",
    }


def test_classification_rules_are_reported_beside_wrong_fields(bench: Workbench) -> None:
    request = builders.interaction_purge(classification="pii", purgeType="soft", reason="short")
    assert set(bench.errors(request)) == {"reason", "purgeType"}
