"""Two or more workers on the same items; the tables themselves are checked, not the answers.

`make test-dynamodb` runs these tests with real transactions, which conflict.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from genesys_purge.calling.slots import PoolKey, Slots
from genesys_purge.errors import LostRace, RateLimited
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.batch import Batch, BatchRef, BatchState
from genesys_purge.model.run import Outcome, Plan, Run, RunStatus, finished, totals_of
from genesys_purge.store.slots import DynamoSlots

from tests import builders
from tests.clock import NOON
from tests.mocked_aws import client
from tests.unit.store.concurrency import at_once, audit, bodies, ledger, runs, stored

WORKERS = 6
POOL = PoolKey(None, "documented")

pytestmark = pytest.mark.usefixtures("aws")


def record(action: Action, **facts: Any) -> AuditRecord:
    return AuditRecord(run_id="run-1", at=NOON, actor="tests", action=action, **facts)


def running(batches: int) -> Run:
    """A stored run with a plan of so many batches."""
    store, run = runs(), builders.run()
    store.create(run, record(Action.RUN_SUBMITTED))
    for number in range(batches):
        store.put_batch(builders.batch(number=number), [], builders.PLANNER)
    run = with_plan(run, batches)
    store.plan(run, record(Action.RUN_PLANNED))
    return run


def with_plan(run: Run, batches: int) -> Run:
    plan = Plan(
        batches=batches,
        targeted=batches,
        skipped={},
        hash="0",
        unit="records",
        deleted_unit="records",
    )
    return run.model_copy(update={"plan": plan, "status": RunStatus.RUNNING})


def ended(run: Run, detail: str) -> Callable[[], None]:
    """Ends the run as another worker."""
    end = finished(run, Outcome.FAILED, totals_of(run.plan, []), NOON, detail)
    return partial(runs().finish, end, record(Action.RUN_FAILED, detail=detail))


def test_one_of_several_submitters_creates_the_run() -> None:
    calls = [
        partial(
            runs().create,
            builders.run(submitted_by=f"worker {n}"),
            record(Action.RUN_SUBMITTED, detail=f"worker {n}"),
        )
        for n in range(WORKERS)
    ]
    at_once(calls)
    [run] = bodies("RunsTable", "item", "run")
    assert [each["detail"] for each in audit("run-1")] == [run["submittedBy"]]


def test_plan_and_its_batches_are_from_one_planner() -> None:
    runs().create(builders.run(), record(Action.RUN_SUBMITTED))

    def plan(number: int) -> None:
        store, run = runs(), builders.run(planner=f"planner-{number}")
        store.begin_plan(run)
        for batch in range(3):
            store.put_batch(builders.batch(number=batch, planned=number), [], f"planner-{number}")
        store.plan(with_plan(run, 3), record(Action.RUN_PLANNED, detail=f"planner-{number}"))

    won = at_once([partial(plan, n) for n in range(1, WORKERS + 1)])
    [run] = bodies("RunsTable", "item", "run")
    assert won.count(True) == 1
    assert run["planner"] == f"planner-{won.index(True) + 1}"
    batches = bodies("RunsTable", "item", "batch#")
    assert [f"planner-{each['planned']}" for each in batches] == [run["planner"]] * 3
    assert [each.get("detail") for each in audit("run-1")] == [None, run["planner"]]


def test_every_step_of_a_batch_has_exactly_one_record() -> None:
    running(3)

    def work(first: int) -> None:
        store = runs()
        for number in (first, (first + 1) % 3, (first + 2) % 3):
            while (batch := store.batch("run-1", number)).version < 4:
                after = batch.to(BatchState.SUBMITTING)
                try:
                    store.advance(
                        after,
                        record(Action.BATCH_SUBMITTED, batch=number, targeted=after.version),
                    )
                except LostRace:
                    continue

    assert all(at_once([partial(work, n % 3) for n in range(WORKERS)]))
    assert [each["version"] for each in bodies("RunsTable", "item", "batch#")] == [4] * 3
    steps = Counter((each["batch"], each["targeted"]) for each in audit("run-1")[2:])
    assert steps == {(batch, version): 1 for batch in range(3) for version in range(1, 5)}


def test_one_of_several_workers_stores_the_intent() -> None:
    running(1)
    intents = [
        builders.batch().to(BatchState.SUBMITTING, detail=f"worker {n}") for n in range(WORKERS)
    ]
    won = at_once([partial(runs().intend, each) for each in intents])
    [batch] = bodies("RunsTable", "item", "batch#")
    assert [intents[n].detail for n, each in enumerate(won) if each] == [batch["detail"]]
    assert batch["version"] == 1


def test_no_intent_is_stored_after_the_end_of_its_run() -> None:
    run = running(WORKERS)
    intents = [builders.batch(number=n).to(BatchState.SUBMITTING) for n in range(WORKERS)]
    calls = [partial(runs().intend, each) for each in intents]
    *intended, has_ended = at_once([*calls, ended(run, "stopped")])
    assert has_ended
    assert [each["state"] == "submitting" for each in batch_items()] == intended
    assert not any(at_once([partial(runs().intend, each) for each in intents]))
    assert [each["state"] == "submitting" for each in batch_items()] == intended


def batch_items() -> list[dict[str, Any]]:
    found = [each for each in stored("RunsTable") if each["item"].startswith("batch#")]
    return sorted(found, key=lambda each: str(each["item"]))


def test_run_ends_once_with_the_record_of_its_outcome() -> None:
    run = running(1)
    won = at_once([ended(run, f"worker {n}") for n in range(WORKERS)])
    [end] = bodies("RunsTable", "item", "run")
    assert end["detail"] == f"worker {won.index(True)}"
    assert won.count(True) == 1
    assert [each["detail"] for each in audit("run-1")[2:]] == [end["detail"]]


def test_lost_races_leave_no_record_among_records_of_other_batches() -> None:
    running(WORKERS)
    contested = builders.batch(number=0)

    def end(batch: Batch) -> None:
        runs().advance(batch.to(BatchState.FAILED), record(Action.BATCH_FAILED, batch=batch.number))

    others = [builders.batch(number=n) for n in range(1, WORKERS)]
    won = at_once([partial(end, each) for each in [*others, *[contested] * 3]])
    assert won[: len(others)] == [True] * len(others)
    assert won[len(others) :].count(True) == 1
    assert sorted(each["batch"] for each in audit("run-1")[2:]) == list(range(WORKERS))


class Holders:
    """The holders that have not ended."""

    def __init__(self, *ended: BatchRef) -> None:
        self._ended = ended

    def is_active(self, holder: BatchRef) -> bool:
        return holder not in self._ended

    def clear_away(self, holder: BatchRef) -> None:
        assert holder in self._ended


def take(batches: list[BatchRef], holders: Holders) -> list[bool]:
    """Whether each batch got one of two slots; all ask at the same time."""
    store = DynamoSlots(client("dynamodb"), "RunsTable", ledger())

    def took(batch: BatchRef) -> None:
        try:
            Slots(store, lambda: NOON).take(POOL, 2, batch, holders)
        except RateLimited as error:
            raise LostRace("no slot") from error

    return at_once([partial(took, each) for each in batches])


def holders_in_table() -> list[list[Any]]:
    return [holder for pool in stored("RunsTable") for holder in pool["body"]["holders"]]


def test_two_slots_have_two_holders_however_many_batches_ask() -> None:
    batches = [BatchRef("run-1", number) for number in range(WORKERS)]
    won = take(batches, Holders())
    assert sorted(holders_in_table()) == [["run-1", n] for n, each in enumerate(won) if each]
    assert won.count(True) == 2


def test_slot_of_an_ended_batch_passes_to_one_successor() -> None:
    first, second = BatchRef("run-0", 0), BatchRef("run-0", 1)
    assert [take([each], Holders()) for each in (first, second)] == [[True], [True]]
    won = take([BatchRef("run-1", number) for number in range(WORKERS)], Holders(first))
    assert won.count(True) == 1
    assert sorted(holders_in_table()) == [["run-0", 1], ["run-1", won.index(True)]]
