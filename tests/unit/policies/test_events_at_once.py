"""Events of a policy in any order, repeated and at once: the bounds hold, each time counts once."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.policy_builders import BOUNDS
from tests.unit.policies.test_run_policy import AT, NAME, Bench

# How many hours ago an event was scheduled, and whether another one overtakes it.
EVENTS = st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=12)


@given(EVENTS, st.integers(1, 4))
def test_no_order_of_events_passes_the_runs_of_a_month(
    events: list[tuple[int, bool]], most: int
) -> None:
    bench = Bench(schedule="cron(0 * * * ? *)", bounds=BOUNDS | {"maxRunsPerMonth": most})
    waiting = list(events)

    def deliver() -> None:
        hours, is_overtaken = waiting.pop()
        overtake = deliver if is_overtaken else lambda: None

        def before_commit() -> None:
            bench.months.before_commit = lambda: None
            if waiting:
                overtake()

        bench.months.before_commit = before_commit
        bench.fire(AT - timedelta(hours=hours))

    while waiting:
        deliver()
    month = bench.months.read(NAME, "2026-11")
    times = {hours for hours, _ in events}
    assert len(set(bench.executions.started)) == month.runs == min(most, len(times))
    assert len(bench.skips) == len(set(month.skipped)) == len(times) - month.runs
