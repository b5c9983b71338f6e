"""The fields of a recording_job request."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.model.retention import RetentionMatrix

from tests import builders
from tests.unit.purging.fields import not_refused, refused, without
from tests.unit.workbench import Workbench

IDS = builders.uuids(1_001)
INCLUDES = (
    "includeRecordingsWithSensitiveData",
    "includeScreenRecordings",
    "includeSnippetRecordings",
    "includePolicyBasedRecordings",
)
FILTERS: dict[str, Any] = {
    "mediaTypes": ["voice"],
    "queueIds": ["q"],
    "userIds": ["u"],
    "directions": ["inbound"],
    "wrapUpCodes": ["w"],
    "divisionIds": ["d"],
}
WRONG = [
    ("conversationIds", [], "conversationIds"),
    ("conversationIds", IDS, "conversationIds"),
    ("conversationIds", ["conversation-1"], "conversationIds.0"),
    ("conversationIds", [IDS[0], f"{IDS[1]},"], "conversationIds.1"),
    ("conversationIds", [f"{IDS[1]}\n"], "conversationIds.0"),
    ("mediaTypes", ["sms"], "mediaTypes.0"),
    ("mediaTypes", [], "mediaTypes"),
    ("directions", ["sideways"], "directions.0"),
    ("queueIds", ['a"b'], "queueIds.0"),
    ("userIds", ["x" * 101], "userIds.0"),
    ("divisionIds", ["d"] * 101, "divisionIds"),
    ("wrapUpCodes", "w", "wrapUpCodes"),
    ("action", "erase", "action"),
    ("verifyAfterHours", 73, "verifyAfterHours"),
    ("verifyAfterHours", -1, "verifyAfterHours"),
    ("verification", "every", "verification"),
    ("verification", {}, "verification.mode"),
    ("verification", {"mode": "some"}, "verification.mode"),
    ("verification", {"mode": "sample", "size": 9}, "verification.size"),
    ("verification", {"mode": "sample", "confidence": 0.49}, "verification.confidence"),
    ("verification", {"mode": "sample", "confidence": 0.99991}, "verification.confidence"),
    ("verification", {"mode": "sample", "confidence": "0.99"}, "verification.confidence"),
    ("verification", {"mode": "sample", "tolerance": 0.00009}, "verification.tolerance"),
    ("verification", {"mode": "sample", "tolerance": 0.11}, "verification.tolerance"),
    ("classification", "secret", "classification"),
    ("interactionType", "voice", "interactionType"),
    *((each, value, each) for each in INCLUDES for value in (None, 1, "true")),
]
# Each of these alone is an error, and none is a missing selection.
WRONG_SELECTIONS = [
    ("dateRange", "yesterday", "dateRange"),
    ("dateRange", {"olderThanDays": 400}, "dateRange"),
    ("dateRange", {"olderThanDays": 400, "lookbackDays": 3_661}, "dateRange.lookbackDays"),
    ("conversationIds", ["conversation-1"], "conversationIds.0"),
    ("conversationIds", "all", "conversationIds"),
]
COMBINATIONS: list[dict[str, Any]] = [
    {"conversationIds": IDS[:1_000]},
    {"conversationIds": [IDS[0].upper()], "dateRange": builders.date_range()},
    {"mediaTypes": ["voice", "message"], "directions": ["inbound", "outbound"]},
    {"queueIds": ["q-1"], "userIds": IDS[:2], "wrapUpCodes": ["a.b_c"], "divisionIds": ["d"]},
    {"action": "delete", "classification": "pii", "verifyAfterHours": 72},
    {"dateRange": {"olderThanDays": 400, "lookbackDays": 1_400}},
    {"verification": {"mode": "every"}},
    {"verification": {"mode": "sample", "confidence": 0.5, "tolerance": 0.1}},
    {"verification": {"mode": "sample", "confidence": 0.9999, "tolerance": 0.0001}},
]
ARCHIVE = {"action": "archive"}
EXPORT = {"action": "export", "exportIntegrationId": "bucket-1"}
FIVE_YEARS, SURELY = 1_826, 1_827
AGED = builders.date_range(SURELY + 30, SURELY)


def with_date_range(**fields: Any) -> dict[str, Any]:
    return builders.recording_job(**{"dateRange": builders.date_range()} | fields)


def without_selection(**fields: Any) -> dict[str, Any]:
    return without(builders.recording_job(), "dateRange") | fields


def aged(**fields: Any) -> dict[str, Any]:
    return builders.recording_job(**{"dateRange": AGED} | fields)


def test_wrong_field_is_the_only_error() -> None:
    assert not_refused(with_date_range, WRONG) == {}


def test_selections_may_be_combined() -> None:
    assert refused(builders.recording_job, COMBINATIONS) == {}


@pytest.mark.parametrize("field", INCLUDES)
def test_include_field_is_required(bench: Workbench, field: str) -> None:
    assert bench.errors(without(builders.recording_job(), field)) == {field: "is required"}


@pytest.mark.parametrize("fields", [ARCHIVE, EXPORT])
def test_archive_and_export_need_every_kind_of_recording(
    bench: Workbench, fields: dict[str, str]
) -> None:
    assert bench.errors(builders.recording_job(**fields)) == {}
    for field in INCLUDES:
        errors = bench.errors(builders.recording_job(**fields, **{field: False}))
        assert list(errors) == ["action"]
        assert "needs every include field to be true" in errors["action"]


def test_export_before_deletion_needs_every_kind_of_recording(bench: Workbench) -> None:
    request = builders.recording_job(exportIntegrationId="bucket-1")
    assert bench.errors(request) == {}
    for field in INCLUDES:
        errors = bench.errors(request | {field: False})
        assert list(errors) == ["exportIntegrationId"]
        assert "from those that were not exported" in errors["exportIntegrationId"]


def test_export_needs_a_destination_and_archive_has_none(bench: Workbench) -> None:
    assert bench.errors(builders.recording_job(action="export")) == {
        "exportIntegrationId": "is required for action export"
    }
    archive = builders.recording_job(**ARCHIVE, exportIntegrationId="bucket-1")
    assert bench.errors(archive) == {
        "exportIntegrationId": "has no effect with action archive; remove it, or use action "
        "export or delete"
    }


def test_request_must_select_conversations(bench: Workbench) -> None:
    missing = {"conversationIds": "give these, dateRange, or both"}
    assert bench.errors(without_selection()) == missing
    assert set(bench.errors(without_selection(reason="short"))) == {"conversationIds", "reason"}


def test_wrong_selection_is_not_reported_as_missing() -> None:
    assert not_refused(without_selection, WRONG_SELECTIONS) == {}


def test_conversation_may_be_listed_once_in_any_case(bench: Workbench) -> None:
    twice = builders.recording_job(conversationIds=[IDS[10], IDS[10].upper()])
    assert bench.errors(twice) == {"conversationIds": "repeats a conversation; list each one once"}


def test_filters_need_a_date_range(bench: Workbench) -> None:
    for name, value in FILTERS.items():
        request = builders.recording_job(conversationIds=IDS[:1], **{name: value})
        assert bench.errors(request) == {"dateRange": "is required to filter conversations"}, name


def test_shipped_retention_of_recordings_is_a_year(bench: Workbench) -> None:
    young = builders.recording_job(dateRange=builders.date_range(400, 364))
    old_enough = builders.recording_job(dateRange=builders.date_range(400, 365))
    assert "inside the retention of 365 days" in bench.errors(young)["dateRange"]
    assert bench.errors(old_enough) == {}


def test_classification_selects_the_retention(bench: Workbench) -> None:
    request = builders.recording_job(classification="hipaa")
    assert "2555 days" in bench.errors(request)["dateRange"]


def test_request_by_ids_without_a_matching_retention_rule_is_refused(bench: Workbench) -> None:
    rule = {"name": "other", "match": {"method": "m"}, "minimumDays": 30, "basis": "law"}
    bench.policies.matrix = RetentionMatrix.parse({"rules": [rule]})
    assert bench.errors(builders.recording_job(conversationIds=IDS[:1])) == {
        "method": "no rule of the retention matrix covers these records"
    }


def test_range_within_five_years_may_be_filtered() -> None:
    ranges = [builders.date_range(1_825, 1_800), builders.date_range(FIVE_YEARS - 0.01, 400)]
    cases = [{"dateRange": each, "queueIds": ["q"]} for each in ranges]
    assert refused(builders.recording_job, cases) == {}


def test_bare_range_over_five_years_old_is_valid() -> None:
    ranges = [AGED, builders.date_range(3_700, 3_000)]
    assert refused(builders.recording_job, [{"dateRange": each} for each in ranges]) == {}


@pytest.mark.parametrize(
    "days", [(FIVE_YEARS, 1_800), (SURELY + 30, SURELY - 0.001), (SURELY + 30, 40)]
)
def test_range_across_five_years_ago_must_be_split(
    bench: Workbench, days: tuple[float, float]
) -> None:
    errors = bench.errors(builders.recording_job(dateRange=builders.date_range(*days)))
    assert list(errors) == ["dateRange"]
    assert "one request that ends by 2021-11-20T12:00:00Z" in errors["dateRange"]
    assert "one that begins after 2021-11-21T12:00:00Z" in errors["dateRange"]


def test_range_over_five_years_old_can_select_nothing_else(bench: Workbench) -> None:
    for name, value in {"conversationIds": IDS[:1], **FILTERS}.items():
        message = "remove this: Genesys cannot select among recordings over five years old"
        assert bench.errors(aged(**{name: value})) == {name: message}


def test_range_over_five_years_old_includes_every_recording(bench: Workbench) -> None:
    for name in INCLUDES:
        errors = bench.errors(aged(**{name: False}))
        assert list(errors) == [name]
        assert "must be true for recordings over five years old" in errors[name]


def test_all_errors_are_reported_together(bench: Workbench) -> None:
    wrong = builders.recording_job(
        action="export", queueIds=["?"], includeScreenRecordings="no", reason="short"
    )
    assert set(bench.errors(wrong)) == {
        "exportIntegrationId",
        "queueIds.0",
        "includeScreenRecordings",
        "reason",
    }
