"""A plan made in several turns equals the plan that is made at once."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from itertools import count
from typing import Any
from unittest.mock import patch

import pytest
from genesys_purge.errors import LostRace, RateLimited
from genesys_purge.methods.documented.conversation_archive import LOOK_UP
from genesys_purge.model.messages import PlanSummary, RunRef
from genesys_purge.model.planning import Planning
from genesys_purge.purging import plan_lines, skipped_chunks
from hypothesis import given
from hypothesis import strategies as st

from tests import builders
from tests.plan_fakes import index_of
from tests.unit.purging.test_plan_purge import found
from tests.unit.workbench import Workbench

RUN = RunRef(run_id="run-1")
URL = "s3://ids/many.txt"
IDS = builders.conversation_ids(40)


class DiedError(Exception):
    """The platform killed the worker."""


def bench_of(ids: list[str], *, turn_seconds: int = 0) -> Workbench:
    """Three ids make a chunk and a batch; every turn ends at its first pause."""
    bench = Workbench(batch_size=3, plan_turn_seconds=turn_seconds)
    bench.genesys.on(LOOK_UP, found)
    bench.id_lists.objects[URL] = ids
    drawn = count(1)
    bench.plans.random = lambda size: next(drawn).to_bytes(size, "big")
    bench.stored(builders.conversation_archive(conversationIdsFrom=URL))
    return bench


def planned(bench: Workbench) -> int:
    """Take turns until the plan is complete; their number."""
    for turn in range(1, 1_000):
        summary = bench.plan_purge(RUN)
        if summary.planned:
            return turn
        assert (summary.proceed, bench.run.plan) == (False, None)
    pytest.fail("the plan was never complete")


def plan_in(bench: Workbench) -> tuple[object, ...]:
    """The stored plan: its summary, its lines, each batch with its entries, and what it skips."""
    run = bench.run
    batches = [(each, list(bench.runs.manifest(each))) for each in bench.runs.batches(run)]
    chunks = [bench.runs.skipped("run-1", each) for each in range(run.skipped_chunks)]
    lines = bench.plans.lines("run-1", index_of(bench.run))
    return run.plan, lines, batches, chunks, bench.last_fact["plan"]


def at_once(ids: list[str], like: Workbench) -> tuple[object, ...]:
    """The plan in one turn, with the key of a plan that is there."""
    bench, secret = bench_of(ids, turn_seconds=600), like.plans.secret("run-1", index_of(like.run))
    bench.plans.random = lambda _: secret
    assert planned(bench) == 1
    return plan_in(bench)


def test_turn_ends_at_its_first_pause_after_its_time() -> None:
    bench = bench_of(IDS[:9])
    assert bench.plan_purge(RUN) == PlanSummary(
        run_id="run-1", planned=False, batches=0, concurrency=5, proceed=False
    )
    planning = bench.run.planning
    assert planning is not None
    assert (planning.turns, planning.batches, planning.targeted) == (1, 1, 3)
    counts = {"turns": 1, "batches": 1, "targeted": 3, "beganAt": "2026-11-21T12:00:00Z"}
    assert bench.read_purge("GET /purges/{runId}", {"runId": "run-1"}, {})["planning"] == counts
    assert planned(bench) == 3
    assert bench.run.planning is None


def test_later_turn_does_not_ask_again_for_what_is_planned() -> None:
    bench = bench_of(IDS[:12])
    planned(bench)
    assert len(bench.genesys.calls) == 4


def test_every_turn_plans_as_of_the_first() -> None:
    bench = bench_of(IDS[:6])
    late = builders.days_ago(365).isoformat()
    bench.plan_purge(RUN)
    bench.genesys.on(
        LOOK_UP,
        lambda body: {"data": [each | {"conversationEnd": late} for each in found(body)["data"]]},
    )
    bench.clock.wait(86_400)
    planned(bench)
    assert bench.run.plan is not None
    assert bench.run.plan.skipped == {"not_found": 1}


def test_turn_that_runs_out_of_calls_keeps_what_it_planned() -> None:
    bench = bench_of(IDS[:9], turn_seconds=600)
    replies = iter([found, found])

    def answer(body: Mapping[str, Any]) -> Mapping[str, Any]:
        reply = next(replies, None)
        if reply is None:
            raise RateLimited("all calls are booked", retry_after=7)
        return reply(body)

    bench.genesys.on(LOOK_UP, answer)
    summary = bench.plan_purge(RUN)
    assert (summary.planned, summary.wait_seconds) == (False, 7)
    assert bench.run.planning is not None
    assert bench.run.planning.batches == 1
    bench.genesys.on(LOOK_UP, found)
    planned(bench)
    assert plan_in(bench) == at_once(IDS[:9], bench)


def test_key_is_drawn_once_for_all_turns() -> None:
    bench, drawn = bench_of(IDS[:12]), list[int]()

    def random(size: int) -> bytes:
        drawn.append(size)
        return bytes([len(drawn)]) * size

    bench.plans.random = random
    assert planned(bench) > 2
    assert (drawn, bench.plans.secret("run-1", index_of(bench.run))) == ([32], b"\x01" * 32)


def test_plan_that_an_earlier_release_began_begins_again() -> None:
    bench = bench_of(IDS[:12])
    began_at = bench.clock()
    bench.plan_purge(RUN)
    bench.runs.begin_plan(bench.run.model_copy(update={"planning": Planning(began_at=began_at)}))
    bench.clock.wait(60)
    bench.plan_purge(RUN)
    assert bench.run.planning is not None
    assert bench.run.planning.began_at == began_at
    assert (bench.run.planning.turns, bench.run.planning.batches) == (1, 1)
    planned(bench)
    assert plan_in(bench) == at_once(IDS[:12], bench)


def test_turn_without_any_progress_raises_its_error() -> None:
    bench = bench_of(IDS[:9])
    bench.genesys.on(LOOK_UP, RateLimited("all calls are booked"))
    with pytest.raises(RateLimited):
        bench.plan_purge(RUN)
    assert bench.run.planning is not None
    assert bench.run.planning.turns == 0


def test_later_turn_takes_over_from_one_that_still_runs() -> None:
    bench = bench_of(IDS[:12])

    def take_over(write: str) -> None:
        if write == "pause_plan":
            bench.runs.before_write = lambda _: None
            bench.plan_purge(RUN)

    bench.runs.before_write = take_over
    with pytest.raises(LostRace):
        bench.plan_purge(RUN)
    assert bench.run.planning is not None
    assert bench.run.planning.turns == 1
    planned(bench)
    assert plan_in(bench) == at_once(IDS[:12], bench)


@given(
    size=st.integers(0, 40),
    turn_seconds=st.sampled_from([0, 600]),
    deaths=st.sets(st.integers(0, 60), max_size=6),
    refusals=st.sets(st.integers(0, 30), max_size=6),
)
def test_plan_does_not_depend_on_its_turns(
    size: int, turn_seconds: int, deaths: set[int], refusals: set[int]
) -> None:
    """A worker may die before each write, and each call may be refused; the turn is repeated."""
    chunk = patch.object(skipped_chunks, "LARGEST_CHUNK", 2)
    with chunk, patch.object(plan_lines, "LARGEST_PART", 2):
        bench = bench_of(IDS[:size], turn_seconds=turn_seconds)
        writes, calls = count(), count()

        def before_write(_: str) -> None:
            if next(writes) in deaths:
                raise DiedError

        def look_up(body: Mapping[str, Any]) -> Mapping[str, Any]:
            if next(calls) in refusals:
                raise RateLimited("all calls are booked")
            return found(body)

        bench.runs.before_write = bench.plans.before_put = before_write
        bench.genesys.on(LOOK_UP, look_up)
        for _ in range(200):
            with suppress(DiedError, RateLimited):
                if bench.plan_purge(RUN).planned:
                    break
        bench.runs.before_write = lambda _: None
        bench.plans.before_put = lambda _: None
        assert plan_in(bench) == at_once(IDS[:size], bench)
