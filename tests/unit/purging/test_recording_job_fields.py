"""The fields of a recording_job request, each refused by its path."""

from __future__ import annotations

from typing import Any

import pytest

from tests import builders
from tests.unit.workbench import Workbench

IDS = builders.uuids(1_001)
INCLUDES = (
    "includeRecordingsWithSensitiveData",
    "includeScreenRecordings",
    "includeSnippetRecordings",
    "includePolicyBasedRecordings",
)


@pytest.mark.parametrize(
    "fields",
    [
        {"conversationIds": IDS[:1_000]},
        {"conversationIds": [IDS[0].upper()], "dateRange": builders.date_range()},
        {"mediaTypes": ["voice", "message"], "directions": ["inbound", "outbound"]},
        {"queueIds": ["q-1"], "userIds": IDS[:2], "wrapUpCodes": ["a.b_c"], "divisionIds": ["d"]},
        {"action": "delete", "classification": "pii", "verifyAfterHours": 72},
        {"dateRange": {"olderThanDays": 400, "lookbackDays": 1_400}},
    ],
)
def test_what_selects_conversations_may_be_combined(
    bench: Workbench, fields: dict[str, Any]
) -> None:
    assert bench.errors(builders.recording_job(**fields)) == {}


@pytest.mark.parametrize("field", INCLUDES)
@pytest.mark.parametrize("value", [None, 1, "true"])
def test_what_is_included_is_said_and_never_assumed(
    bench: Workbench, field: str, value: object
) -> None:
    request = builders.recording_job()
    del request[field]
    assert bench.errors(request) == {field: "is required"}
    assert field in bench.errors(request | {field: value})


@pytest.mark.parametrize(
    ("field", "value", "path"),
    [
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
        ("classification", "secret", "classification"),
        ("interactionType", "voice", "interactionType"),
    ],
)
def test_a_wrong_value_is_refused_by_its_path(
    bench: Workbench, field: str, value: object, path: str
) -> None:
    wrong = builders.recording_job(**{"dateRange": builders.date_range()} | {field: value})
    assert list(bench.errors(wrong)) == [path]


@pytest.mark.parametrize("action", ["archive", "export"])
def test_actions_that_are_not_offered_say_so(bench: Workbench, action: str) -> None:
    assert bench.errors(builders.recording_job(action=action)) == {
        "action": f"must be delete: {action} alone is not offered; to export before deleting, "
        "give exportIntegrationId"
    }


@pytest.mark.parametrize("field", INCLUDES)
def test_what_is_exported_first_leaves_nothing_out(bench: Workbench, field: str) -> None:
    request = builders.recording_job(exportIntegrationId="bucket-1")
    assert bench.errors(request) == {}
    assert list(bench.errors(request | {field: False})) == ["exportIntegrationId"]


def test_something_must_be_selected(bench: Workbench) -> None:
    request = builders.recording_job()
    del request["dateRange"]
    assert bench.errors(request) == {"conversationIds": "give these, dateRange, or both"}


def test_an_id_is_named_once_however_it_is_spelled(bench: Workbench) -> None:
    twice = builders.recording_job(conversationIds=[IDS[10], IDS[10].upper()])
    assert bench.errors(twice) == {"conversationIds": "names a conversation twice"}


@pytest.mark.parametrize(
    "given",
    [
        {"mediaTypes": ["voice"]},
        {"queueIds": ["q"]},
        {"userIds": ["u"]},
        {"directions": ["inbound"]},
        {"wrapUpCodes": ["w"]},
        {"divisionIds": ["d"]},
    ],
)
def test_filters_need_a_date_range(bench: Workbench, given: dict[str, Any]) -> None:
    request = builders.recording_job(conversationIds=IDS[:1], **given)
    assert bench.errors(request) == {"dateRange": "is required where conversations are filtered"}


def test_a_range_inside_the_retention_is_refused(bench: Workbench) -> None:
    young = builders.recording_job(dateRange=builders.date_range(60, 29))
    assert "inside the retention of 30 days" in bench.errors(young)["dateRange"]
    old_enough = builders.recording_job(dateRange=builders.date_range(60, 30))
    assert bench.errors(old_enough) == {}


def test_the_matrix_is_asked_about_the_classification(bench: Workbench) -> None:
    request = builders.recording_job(classification="hipaa")
    assert "2555 days" in bench.errors(request)["dateRange"]


def test_more_than_five_years_ago_is_refused_and_the_reason_given(bench: Workbench) -> None:
    aged = builders.recording_job(dateRange=builders.date_range(1_827, 1_800))
    assert "cannot leave out what is held" in bench.errors(aged)["dateRange"]
    assert bench.errors(builders.recording_job(dateRange=builders.date_range(1_825, 1_800))) == {}


def test_every_error_is_told_at_once(bench: Workbench) -> None:
    wrong = builders.recording_job(
        action="export", queueIds=["?"], includeScreenRecordings="no", reason="short"
    )
    assert set(bench.errors(wrong)) == {
        "action",
        "queueIds.0",
        "includeScreenRecordings",
        "reason",
    }
