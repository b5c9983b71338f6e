"""The schedule of a policy, and how it differs from the policy."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from genesys_purge.errors import LostRace
from genesys_purge.policies.document import PolicyVersion
from genesys_purge.policies.scheduling import Scheduling, schedule_of
from hypothesis import given
from hypothesis import strategies as st

from tests.clock import NOON, Clock
from tests.fakes import MemoryAuditLog
from tests.policy_builders import stored, version
from tests.policy_fakes import MemoryPurgePolicies, MemorySchedules

END = datetime(2027, 1, 31, tzinfo=UTC)


class Bench:
    """A policy with its schedule as it is put."""

    def __init__(self, **changes: Any) -> None:
        self.clock = Clock()
        self.policies = MemoryPurgePolicies(MemoryAuditLog())
        self.schedules = MemorySchedules()
        self.scheduling = Scheduling(self.policies, self.schedules, self.clock)
        self.policy = stored(self.policies, **changes)
        self.scheduling.reconcile(self.policy)

    def drift_after(self, **changes: Any) -> tuple[str, ...]:
        """The drift after somebody changed the schedule by hand."""
        name = self.policy.name
        self.schedules.stored[name] = self.schedules.stored[name]._replace(**changes)
        return self.scheduling.drift(self.policy)


def test_schedule_has_the_times_the_end_and_the_version_of_its_policy() -> None:
    (put,) = Bench().schedules.puts
    assert (put.expression, put.time_zone) == ("cron(0 3 * * ? *)", "Europe/Berlin")
    assert (put.start, put.end, put.is_enabled, put.version) == (None, END, True, 1)


def test_schedule_of_a_disabled_policy_is_disabled() -> None:
    (put,) = Bench(enabled=False).schedules.puts
    assert (put.is_enabled, put.end) == (False, END)


def test_schedule_that_is_put_after_the_end_is_disabled_without_an_end() -> None:
    put = schedule_of(version(), END)
    assert (put.is_enabled, put.end) == (False, None)


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2026-12-01T03:00:00Z", datetime(2026, 12, 1, 3, tzinfo=UTC)),
        # Its next run, because EventBridge Scheduler takes no start in the past.
        ("2026-11-01T03:00:00Z", datetime(2026, 11, 22, 3, tzinfo=UTC)),
    ],
)
def test_rate_begins_at_its_start_or_with_its_next_run(start: str, expected: datetime) -> None:
    (put,) = Bench(schedule="rate(7 days)", start=start).schedules.puts
    assert put.start == expected


def test_schedule_as_it_was_put_has_no_drift() -> None:
    assert Bench().drift_after() == ()


@pytest.mark.parametrize(
    ("changes", "drift"),
    [
        ({"expression": "cron(0 4 * * ? *)"}, ("schedule",)),
        ({"time_zone": "UTC"}, ("timeZone",)),
        ({"start": NOON}, ("start",)),
        ({"end": END + timedelta(days=1)}, ("validUntil",)),
        ({"end": None}, ("validUntil",)),
        ({"is_enabled": False}, ("enabled",)),
        ({"version": 7}, ("version",)),
        ({"is_ours": False}, ("target",)),
    ],
)
def test_each_setting_that_was_changed_by_hand_is_drift(
    changes: dict[str, Any], drift: tuple[str, ...]
) -> None:
    assert Bench().drift_after(**changes) == drift


def test_removed_schedule_is_drift() -> None:
    bench = Bench()
    bench.schedules.stored.clear()
    assert bench.scheduling.drift(bench.policy) == ("missing",)


def test_schedule_of_a_policy_that_expired_since_has_no_drift() -> None:
    bench = Bench()
    bench.clock.at = END + timedelta(days=1)
    assert bench.drift_after() == ()


def test_schedule_without_an_end_must_be_disabled_after_it() -> None:
    bench = Bench()
    bench.clock.at = END
    bench.scheduling.reconcile(bench.policy)
    assert bench.drift_after() == ()
    assert bench.drift_after(is_enabled=True) == ("enabled",)


RATE = {"schedule": "rate(7 days)", "start": "2026-11-01T03:00:00Z"}
NEXT = datetime(2026, 11, 22, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "drift"),
    [
        (NEXT - timedelta(days=14), ()),
        (NEXT, ()),
        (NEXT + timedelta(days=1), ("start",)),
        # One of its times, but the next run would be left out.
        (NEXT + timedelta(days=7), ("start",)),
        (None, ("start",)),
    ],
)
def test_rate_may_begin_at_any_of_its_times_up_to_the_next(
    start: datetime | None, drift: tuple[str, ...]
) -> None:
    assert Bench(**RATE).drift_after(start=start) == drift


def test_rate_that_is_put_after_the_end_has_no_start_and_no_drift() -> None:
    bench = Bench(**RATE)
    bench.clock.at = END
    bench.scheduling.reconcile(bench.policy)
    assert bench.schedules.stored[bench.policy.name].start is None
    assert bench.drift_after() == ()


def test_later_version_of_another_person_gets_the_schedule() -> None:
    bench = Bench()
    later = stored(bench.policies, enabled=False)
    bench.scheduling.reconcile(bench.policy)
    assert bench.schedules.stored[bench.policy.name].version == later.version == 2


def test_policy_that_changes_all_the_time_is_to_be_applied_again() -> None:
    bench = Bench()

    def change() -> PolicyVersion:
        return stored(bench.policies)

    bench.schedules.after_put = change
    with pytest.raises(LostRace, match="apply it again"):
        bench.scheduling.reconcile(bench.policy)


EXPRESSIONS = st.sampled_from(["cron(0 3 * * ? *)", "cron(30 2 ? * SUN *)", "rate(36 hours)"])
HOURS = st.integers(-24 * 40, 24 * 90)


@given(EXPRESSIONS, HOURS, HOURS, st.integers(0, 24 * 90))
def test_schedule_that_nobody_changed_never_has_drift(
    expression: str, start: int, put: int, later: int
) -> None:
    is_rate = expression.startswith("rate")
    first = (NOON + timedelta(hours=start)).isoformat() if is_rate else None
    bench = Bench(schedule=expression, start=first)
    bench.clock.at = NOON + timedelta(hours=put)
    bench.scheduling.reconcile(bench.policy)
    bench.clock.at += timedelta(hours=later)
    assert bench.drift_after() == ()
