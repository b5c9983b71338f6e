"""A plan by days that is made in several turns equals the plan that is made at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from unittest.mock import patch

import pytest
from genesys_purge.errors import RateLimited
from genesys_purge.methods.recording_job import plan_by_day, started
from genesys_purge.methods.recording_job import request as recording_request
from genesys_purge.model.messages import RunRef
from genesys_purge.model.reach import Reach
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.methods.recording_job.day_plans import (
    MATRIX,
    PROTECTED,
    SCENARIOS,
    Past,
    Scenario,
)
from tests.unit.workbench import Workbench

RUN = RunRef(run_id="run-1")
TWO_DAYS = Scenario([Past(24 * day + hour) for day in (2, 3, 6) for hour in range(4)])


class DiedError(Exception):
    """The platform killed the worker."""


@pytest.fixture(autouse=True)
def small_numbers() -> Iterator[None]:
    with (
        patch.object(recording_request, "MOST_IN_JOB", 8),
        patch.object(plan_by_day, "MOST_ASKED", 3),
        patch.object(started, "LARGE", 6),
    ):
        yield


class Planning:
    """A submitted run over these conversations, with two of them in a batch by name.

    Before the writes and calls with these numbers, the worker dies or is refused.
    """

    def __init__(self, scenario: Scenario, *, turn_seconds: int = 0) -> None:
        self.bench = Workbench(batch_size=2, plan_turn_seconds=turn_seconds)
        self.details = scenario.details(genesys=self.bench.genesys)
        self.bench.policies.matrix = MATRIX
        self.bench.holds.placed += scenario.holds
        self.bench.stored(scenario.request)

    def disturb(self, deaths: set[int], refusals: set[int]) -> None:
        writes, calls = count(), count()

        def before_write(_: str) -> None:
            if next(writes) in deaths:
                raise DiedError

        def before_call() -> None:
            if next(calls) in refusals:
                raise RateLimited("all calls are booked")

        self.bench.runs.before_write = before_write
        self.details.before_call = before_call

    def turns(self) -> int:
        """Take turns until the plan is complete; their number."""
        for turn in range(1, 1_000):
            with suppress(DiedError, RateLimited):
                summary = self.bench.plan_purge(RUN)
                if summary.planned:
                    return turn
                self.bench.clock.wait(summary.wait_seconds)
        pytest.fail("the plan was never complete")

    def stored(self) -> tuple[object, ...]:
        """The plan: its summary, and each batch with its entries and the skipped records."""
        run, runs = self.bench.run, self.bench.runs
        batches = [(each, list(runs.manifest(each))) for each in runs.batches(run)]
        chunks = range(run.skipped_chunks)
        skipped = [each for chunk in chunks for each in runs.skipped("run-1", chunk)]
        # A search by a query judges other conversations together than one by a job.
        return run.plan, batches, sorted(skipped, key=lambda each: each.conversation_id or "")


def at_once(scenario: Scenario) -> tuple[object, ...]:
    planning = Planning(scenario, turn_seconds=600)
    planning.details.states = []
    with patch.object(started, "LARGE", 1_000):
        assert planning.turns() == 1
    return planning.stored()


def test_days_are_stored_as_a_batch_by_days() -> None:
    planning = Planning(TWO_DAYS)
    planning.turns()
    batches = planning.bench.runs.batches(planning.bench.run)
    assert [(each.reach, each.planned) for each in batches] == [(Reach.DAYS, 8), (Reach.DAYS, 4)]


def test_turn_ends_when_a_search_must_be_waited_for() -> None:
    planning = Planning(TWO_DAYS, turn_seconds=600)
    summary = planning.bench.plan_purge(RUN)
    assert (summary.planned, summary.wait_seconds) == (False, 5)


def test_search_is_not_repeated_by_later_turns() -> None:
    planning = Planning(TWO_DAYS)
    assert planning.turns() > 3
    assert planning.details.jobs == 1


def test_days_that_an_earlier_turn_closed_stay_closed() -> None:
    """The first conversation is protected and lasts into the next day."""
    past = [Past(48, 40, mark=PROTECTED), *(Past(72 + hour) for hour in range(4))]
    planning = Planning(Scenario(past))
    assert planning.turns() > 2
    batches = planning.bench.runs.batches(planning.bench.run)
    assert [(each.reach, each.planned) for each in batches] == [(Reach.NAMED, 2)] * 2


def test_refused_turn_goes_on_where_it_was() -> None:
    planning = Planning(TWO_DAYS, turn_seconds=600)
    planning.details.states = ["PENDING", "PENDING"]
    planning.disturb(set(), {5, 9})
    planning.turns()
    assert planning.stored() == at_once(TWO_DAYS)


@given(
    scenario=SCENARIOS,
    turn_seconds=st.sampled_from([0, 600]),
    states=st.lists(st.sampled_from(["PENDING", "FAILED"]), max_size=3),
    deaths=st.sets(st.integers(0, 60), max_size=6),
    refusals=st.sets(st.integers(0, 60), max_size=6),
)
def test_plan_by_days_does_not_depend_on_its_turns(
    scenario: Scenario,
    turn_seconds: int,
    states: list[str],
    deaths: set[int],
    refusals: set[int],
) -> None:
    planning = Planning(scenario, turn_seconds=turn_seconds)
    planning.details.states = states
    planning.disturb(deaths, refusals)
    planning.turns()
    assert planning.stored() == at_once(scenario)
