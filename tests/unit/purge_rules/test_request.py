"""RuleRequest: the error of each wrong field, by its path."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.errors import InvalidRequest
from genesys_purge.purge_rules.purge_rule import RuleRef

from tests.unit.purge_rules.rule_bench import RuleBench, condition, document, matrix

SCHEDULE = document()["schedule"]
REQUIRED = sorted(document())
VOICE = condition("type", "eq", "voice")


def filters(*given: Any) -> dict[str, Any]:
    return document(scope={"filters": list(given)})


def schedule(**fields: Any) -> dict[str, Any]:
    return document(schedule=SCHEDULE | fields)


def test_valid_rule_has_no_errors(bench: RuleBench) -> None:
    assert bench.errors(document()) == {}
    assert bench.errors(document(description="Two years, then the calls go.", enabled=False)) == {}


def test_every_field_but_the_description_is_required(bench: RuleBench) -> None:
    assert bench.errors({}) == dict.fromkeys(REQUIRED, "is required")
    for field in REQUIRED:
        payload = document()
        del payload[field]
        assert bench.errors(payload) == {field: "is required"}


def test_payload_must_be_a_json_object(bench: RuleBench) -> None:
    for payload in (None, True, 1, "rule", [], [document()]):
        assert bench.errors(payload) == {"request": "must be a JSON object"}


WRONG: list[tuple[str, object]] = [
    *(("name", each) for each in ("", "   ", "x" * 101, "a\nb", "a\u200bb", "a\u202eb", 7, None)),
    *(("description", each) for each in ("x" * 501, 7)),
    *(("type", each) for each in ("interaction", "Conversation", None)),
    *(("enabled", each) for each in ("true", 1, None)),
    ("scope", []),
    ("scope", None),
    *(("schedule", each) for each in ("daily", None)),
    *(("retentionPeriod", each) for each in (730, None)),
    *(("maxBatchSize", each) for each in (99, 10_001, "500", 500.0, True)),
    *(("snapshotBeforeDelete", each) for each in (None, "yes")),
    *(("complianceLockCheck", each) for each in (None, 1, False)),
    ("retention_period", {"days": 730}),
    ("max_batch_size", 500),
    ("id", "rule-1"),
    ("", 1),
    ("__proto__", {}),
]


def test_each_wrong_field_is_reported_alone_by_its_path(bench: RuleBench) -> None:
    reported = [
        (name, value, list(bench.errors(document(**{name: value})))) for name, value in WRONG
    ]
    assert [each for each in reported if each[2] != [each[0]]] == []


def test_wrong_field_within_a_field_is_reported_by_its_path(bench: RuleBench) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        *(
            ({"retentionPeriod": {"days": days}}, "retentionPeriod.days")
            for days in (29, 36_501, 730.0, "730", True)
        ),
        ({"retentionPeriod": {}}, "retentionPeriod.days"),
        ({"retentionPeriod": {"days": 730, "hours": 1}}, "retentionPeriod.hours"),
        ({"scope": {}}, "scope.filters"),
        ({"scope": {"filters": {}}}, "scope.filters"),
        ({"scope": {"filters": [], "all": True}}, "scope.all"),
        ({"schedule": SCHEDULE | {"recurrence": "hourly"}}, "schedule.recurrence"),
        ({"schedule": SCHEDULE | {"recurrence": "Daily"}}, "schedule.recurrence"),
        ({"schedule": SCHEDULE | {"time_of_day": "02:30:00"}}, "schedule.time_of_day"),
        ({"schedule": SCHEDULE | {"until": "2030-01-01"}}, "schedule.until"),
        ({"schedule": {"recurrence": "daily", "timezone": "UTC"}}, "schedule.timeOfDay"),
    ]
    reported = [(fields, path, list(bench.errors(document(**fields)))) for fields, path in wrong]
    assert [each for each in reported if each[2] != [each[1]]] == []


def test_time_of_day_must_be_hours_minutes_and_seconds(bench: RuleBench) -> None:
    wrong = ["", "2:30:00", "02:30", "24:00:00", "02:60:00", "23:59:60", "02:30:00Z", "02:30:00\n"]
    wrong += ["-1:00:00", "\u0966\u0968:\u0969\u0966:\u0966\u0966"]
    for at in (*wrong, 23_000, None):
        assert list(bench.errors(schedule(timeOfDay=at))) == ["schedule.timeOfDay"], at
    for at in ("00:00:00", "09:05:59", "19:59:00", "23:59:59"):
        assert bench.errors(schedule(timeOfDay=at)) == {}, at


ZONES = ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+5"]
NO_ZONES = [
    *("", ".", "Mars/Olympus", "America", "../UTC", "../../etc/passwd"),
    *("/usr/share/zoneinfo/UTC", "Europe/Berlin/", "Europe/../UTC", "europe/berlin"),
    *("localtime", "posixrules", "zone.tab", "UTC\0", "+01:00", "x" * 10_000, 1, None),
]


def test_timezone_must_be_in_the_iana_database(bench: RuleBench) -> None:
    for zone in NO_ZONES:
        assert list(bench.errors(schedule(timezone=zone))) == ["schedule.timezone"], zone
    for zone in ZONES:
        assert bench.errors(schedule(timezone=zone)) == {}, zone


def test_filter_value_is_text_a_number_or_a_boolean(bench: RuleBench) -> None:
    for right in ("voice", " ", "x" * 200, 0, -1.5, 2**53, -(2**53), 1e-300, True, False):
        assert bench.errors(filters(condition("duration", "gt", right))) == {}, right
    wrong: list[object] = [
        None,
        "",
        "x" * 201,
        "a\nb",
        "voi\u200bce",
        2**53 + 1,
        1e300,
        float("nan"),
    ]
    for value in (*wrong, [], ["voice"], {}):
        errors = bench.errors(filters(VOICE, condition("a", "eq", value)))
        assert list(errors) == ["scope.filters.1.value"], value


def test_wrong_part_of_a_filter_is_reported_by_its_position(bench: RuleBench) -> None:
    wrong: list[tuple[str, object]] = [
        *(("field", each) for each in ("", "  ", "x" * 101, "clas\u200bsification", None)),
        *(("operator", each) for each in ("equals", "EQ", "", None)),
        ("negate", True),
    ]
    for part, value in wrong:
        errors = bench.errors(filters(VOICE, VOICE | {part: value}))
        assert list(errors) == [f"scope.filters.1.{part}"], value


def test_words_and_bounds_of_the_document_are_accepted(bench: RuleBench) -> None:
    bench.policies.matrix = matrix((30, {}))
    for recurrence in ("daily", "weekly", "monthly"):
        assert bench.errors(schedule(recurrence=recurrence)) == {}
    for operator in ("eq", "neq", "gt", "lt"):
        assert bench.errors(filters(condition("duration", operator, 5))) == {}
    for size in (100, 10_000):
        assert bench.errors(document(maxBatchSize=size)) == {}
    for days in (30, 36_500):
        assert bench.errors(document(retentionPeriod={"days": days})) == {}


def test_scope_without_filters_is_refused(bench: RuleBench) -> None:
    assert bench.errors(filters()) == {
        "scope.filters": "must have at least one: without filters the rule purges everything"
    }


def test_least_retention_is_checked_without_a_scope(bench: RuleBench) -> None:
    payload = document(scope=None, retentionPeriod={"days": 29})
    assert set(bench.errors(payload)) == {"scope", "retentionPeriod.days"}


def test_scope_has_at_most_fifty_filters(bench: RuleBench) -> None:
    fifty = [condition("a", "eq", 1)] * 50
    assert bench.errors(filters(*fifty)) == {}
    assert list(bench.errors(filters(*fifty, VOICE))) == ["scope.filters"]


def test_compliance_lock_check_cannot_be_turned_off(bench: RuleBench) -> None:
    errors = bench.errors(document(complianceLockCheck=False))
    assert "keeps a rule from deleting records on legal hold" in errors["complianceLockCheck"]


def test_every_wrong_field_is_reported_at_once(bench: RuleBench) -> None:
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


def test_blanks_around_the_name_are_removed(bench: RuleBench) -> None:
    assert bench.validator.validate(document(name="  a b ")).ref == RuleRef(name="a b")


@pytest.mark.parametrize("count", [1_000, 1_001])
def test_at_most_a_thousand_errors_are_reported(bench: RuleBench, count: int) -> None:
    with pytest.raises(InvalidRequest) as refused:
        bench.validator.validate(document(**{f"f{number}": 1 for number in range(count)}))
    errors = refused.value.errors()
    assert len(errors) == min(count, 1_001)
    assert (errors[-1].path == "request") is (count > 1_000)
