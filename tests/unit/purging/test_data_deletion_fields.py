"""The fields of a data_deletion request."""

from __future__ import annotations

import pytest

from tests import builders
from tests.unit.purging.fields import not_refused, without
from tests.unit.workbench import Workbench

WRONG = [
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
]


def test_wrong_field_is_the_only_error() -> None:
    assert not_refused(builders.data_deletion, WRONG) == {}


@pytest.mark.parametrize("field", ["recordTypes", "dateRange", "jurisdiction"])
def test_field_is_required(bench: Workbench, field: str) -> None:
    assert bench.errors(without(builders.data_deletion(), field)) == {field: "is required"}


def test_jurisdiction_must_be_a_residency_zone() -> None:
    bench = Workbench(residency_zones=frozenset({"eu-west-1", "eu-central-1"}))
    assert bench.errors(builders.data_deletion(jurisdiction="eu-west-1")) == {}
    assert bench.errors(builders.data_deletion(jurisdiction="us-east-1")) == {
        "jurisdiction": "must be one of the residency zones: eu-central-1, eu-west-1"
    }


def test_longest_texts_are_valid_and_longer_ones_refused() -> None:
    zone = "z" * 40
    bench = Workbench(residency_zones=frozenset({zone, zone + "z"}))
    longest = builders.data_deletion(jurisdiction=zone, query="q" * 10_000)
    longer = longest | {"jurisdiction": zone + "z", "query": "q" * 10_001}
    assert bench.errors(longest) == {}
    assert set(bench.errors(longer)) == {"jurisdiction", "query"}


def test_request_with_every_optional_field_is_valid(bench: Workbench) -> None:
    request = builders.data_deletion(
        query="legal_hold:false",
        legalHoldValidation=True,
        retentionPolicyOverride=True,
        classification="confidential",
    )
    assert bench.errors(request) == {}


def test_classification_selects_the_retention(bench: Workbench) -> None:
    request = builders.data_deletion(classification="hipaa")
    assert "inside the retention of 2555 days" in bench.errors(request)["dateRange"]


def test_all_errors_are_reported_together(bench: Workbench) -> None:
    request = {
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
    assert set(bench.errors(request)) == set(request) - {"method"}
