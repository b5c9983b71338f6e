"""A policy at a scheduled time: one run, or one record that says why there is none."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from genesys_purge.errors import InvalidRequest, LostRace, NotFound
from genesys_purge.model.audit import AuditRecord
from genesys_purge.model.requester import Requester, requester_of
from genesys_purge.model.stops import Stop, StopScope, UnreadableStop, stop_id_of
from genesys_purge.model.submission import Submission
from genesys_purge.policies.document import BlackoutDay
from genesys_purge.policies.run_policy import PolicyRun

from tests.clock import NOON
from tests.policy_builders import BOUNDS, REQUEST, stored
from tests.unit.workbench import Workbench

NAME = "nightly-voice"
# 03:00 in Berlin.
AT = datetime(2026, 11, 22, 2, tzinfo=UTC)
RUN_ID = "policy-nightly-voice-20261122T020000Z"
END = datetime(2027, 1, 31, tzinfo=UTC)


class Bench(Workbench):
    """A policy, and a clock a second after its scheduled time."""

    def __init__(self, days: tuple[BlackoutDay, ...] = (), **changes: Any) -> None:
        super().__init__()
        self.clock.at = AT + timedelta(seconds=1)
        stored(self.purge_policies, days, **changes)

    def fire(self, moment: datetime | None = AT, **payload: Any) -> PolicyRun:
        """What comes of an event of the schedule."""
        sent = {"policy": NAME, "version": 1} | payload
        return self.run_policy(Submission(sent, f"schedule:policies/{NAME}", moment))

    @property
    def skips(self) -> list[AuditRecord]:
        """The audit records of the policy after it was applied."""
        return list(self.audit.page(f"policy:{NAME}", 1, 100).records)

    def month(self, month: str = "2026-11") -> tuple[int, int]:
        found = self.months.read(NAME, month)
        return found.runs, found.records


def test_scheduled_time_starts_a_run_for_its_policy_and_version() -> None:
    bench = Bench()
    answer = bench.fire()
    assert (answer.run_id, answer.status, answer.skipped) == (RUN_ID, "submitted", None)
    run = bench.runs.get(RUN_ID)
    assert run.purge_policy is not None
    assert run.purge_policy.to_json() == {"name": NAME, "version": 1}
    assert (run.reference_time, run.submitted_by) == (AT, f"policy:{NAME}")
    assert run.submitted_by_person == "user:AIDARECORDS"
    assert requester_of(run.submitted_by, run.submitted_by_person) is Requester.POLICY
    assert bench.executions.started == [RUN_ID]


def test_run_names_its_policy_in_the_audit_and_in_the_list_of_runs() -> None:
    bench = Bench()
    bench.fire()
    (record,) = bench.audit.page(RUN_ID, 1, 10).records
    assert record.to_json()["purgePolicy"] == {"name": NAME, "version": 1}
    (listed,) = bench.read_purge("GET /purges", {}, {})["runs"]
    shown = bench.read_purge.run(RUN_ID, 0, 10)
    assert listed["purgePolicy"] == shown["purgePolicy"] == {"name": NAME, "version": 1}


def test_repeated_event_starts_no_second_run() -> None:
    bench = Bench()
    assert bench.fire() == bench.fire()
    assert (bench.executions.started, bench.month()) == ([RUN_ID], (1, 0))


def test_repeated_event_finds_the_run_although_it_would_be_skipped_now() -> None:
    bench = Bench()
    bench.fire()
    stored(bench.purge_policies, enabled=False)
    assert (bench.fire().run_id, bench.skips) == (RUN_ID, [])


def test_two_policies_with_one_request_and_time_have_two_runs() -> None:
    bench = Bench()
    stored(bench.purge_policies, name="other")
    bench.fire()
    assert bench.fire(policy="other").run_id == "policy-other-20261122T020000Z"


def test_newest_version_runs_if_the_schedule_names_an_older_one() -> None:
    bench = Bench()
    stored(bench.purge_policies, owner="new@example.com")
    bench.fire()
    run = bench.runs.get(RUN_ID)
    assert run.purge_policy is not None
    assert run.purge_policy.version == 2


def stop(scope: StopScope, name: str | None = None) -> Stop:
    return Stop(
        stop_id=stop_id_of(scope, name),
        scope=scope,
        name=name,
        reason="wrong queue",
        stopped_at=AT,
        stopped_by="operator",
    )


DAY = BlackoutDay(date=date(2026, 11, 22), holiday="Totensonntag")
SKIPS: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "blackout": ({"days": (DAY,)}, {}, "2026-11-22 is a blackout day (Totensonntag)"),
    "disabled": ({"enabled": False}, {}, "the policy nightly-voice is disabled since"),
    "expired": ({"validUntil": "2026-11-22T02:00:00Z"}, {}, "was valid until 2026-11-22T02:00:00Z"),
    "other time": ({}, {"moment": AT + timedelta(hours=1)}, "is not a scheduled time of version 1"),
    "version": ({}, {"version": 2}, "names version 2, and the newest is 1"),
    "future": ({}, {"moment": AT + timedelta(days=1)}, "has not come"),
    "too late": ({}, {"moment": AT - timedelta(days=2)}, "passed more than a day ago"),
    "before it was applied": (
        {"schedule": "cron(59 12 * * ? *)"},
        {"moment": NOON - timedelta(minutes=1)},
        "11:59:00Z passed before version 1 was applied at 2026-11-21T12:00:00Z",
    ),
    "age": (
        {"bounds": BOUNDS | {"minimumAgeDays": 401}},
        {},
        "minimumAgeDays: the request reaches records that are younger than 401 days",
    ),
    "refused": ({"request": REQUEST | {"organisation": "gone"}}, {}, "request is not valid now: "),
}


@pytest.mark.parametrize("case", SKIPS)
def test_skipped_time_starts_nothing_and_its_record_says_why(case: str) -> None:
    changes, event, reason = SKIPS[case]
    bench = Bench(**changes)
    answer = bench.fire(**event)
    assert reason in (answer.skipped or "")
    record = bench.skips[-1]
    assert (record.action, record.actor) == ("policy_run_skipped", "run_policy")
    assert record.purge_policy is not None
    facts = record.purge_policy
    assert (facts.name, facts.version, facts.reason) == (NAME, 1, answer.skipped)
    assert facts.scheduled_at == event.get("moment", AT)
    assert (bench.executions.started, bench.month()) == ([], (0, 0))
    assert bench.meter.counts["PolicyRunsSkipped"] == (0 if case == "blackout" else 1)


@pytest.mark.parametrize(
    "found",
    [
        stop(StopScope.ALL),
        stop(StopScope.ORGANISATION, "default"),
        stop(StopScope.POLICY, NAME),
        UnreadableStop("policy:nightly-voice", "no reason"),
    ],
    ids=lambda each: each.stop_id,
)
def test_stop_that_covers_the_policy_skips_the_time(found: Stop | UnreadableStop) -> None:
    bench = Bench()
    bench.stops.placed[found.stop_id] = found
    assert bench.fire().skipped == found.why
    assert bench.executions.started == []


@pytest.mark.parametrize(
    ("until", "count"), [("2026-12-22T02:00:00Z", 1), ("2026-12-22T02:00:01Z", 0)]
)
def test_policy_that_ends_within_thirty_days_is_counted(until: str, count: int) -> None:
    bench = Bench(validUntil=until)
    assert bench.fire().run_id == RUN_ID
    assert bench.meter.counts["PoliciesEndingSoon"] == count


def test_stop_of_an_additional_organisation_skips_its_policies() -> None:
    bench = Bench(request=REQUEST | {"organisation": "emea"})
    found = stop(StopScope.ORGANISATION, "emea")
    bench.stops.placed[found.stop_id] = found
    assert bench.fire().skipped == found.why
    (record,) = bench.skips
    assert (record.method, record.organisation) == ("interaction_purge", "emea")
    assert bench.meter.dimensions["PolicyRunsSkipped"] == ("interaction_purge", "emea")


@pytest.mark.parametrize(
    "found", [stop(StopScope.POLICY, "other"), stop(StopScope.ORGANISATION, "emea")]
)
def test_stop_of_something_else_skips_nothing(found: Stop) -> None:
    bench = Bench()
    bench.stops.placed[found.stop_id] = found
    assert bench.fire().run_id == RUN_ID


def test_blackout_day_is_one_of_the_time_zone_of_the_policy() -> None:
    # 23:30 of the 21st in UTC is 00:30 of the 22nd in Berlin.
    at = AT.replace(day=21, hour=23, minute=30)
    late = BlackoutDay(date=date(2026, 11, 22))
    bench = Bench(days=(late,), schedule="cron(30 0 * * ? *)")
    assert bench.fire(at).skipped == "2026-11-22 is a blackout day"


def test_event_that_is_delayed_into_a_blackout_day_is_skipped() -> None:
    bench = Bench(days=(BlackoutDay(date=date(2026, 11, 23)),))
    bench.clock.at = AT + timedelta(hours=23)
    assert bench.fire().skipped == "2026-11-23 is a blackout day"


def test_skipped_time_stays_skipped_with_one_record() -> None:
    bench = Bench()
    bench.stops.placed["all"] = stop(StopScope.ALL)
    bench.fire()
    bench.stops.placed.clear()
    assert "skipped before" in (bench.fire().skipped or "")
    assert (len(bench.skips), bench.executions.started) == (1, [])


@pytest.mark.parametrize(
    "case", ["other time", "version", "future", "too late", "before it was applied"]
)
def test_time_at_which_the_version_cannot_run_is_not_stored(case: str) -> None:
    changes, event, reason = SKIPS[case]
    bench = Bench(**changes)
    bench.fire(**event)
    assert reason in (bench.fire(**event).skipped or "")
    assert (len(bench.skips), bench.months.stored) == (2, {})


def test_event_before_its_time_does_not_take_the_run_away() -> None:
    bench = Bench()
    tomorrow = AT + timedelta(days=1)
    bench.fire(tomorrow)
    bench.clock.at = tomorrow
    assert bench.fire(tomorrow).status == "submitted"


def test_time_at_the_moment_of_applying_runs() -> None:
    bench = Bench(schedule="cron(0 13 * * ? *)")
    assert bench.fire(NOON).status == "submitted"


def test_runs_of_a_month_end_at_their_bound() -> None:
    bench = Bench(schedule="cron(0 * * * ? *)", bounds=BOUNDS | {"maxRunsPerMonth": 1})
    bench.fire(AT - timedelta(hours=1))
    assert bench.fire().skipped == "bounds.maxRunsPerMonth: 2026-11 has 1 runs, the most allowed"
    assert bench.month() == (1, 0)


def test_next_month_of_the_time_zone_has_bounds_of_its_own() -> None:
    bench = Bench(schedule="cron(30 0 * * ? *)", bounds=BOUNDS | {"maxRunsPerMonth": 1})
    # 00:30 of 30 November and of 1 December in Berlin.
    for day in (29, 30):
        at = datetime(2026, 11, day, 23, 30, tzinfo=UTC)
        bench.clock.at = at
        assert bench.fire(at).skipped is None
    assert (bench.month("2026-11"), bench.month("2026-12")) == ((1, 0), (1, 0))


def test_month_whose_records_reached_the_bound_starts_no_run() -> None:
    bench = Bench()
    month = bench.months.read(NAME, "2026-11")
    bench.months.stored[NAME, "2026-11"] = month.followed(records=5_000)
    skipped = bench.fire().skipped or ""
    assert skipped.startswith("bounds.maxRecordsPerMonth: the runs of 2026-11 have 5000 records")


def test_run_of_another_time_meanwhile_is_counted_as_well() -> None:
    bench = Bench(bounds=BOUNDS | {"maxRunsPerMonth": 1})

    def other() -> None:
        bench.months.before_commit = lambda: None
        month = bench.months.read(NAME, "2026-11")
        bench.months.stored[NAME, "2026-11"] = month.followed(runs=1)

    bench.months.before_commit = other
    assert "maxRunsPerMonth" in (bench.fire().skipped or "")
    assert bench.executions.started == []


def test_month_that_changes_all_the_time_is_left_to_a_retry() -> None:
    bench = Bench()

    def other() -> None:
        month = bench.months.read(NAME, "2026-11")
        bench.months.stored[NAME, "2026-11"] = month.followed()

    bench.months.before_commit = other
    with pytest.raises(LostRace):
        bench.fire()


def test_policy_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(NotFound, match="no policy has the name of this schedule: other"):
        Bench().fire(policy="other")


@pytest.mark.parametrize(
    ("moment", "payload", "path"),
    [
        (None, {}, "scheduledTime: is required: only a schedule runs a policy"),
        (AT, {"version": "1"}, "version"),
        (AT, {"more": 1}, "more"),
    ],
)
def test_event_of_another_form_is_refused(
    moment: datetime | None, payload: dict[str, Any], path: str
) -> None:
    with pytest.raises(InvalidRequest, match=path):
        Bench().fire(moment, **payload)


def test_rate_runs_once_for_each_interval_whenever_its_event_comes() -> None:
    bench = Bench(schedule="rate(1 day)", start="2026-11-01T02:00:00Z")
    bench.clock.at = AT + timedelta(minutes=20)
    assert bench.fire(AT + timedelta(minutes=3)).run_id == RUN_ID
    assert bench.fire(AT + timedelta(minutes=9)).run_id == RUN_ID
