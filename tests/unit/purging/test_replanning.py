"""Planning again: a sealed plan is kept, a half-written one is replaced."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import pytest
from genesys_purge.errors import LostRace
from genesys_purge.methods.contract import Planned
from genesys_purge.methods.documented.conversation_archive import LOOK_UP
from genesys_purge.model.messages import PlanSummary, RunRef
from genesys_purge.purging.plan_lines import line_of

from tests.plan_fakes import index_of
from tests.unit.purging.test_plan_purge import plan, small


def die_at(name: str, nth: int) -> Callable[[str], None]:
    seen: list[str] = []

    def before_write(write: str) -> None:
        seen.append(write)
        if seen.count(name) == nth and write == name:
            raise RuntimeError("the process died")

    return before_write


def test_sealed_plan_is_kept_when_the_records_change() -> None:
    bench = small()
    first = plan(bench)
    bench.genesys.on(LOOK_UP, {"data": []})
    asked = len(bench.genesys.calls)
    assert bench.plan_purge(RunRef(run_id="run-1")) == first
    assert len(bench.genesys.calls) == asked
    assert len(bench.audit.of("run-1")) == 2


@pytest.mark.parametrize(
    ("write", "nth"), [("put_skipped", 1), ("put_batch", 1), ("put_batch", 3), ("plan", 1)]
)
def test_half_written_plan_is_made_again(write: str, nth: int) -> None:
    bench = small()
    bench.runs.before_write = die_at(write, nth)
    with pytest.raises(RuntimeError):
        plan(bench)
    assert bench.run.plan is None
    assert len(bench.audit.of("run-1")) == 1
    bench.genesys.on(LOOK_UP, {"data": [{"conversationId": "conversation-000007"}]})
    assert bench.plan_purge(RunRef(run_id="run-1")).batches == 0
    assert bench.runs.batches(bench.run) == []
    assert (bench.run.skipped_chunks, len(bench.runs.skipped("run-1", 0))) == (1, 10)


@pytest.mark.parametrize("name", ["plan-key", "plan-000000", "plan-index"])
def test_plan_after_a_death_at_its_lines_is_that_without_one(name: str) -> None:
    bench, other = small(), small()
    bench.plans.before_put = die_at(name, 1)
    with pytest.raises(RuntimeError):
        plan(bench)
    assert bench.run.plan is None
    bench.plans.before_put = lambda _: None
    bench.plan_purge(RunRef(run_id="run-1"))
    plan(other)
    assert (bench.run.plan, bench.plans.objects) == (other.run.plan, other.plans.objects)


def test_lines_that_were_stored_before_a_death_are_those_of_no_plan() -> None:
    bench = small()
    bench.runs.before_write = die_at("plan", 1)
    with pytest.raises(RuntimeError):
        plan(bench)
    bench.runs.before_write = lambda _: None
    bench.genesys.on(LOOK_UP, {"data": []})
    bench.plan_purge(RunRef(run_id="run-1"))
    assert bench.plans.lines("run-1", index_of(bench.run)) == []


@pytest.mark.parametrize(("write", "keys"), [("begin_plan", 2), ("put_batch", 1), ("plan", 1)])
def test_two_planners_at_once_make_a_plan_of_one_key(write: str, keys: int) -> None:
    bench, drawn = small(), count(1)
    bench.plans.random = lambda size: bytes([next(drawn)]) * size

    def let_another_plan(name: str) -> None:
        if name == write:
            bench.runs.before_write = lambda _: None
            bench.plan_purge(RunRef(run_id="run-1"))

    bench.runs.before_write = let_another_plan
    with pytest.raises(LostRace):
        plan(bench)
    secret = bench.plans.secret("run-1", index_of(bench.run))
    lines = bench.plans.lines("run-1", index_of(bench.run))
    manifests = [bench.runs.manifest(each) for each in bench.runs.batches(bench.run)]
    planned = [Planned(len(each), each) for each in manifests]
    assert lines == [line_of(number, each, secret) for number, each in enumerate(planned)]
    assert next(drawn) == keys + 1


def test_later_planner_wins_and_the_earlier_one_stores_nothing_more() -> None:
    bench = small()
    later: list[PlanSummary] = []

    def let_another_begin(write: str) -> None:
        if write == "put_batch":
            bench.runs.before_write = lambda _: None
            bench.genesys.on(LOOK_UP, {"data": []})
            later.append(bench.plan_purge(RunRef(run_id="run-1")))

    bench.runs.before_write = let_another_begin
    with pytest.raises(LostRace):
        plan(bench)
    assert [summary.batches for summary in later] == [0]
    assert (bench.runs.batches(bench.run), len(bench.audit.of("run-1"))) == ([], 2)
