"""The fields of a purge rule, each refused by its path."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.errors import InvalidRequest
from genesys_purge.purge_rules.purge_rule import RuleRef

from tests.unit.purge_rules.rule_bench import RuleBench, condition, document

SCHEDULE = document()["schedule"]
REQUIRED = sorted(document())


def filters(*given: Any) -> dict[str, Any]:
    return document(scope={"filters": list(given)})


def test_a_right_rule_has_no_errors(bench: RuleBench) -> None:
    assert bench.errors(document()) == {}
    assert bench.errors(document(description="Two years, then the calls go.", enabled=False)) == {}


@pytest.mark.parametrize("field", REQUIRED)
def test_every_field_but_the_description_is_required(bench: RuleBench, field: str) -> None:
    payload = document()
    del payload[field]
    assert bench.errors(payload) == {field: "is required"}


def test_all_of_an_empty_object_is_told(bench: RuleBench) -> None:
    assert bench.errors({}) == dict.fromkeys(REQUIRED, "is required")


@pytest.mark.parametrize("payload", [None, True, 1, "rule", [], [document()]])
def test_a_rule_is_a_json_object(bench: RuleBench, payload: object) -> None:
    assert bench.errors(payload) == {"request": "must be a JSON object"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "   "),
        ("name", "x" * 101),
        ("name", "a\nb"),
        ("name", "a\u200bb"),
        ("name", "a\u202eb"),
        ("name", 7),
        ("name", None),
        ("description", "x" * 501),
        ("description", 7),
        ("type", "interaction"),
        ("type", "Conversation"),
        ("type", None),
        ("enabled", "true"),
        ("enabled", 1),
        ("enabled", None),
        ("scope", []),
        ("scope", None),
        ("schedule", "daily"),
        ("schedule", None),
        ("retentionPeriod", 730),
        ("retentionPeriod", None),
        ("maxBatchSize", 99),
        ("maxBatchSize", 10_001),
        ("maxBatchSize", "500"),
        ("maxBatchSize", 500.0),
        ("maxBatchSize", True),
        ("snapshotBeforeDelete", None),
        ("snapshotBeforeDelete", "yes"),
        ("complianceLockCheck", None),
        ("complianceLockCheck", 1),
        ("complianceLockCheck", False),
        ("retention_period", {"days": 730}),
        ("max_batch_size", 500),
        ("id", "rule-1"),
        ("", 1),
        ("__proto__", {}),
    ],
)
def test_one_wrong_field_is_told_alone_and_by_its_path(
    bench: RuleBench, field: str, value: object
) -> None:
    errors = bench.errors(document(**{field: value}))
    assert list(errors) == [field]
    assert errors[field]


@pytest.mark.parametrize(
    ("field", "value", "path"),
    [
        ("retentionPeriod", {"days": 29}, "retentionPeriod.days"),
        ("retentionPeriod", {"days": 36_501}, "retentionPeriod.days"),
        ("retentionPeriod", {"days": 730.0}, "retentionPeriod.days"),
        ("retentionPeriod", {"days": "730"}, "retentionPeriod.days"),
        ("retentionPeriod", {"days": True}, "retentionPeriod.days"),
        ("retentionPeriod", {}, "retentionPeriod.days"),
        ("retentionPeriod", {"days": 730, "hours": 1}, "retentionPeriod.hours"),
        ("scope", {}, "scope.filters"),
        ("scope", {"filters": {}}, "scope.filters"),
        ("scope", {"filters": [], "all": True}, "scope.all"),
        ("schedule", SCHEDULE | {"recurrence": "hourly"}, "schedule.recurrence"),
        ("schedule", SCHEDULE | {"recurrence": "Daily"}, "schedule.recurrence"),
        ("schedule", SCHEDULE | {"time_of_day": "02:30:00"}, "schedule.time_of_day"),
        ("schedule", SCHEDULE | {"until": "2030-01-01"}, "schedule.until"),
        ("schedule", {"recurrence": "daily", "timezone": "UTC"}, "schedule.timeOfDay"),
    ],
)
def test_a_field_within_a_field_has_its_own_path(
    bench: RuleBench, field: str, value: object, path: str
) -> None:
    assert list(bench.errors(document(**{field: value}))) == [path]


@pytest.mark.parametrize(
    "at",
    [
        "",
        "2:30:00",
        "02:30",
        "24:00:00",
        "02:60:00",
        "23:59:60",
        "02:30:00Z",
        "02:30:00\n",
        "-1:00:00",
        "\u0966\u0968:\u0969\u0966:\u0966\u0966",
        23_000,
        None,
    ],
)
def test_a_time_that_is_none_of_a_day_is_refused(bench: RuleBench, at: object) -> None:
    payload = document(schedule=SCHEDULE | {"timeOfDay": at})
    assert list(bench.errors(payload)) == ["schedule.timeOfDay"]


@pytest.mark.parametrize("at", ["00:00:00", "09:05:59", "19:59:00", "23:59:59"])
def test_a_time_of_day_is_taken(bench: RuleBench, at: str) -> None:
    assert bench.errors(document(schedule=SCHEDULE | {"timeOfDay": at})) == {}


@pytest.mark.parametrize(
    "zone",
    [
        "",
        ".",
        "Mars/Olympus",
        "America",
        "../UTC",
        "../../etc/passwd",
        "/usr/share/zoneinfo/UTC",
        "Europe/Berlin/",
        "Europe/../UTC",
        "europe/berlin",
        "localtime",
        "posixrules",
        "zone.tab",
        "UTC\0",
        "+01:00",
        "x" * 10_000,
        1,
        None,
    ],
)
def test_a_zone_that_iana_does_not_know_is_refused(bench: RuleBench, zone: object) -> None:
    payload = document(schedule=SCHEDULE | {"timezone": zone})
    assert list(bench.errors(payload)) == ["schedule.timezone"]


@pytest.mark.parametrize(
    "zone", ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+5"]
)
def test_a_zone_of_iana_is_taken(bench: RuleBench, zone: str) -> None:
    assert bench.errors(document(schedule=SCHEDULE | {"timezone": zone})) == {}


@pytest.mark.parametrize("recurrence", ["daily", "weekly", "monthly"])
def test_a_rule_recurs_by_day_week_or_month(bench: RuleBench, recurrence: str) -> None:
    assert bench.errors(document(schedule=SCHEDULE | {"recurrence": recurrence})) == {}


@pytest.mark.parametrize(
    "value", ["voice", " ", "x" * 200, 0, -1.5, 2**53, -(2**53), 1e-300, True, False]
)
def test_a_filter_compares_with_text_a_number_or_a_truth(bench: RuleBench, value: object) -> None:
    assert bench.errors(filters(condition("duration", "gt", value))) == {}


@pytest.mark.parametrize(
    "value",
    [None, "", "x" * 201, "a\nb", "voi\u200bce", 2**53 + 1, 1e300, float("nan"), [], ["voice"], {}],
)
def test_a_filter_compares_with_nothing_else(bench: RuleBench, value: object) -> None:
    errors = bench.errors(filters(condition("type", "eq", "voice"), condition("a", "eq", value)))
    assert list(errors) == ["scope.filters.1.value"]


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("field", ""),
        ("field", "  "),
        ("field", "x" * 101),
        ("field", "clas\u200bsification"),
        ("field", None),
        ("operator", "equals"),
        ("operator", "EQ"),
        ("operator", ""),
        ("operator", None),
        ("negate", True),
    ],
)
def test_a_wrong_part_of_a_filter_is_told_by_its_place(
    bench: RuleBench, part: str, value: object
) -> None:
    wrong = condition("type", "eq", "voice") | {part: value}
    errors = bench.errors(filters(condition("type", "eq", "voice"), wrong))
    assert list(errors) == [f"scope.filters.1.{part}"]


@pytest.mark.parametrize("operator", ["eq", "neq", "gt", "lt"])
def test_a_filter_has_four_operators(bench: RuleBench, operator: str) -> None:
    assert bench.errors(filters(condition("duration", operator, 5))) == {}


def test_a_rule_about_everything_is_refused_in_words(bench: RuleBench) -> None:
    assert bench.errors(filters()) == {
        "scope.filters": "must have at least one: without any, the rule would purge everything"
    }


def test_the_least_retention_of_any_rule_needs_no_scope_to_be_told(bench: RuleBench) -> None:
    payload = document(scope=None, retentionPeriod={"days": 29})
    assert set(bench.errors(payload)) == {"scope", "retentionPeriod.days"}


@pytest.mark.parametrize(("count", "wrong"), [(50, []), (51, ["scope.filters"])])
def test_a_rule_has_at_most_fifty_filters(bench: RuleBench, count: int, wrong: list[str]) -> None:
    assert list(bench.errors(filters(*[condition("a", "eq", 1)] * count))) == wrong


@pytest.mark.parametrize("size", [100, 10_000])
def test_the_smallest_and_the_largest_batch_are_taken(bench: RuleBench, size: int) -> None:
    assert bench.errors(document(maxBatchSize=size)) == {}


@pytest.mark.parametrize("days", [30, 36_500])
def test_the_shortest_and_the_longest_retention_are_taken(bench: RuleBench, days: int) -> None:
    assert bench.errors(document(retentionPeriod={"days": days})) == {}


def test_without_the_engines_check_no_rule_is_taken(bench: RuleBench) -> None:
    errors = bench.errors(document(complianceLockCheck=False))
    assert "nothing else keeps a rule from what is on hold" in errors["complianceLockCheck"]


def test_every_wrong_field_is_told_at_once_those_that_no_type_shows_included(
    bench: RuleBench,
) -> None:
    wrong = document(
        name="",
        schedule={"recurrence": "hourly", "timeOfDay": "25:00:00", "timezone": "America"},
        scope={"filters": []},
        complianceLockCheck=False,
        maxBatchSize=1,
        colour="red",
    )
    assert set(bench.errors(wrong)) == {
        "name",
        "schedule.recurrence",
        "schedule.timeOfDay",
        "schedule.timezone",
        "scope.filters",
        "complianceLockCheck",
        "maxBatchSize",
        "colour",
    }


def test_the_blanks_around_a_name_are_no_part_of_it(bench: RuleBench) -> None:
    assert bench.requests.check(document(name="  a b ")).ref == RuleRef(name="a b")


@pytest.mark.parametrize("count", [1_000, 1_001, 50_000])
def test_errors_beyond_the_first_thousand_are_not_told(bench: RuleBench, count: int) -> None:
    with pytest.raises(InvalidRequest) as refused:
        bench.requests.check(document(**{f"f{number}": 1 for number in range(count)}))
    errors = refused.value.errors()
    assert len(errors) == min(count, 1_001)
    assert (errors[-1].path == "request") is (count > 1_000)
