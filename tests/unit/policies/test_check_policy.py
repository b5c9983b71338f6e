"""The check of a policy document: each wrong field by its path, and remarks on a valid one."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from genesys_purge.errors import FieldError, InvalidRequest
from genesys_purge.policies.check_policy import CheckedPolicy, CheckPolicy, anyone
from genesys_purge.policies.public_holidays import public_holidays

from tests.clock import NOON
from tests.policy_builders import BOUNDS, REQUEST, policy
from tests.unit.workbench import Workbench


def check(conflicts_of: Any = anyone, **changes: Any) -> CheckedPolicy:
    checking = CheckPolicy(Workbench().requests, conflicts_of, public_holidays, lambda: NOON)
    return checking(policy(**changes), "nightly-voice")


def wrong(**changes: Any) -> dict[str, str]:
    """The errors of a changed policy by their paths."""
    try:
        check(**changes)
    except InvalidRequest as refused:
        return {each.path: each.message for each in refused.fields}
    return {}


def request(**changes: Any) -> dict[str, Any]:
    return {name: value for name, value in (REQUEST | changes).items() if value is not None}


def test_policy_is_valid_and_its_request_normalised() -> None:
    checked = check(request=request(dryRun=False))
    assert "dryRun" not in checked.document.request
    assert (checked.notes, checked.blackout_days) == ((), ())


@pytest.mark.parametrize(
    ("changes", "path", "message"),
    [
        ({"name": "other"}, "name", "must be nightly-voice, the name in the path"),
        ({"owner": None}, "owner", "is required"),
        ({"enabled": None}, "enabled", "is required"),
        ({"cron": "x"}, "cron", "is not a field of this request"),
        ({"timeZone": "Europe/Atlantis"}, "timeZone", "must be a time zone of the IANA database"),
        ({"timeZone": "../etc/passwd"}, "timeZone", "must be a time zone of the IANA database"),
        ({"schedule": "cron(0 3 30 2 ? *)"}, "schedule", "has no run: no such day or time exists"),
        ({"schedule": "cron(0 3 1 7 ? *)"}, "schedule", "has no run until validUntil"),
        ({"schedule": "cron(0 25 * * ? *)"}, "schedule", "hours: '25' is not from 0 to 23"),
        ({"schedule": "rate(1 day)"}, "start", "is required for a rate"),
        ({"start": "2026-12-01T00:00:00Z"}, "start", "must be absent for a cron"),
        ({"validUntil": "2026-11-21T12:00:00Z"}, "validUntil", "must be in the future"),
        ({"validUntil": "2027-11-23T12:00:00Z"}, "validUntil", "at most 12 months away"),
        ({"blackout": {"dates": ["2027-02-29"]}}, "blackout.dates.0", "a date that exists"),
        ({"blackout": {"dates": [20270228]}}, "blackout.dates.0", "a date that exists"),
        ({"blackout": {"holidays": ["XX"]}}, "blackout.holidays.0", "no known public holidays: XX"),
        ({"blackout": {"holidays": ["DE-XX"]}}, "blackout.holidays.0", "DE-XX; use an ISO 3166"),
        (
            {"bounds": BOUNDS | {"maxRecordsPerRun": 5_001}},
            "bounds.maxRecordsPerRun",
            "must be at most maxRecordsPerMonth",
        ),
        (
            {"bounds": BOUNDS | {"minimumAgeDays": 401}},
            "bounds.minimumAgeDays",
            "must be at most 400, the olderThanDays of the request",
        ),
        ({"request": request(reason=None)}, "request.reason", "is required"),
        ({"request": request(requestId="x")}, "request.requestId", "must be absent"),
        ({"request": request(surprise=1)}, "request.surprise", "is not a field of this request"),
        (
            {
                "request": request(
                    dateRange={"start": "2024-01-01T00:00:00Z", "end": "2024-02-01T00:00:00Z"}
                )
            },
            "request.dateRange",
            "must be relative, with olderThanDays and lookbackDays",
        ),
    ],
)
def test_wrong_field_is_refused_by_its_path(
    changes: dict[str, Any], path: str, message: str
) -> None:
    errors = wrong(**changes)
    assert list(errors) == [path]
    assert message in errors[path]


def test_all_errors_are_reported_at_once() -> None:
    errors = wrong(owner="", timeZone="Mars", schedule="now", request=request(reason="short"))
    assert errors.keys() == {"owner", "timeZone", "schedule", "request.reason"}


def test_request_is_checked_as_one_of_the_caller_policy() -> None:
    asked = []

    def conflicts(_: Any, *, actor: str) -> list[FieldError]:
        asked.append(actor)
        return [FieldError("retentionPolicyOverride", "may not")]

    errors = wrong(conflicts_of=lambda actor: partial(conflicts, actor=actor))
    assert (asked, errors) == (
        ["policy:nightly-voice"],
        {"request.retentionPolicyOverride": "may not"},
    )


def test_blackout_days_are_the_coming_holidays_and_dates() -> None:
    blackout = {"holidays": ["DE-BY"], "dates": ["2026-12-24", "2026-11-01"]}
    found = check(blackout=blackout).blackout_days
    assert [str(each.date) for each in found] == [
        "2026-12-24",
        "2026-12-25",
        "2026-12-26",
        "2027-01-01",
        "2027-01-06",
    ]
    assert (found[0].holiday, found[4].holiday) == (None, "Epiphany")


def test_schedule_with_runs_on_blackout_days_only_is_refused() -> None:
    changes = {"schedule": "cron(0 3 25 12 ? *)", "blackout": {"holidays": ["DE"]}}
    assert wrong(**changes) == {"schedule": "has runs on blackout days only, until validUntil"}


def test_clock_changes_are_noted() -> None:
    notes = check(schedule="cron(30 2 * * ? *)", validUntil="2027-11-21T00:00:00Z").notes
    assert [each.partition(";")[0] for each in notes] == [
        "schedule: 2027-03-28 02:30 does not exist in Europe/Berlin",
        "schedule: 2027-10-31 02:30 exists twice in Europe/Berlin",
    ]


def test_month_with_more_runs_than_allowed_is_noted() -> None:
    notes = check(bounds=BOUNDS | {"maxRunsPerMonth": 30}).notes
    assert notes == ("bounds.maxRunsPerMonth: 2026-12 has 31 runs, and 30 are allowed",)


@pytest.mark.parametrize("field", ["request", "schedule", "bounds", "blackout", "validUntil"])
def test_missing_field_is_required_and_hides_no_other_error(field: str) -> None:
    errors = wrong(**{field: None}, owner="")
    assert "owner" in errors
    assert field in errors or field == "blackout"
