"""The fields of a data_deletion request."""

from __future__ import annotations

import pytest

from tests import builders
from tests.unit.workbench import Workbench


@pytest.mark.parametrize(
    ("field", "value", "path"),
    [
        ("recordTypes", [], "recordTypes"),
        ("recordTypes", "message", "recordTypes"),
        ("recordTypes", None, "recordTypes"),
        ("recordTypes", ["message", "message"], "recordTypes"),
        ("recordTypes", ["message"] * 4, "recordTypes"),
        ("recordTypes", ["recording"], "recordTypes.0"),
        ("recordTypes", ["message", "MESSAGE"], "recordTypes.1"),
        ("recordTypes", [1], "recordTypes.0"),
        ("jurisdiction", "", "jurisdiction"),
        ("jurisdiction", "eu-west-1", "jurisdiction"),
        ("jurisdiction", "US-EAST-1", "jurisdiction"),
        ("jurisdiction", "x" * 41, "jurisdiction"),
        ("jurisdiction", None, "jurisdiction"),
        ("legalHoldValidation", False, "legalHoldValidation"),
        ("legalHoldValidation", "true", "legalHoldValidation"),
        ("legalHoldValidation", None, "legalHoldValidation"),
        ("retentionPolicyOverride", "false", "retentionPolicyOverride"),
        ("query", "", "query"),
        ("query", "x" * 10_001, "query"),
        ("query", {"field": "x"}, "query"),
        ("classification", "secret", "classification"),
        ("classification", "HIPAA", "classification"),
        ("retentionDays", 30, "retentionDays"),
        ("conversationIds", ["conversation-1"], "conversationIds"),
        ("filters", {}, "filters"),
    ],
)
def test_a_wrong_field_is_told_alone_and_by_its_path(
    bench: Workbench, field: str, value: object, path: str
) -> None:
    assert list(bench.errors(builders.data_deletion(**{field: value}))) == [path]


@pytest.mark.parametrize("field", ["recordTypes", "dateRange", "jurisdiction"])
def test_a_missing_field_is_required(bench: Workbench, field: str) -> None:
    payload = builders.data_deletion()
    del payload[field]
    assert bench.errors(payload) == {field: "is required"}


def test_a_jurisdiction_is_one_of_the_tenants_zones() -> None:
    bench = Workbench(residency_zones=frozenset({"eu-west-1", "eu-central-1"}))
    assert bench.errors(builders.data_deletion(jurisdiction="eu-west-1")) == {}
    assert bench.errors(builders.data_deletion(jurisdiction="us-east-1")) == {
        "jurisdiction": "is outside the residency zones (eu-central-1, eu-west-1)"
    }


def test_texts_may_be_as_long_as_this_and_no_longer() -> None:
    zone = "z" * 40
    bench = Workbench(residency_zones=frozenset({zone, zone + "z"}))
    payload = builders.data_deletion(jurisdiction=zone, query="q" * 10_000)
    assert bench.errors(payload) == {}
    longer = payload | {"jurisdiction": zone + "z", "query": "q" * 10_001}
    assert set(bench.errors(longer)) == {"jurisdiction", "query"}


def test_everything_optional_may_be_given(bench: Workbench) -> None:
    payload = builders.data_deletion(
        query="legal_hold:false",
        legalHoldValidation=True,
        retentionPolicyOverride=True,
        classification="confidential",
    )
    assert bench.errors(payload) == {}


def test_a_classification_with_a_longer_retention_moves_the_window(bench: Workbench) -> None:
    payload = builders.data_deletion(classification="hipaa")
    assert "inside the retention of 2555 days" in bench.errors(payload)["dateRange"]


def test_all_that_is_wrong_is_told_together(bench: Workbench) -> None:
    payload = {
        "method": "data_deletion",
        "reason": "short",
        "requestId": "not an id",
        "recordTypes": ["message", "message"],
        "dateRange": builders.date_range(oldest=30, youngest=0),
        "jurisdiction": "mars-north-1",
        "legalHoldValidation": False,
        "query": "",
        "maxRecords": 1_000_000,
        "surprise": 1,
    }
    assert set(bench.errors(payload)) == set(payload) - {"method"}
