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


ARCHIVE = {"action": "archive"}
EXPORT = {"action": "export", "exportIntegrationId": "bucket-1"}


@pytest.mark.parametrize("fields", [ARCHIVE, EXPORT])
def test_recordings_may_be_archived_or_exported_alone_and_all_of_them(
    bench: Workbench, fields: dict[str, str]
) -> None:
    assert bench.errors(builders.recording_job(**fields)) == {}
    for field in INCLUDES:
        some = builders.recording_job(**fields, **{field: False})
        assert "every kind of recording" in bench.errors(some).pop("action")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (EXPORT | {"exportIntegrationId": None}, "is required where action is export"),
        (ARCHIVE | {"exportIntegrationId": "b"}, "belongs to action export, and to delete"),
    ],
)
def test_an_export_has_a_destination_and_an_archive_has_none(
    bench: Workbench, fields: dict[str, Any], message: str
) -> None:
    request = builders.recording_job(**fields)
    given = {name: value for name, value in request.items() if value is not None}
    errors = bench.errors(given)
    assert list(errors) == ["exportIntegrationId"]
    assert message in errors["exportIntegrationId"]


@pytest.mark.parametrize("field", INCLUDES)
def test_what_is_exported_first_leaves_nothing_out(bench: Workbench, field: str) -> None:
    request = builders.recording_job(exportIntegrationId="bucket-1")
    assert bench.errors(request) == {}
    assert list(bench.errors(request | {field: False})) == ["exportIntegrationId"]


def test_something_must_be_selected(bench: Workbench) -> None:
    request = builders.recording_job()
    del request["dateRange"]
    assert bench.errors(request) == {"conversationIds": "give these, dateRange, or both"}


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"dateRange": "yesterday"}, "dateRange"),
        ({"dateRange": {"olderThanDays": 400}}, "dateRange"),
        ({"dateRange": {"olderThanDays": 400, "lookbackDays": 3_661}}, "dateRange.lookbackDays"),
        ({"conversationIds": ["conversation-1"]}, "conversationIds.0"),
        ({"conversationIds": "all"}, "conversationIds"),
    ],
)
def test_a_wrong_selection_is_not_told_as_a_missing_one(
    bench: Workbench, wrong: dict[str, Any], path: str
) -> None:
    request = builders.recording_job()
    del request["dateRange"]
    assert list(bench.errors(request | wrong)) == [path]


def test_a_missing_selection_is_told_beside_what_is_wrong(bench: Workbench) -> None:
    request = builders.recording_job(reason="short")
    del request["dateRange"]
    assert set(bench.errors(request)) == {"reason", "conversationIds"}


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


FIVE_YEARS, SURELY = 1_826, 1_827


@pytest.mark.parametrize("days", [(1_825, 1_800), (FIVE_YEARS - 0.01, 400)])
def test_a_range_of_the_last_five_years_may_be_narrowed(
    bench: Workbench, days: tuple[float, float]
) -> None:
    request = builders.recording_job(dateRange=builders.date_range(*days), queueIds=["q"])
    assert bench.errors(request) == {}


@pytest.mark.parametrize("days", [(SURELY + 30, SURELY), (3_700, 3_000)])
def test_a_bare_range_of_more_than_five_years_ago_is_taken_as_it_is(
    bench: Workbench, days: tuple[float, float]
) -> None:
    assert bench.errors(builders.recording_job(dateRange=builders.date_range(*days))) == {}


@pytest.mark.parametrize(
    "days", [(FIVE_YEARS, 1_800), (SURELY + 30, SURELY - 0.001), (SURELY + 30, 40)]
)
def test_a_range_on_both_sides_of_five_years_ago_is_refused_with_both_dates(
    bench: Workbench, days: tuple[float, float]
) -> None:
    errors = bench.errors(builders.recording_job(dateRange=builders.date_range(*days)))
    assert list(errors) == ["dateRange"]
    assert "what ends by 2021-11-20T12:00:00Z" in errors["dateRange"]
    assert "what begins after 2021-11-21T12:00:00Z" in errors["dateRange"]


NARROWED = {
    "conversationIds": IDS[:1],
    "mediaTypes": ["voice"],
    "queueIds": ["q"],
    "userIds": ["u"],
    "directions": ["inbound"],
    "wrapUpCodes": ["w"],
    "divisionIds": ["d"],
}


@pytest.mark.parametrize(
    ("field", "value"), [*NARROWED.items(), *((each, False) for each in INCLUDES)]
)
def test_what_is_over_five_years_old_is_narrowed_by_nothing(
    bench: Workbench, field: str, value: object
) -> None:
    aged = builders.date_range(SURELY + 30, SURELY)
    errors = bench.errors(builders.recording_job(**{"dateRange": aged, field: value}))
    assert list(errors) == [field]
    assert "over five years old" in errors[field]


def test_every_error_is_told_at_once(bench: Workbench) -> None:
    wrong = builders.recording_job(
        action="export", queueIds=["?"], includeScreenRecordings="no", reason="short"
    )
    assert set(bench.errors(wrong)) == {
        "exportIntegrationId",
        "queueIds.0",
        "includeScreenRecordings",
        "reason",
    }
