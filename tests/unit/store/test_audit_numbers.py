"""The numbers of audit records: spread under contention, and without gaps at a run's end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from unittest.mock import patch

import pytest
from botocore.stub import Stubber
from genesys_purge.errors import LostRace
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.batch import BatchState
from genesys_purge.model.run import Outcome, Run, finished, totals_of
from genesys_purge.store import ledger as module
from genesys_purge.store.audit_items import items_of
from genesys_purge.store.ledger import Ledger
from genesys_purge.store.sequence import SPREAD
from genesys_purge.store.transactions import Write

from bench.appends import MOST_SECONDS, Appends, Scenario
from tests import builders
from tests.clock import NOON
from tests.mocked_aws import client
from tests.unit.store.concurrency import at_once, audit, ledger, runs, stored

WRITE = Write("RunsTable", {"runId": {"S": "run-1"}, "item": {"S": "run"}})
STORABLE, TAKEN, CONFLICT = "None", "ConditionalCheckFailed", "TransactionConflict"


def record(number: int = 0, at: datetime = NOON) -> AuditRecord:
    return AuditRecord(
        run_id="run-1", sequence=number, at=at, actor="tests", action=Action.BATCH_FAILED
    )


def numbers() -> dict[int, str]:
    """The action of each stored number."""
    found = [each["body"] for each in stored("AuditTable")]
    return {each["sequence"]: each["action"] for each in found}


def put(*sequence: int, at: datetime = NOON) -> None:
    for each in sequence:
        assert ledger().record_once(record(each, at))


@pytest.mark.usefixtures("aws")
def test_record_takes_a_young_gap() -> None:
    put(1, 3)
    ledger().append(record())
    assert sorted(numbers()) == [1, 2, 3]
    assert Action.NUMBER_UNUSED not in numbers().values()


@pytest.mark.usefixtures("aws")
def test_record_above_an_old_gap_records_it_as_unused() -> None:
    put(1, 3)
    ledger().append(record(at=NOON + timedelta(seconds=3)))
    assert numbers() == {
        1: "batch_failed",
        2: "number_unused",
        3: "batch_failed",
        4: "batch_failed",
    }


@pytest.mark.usefixtures("aws")
def test_filled_gaps_are_recorded_as_unused() -> None:
    put(2, 5, 6)
    ledger().fill_gaps("run-1")
    unused = [number for number, action in numbers().items() if action == "number_unused"]
    assert sorted(unused) == [1, 3, 4]


@pytest.mark.usefixtures("aws")
def test_sequence_without_a_gap_is_not_filled() -> None:
    put(1, 2)
    ledger().fill_gaps("run-1")
    assert numbers() == {1: "batch_failed", 2: "batch_failed"}


@pytest.mark.usefixtures("aws")
def test_gaps_below_a_foreign_number_are_filled_up_to_a_bound() -> None:
    put(1, 10**9)
    with patch.object(module, "MOST_GAPS", 3):
        ledger().fill_gaps("run-1")
    assert sorted(numbers()) == [1, 2, 3, 4, 10**9]


def created() -> Run:
    run = builders.run()
    runs().create(run, record())
    put(3)
    return run


def ended(run: Run) -> Run:
    return finished(run, Outcome.FAILED, totals_of(None, []), NOON, "stopped")


@pytest.mark.usefixtures("aws")
def test_end_of_a_run_is_above_its_last_gap() -> None:
    runs().finish(ended(created()), record())
    assert numbers()[2] == "number_unused"
    assert sorted(numbers()) == [1, 2, 3, 4]


@pytest.mark.usefixtures("aws")
def test_revision_of_a_run_fills_its_gaps() -> None:
    end = ended(created())
    runs().finish(end, record())
    put(6)
    runs().revise(end.model_copy(update={"revision": end.revision + 1}))
    assert sorted(numbers()) == [1, 2, 3, 4, 5, 6]


class Draws:
    """Takes the first candidate, and remembers them all."""

    def __init__(self) -> None:
        self.candidates: list[Sequence[int]] = []

    def __call__(self, candidates: Sequence[int]) -> int:
        self.candidates.append(candidates)
        return candidates[0]


def commit(spread: int, *answers: Sequence[str]) -> tuple[list[int], list[float]]:
    """The numbers of candidates and the sleeps of a commit that is refused with these reasons."""
    draws, sleeps = Draws(), list[float]()
    with Stubber(client("dynamodb")) as stubber:
        for codes in answers:
            stubber.add_response("query", {"Items": []})
            stubber.add_client_error(
                "transact_write_items",
                "TransactionCanceledException",
                modeled_fields={"CancellationReasons": [{"Code": code} for code in codes]},
            )
        stubber.add_response("query", {"Items": []})
        stubber.add_response("transact_write_items", {})
        log = Ledger(client("dynamodb"), "AuditTable", "PersonalTable", sleeps.append, draws)
        log.commit([WRITE], record(), spread)
    return [len(each) for each in draws.candidates], sleeps


@pytest.mark.parametrize("reason", [TAKEN, CONFLICT])
def test_record_whose_number_is_taken_draws_from_more_numbers(reason: str) -> None:
    assert commit(SPREAD, *[(STORABLE, reason)] * 5) == ([1, 2, 4, 8, 8, 8], [])


def test_record_without_spread_waits_for_the_next_number() -> None:
    candidates, sleeps = commit(1, (STORABLE, TAKEN))
    assert (candidates, len(sleeps)) == ([1, 1], 1)


@pytest.mark.parametrize(
    "reasons",
    [(CONFLICT, STORABLE), (CONFLICT, CONFLICT), (STORABLE, "ThrottlingError")],
)
def test_record_waits_if_more_than_its_number_is_busy(reasons: tuple[str, str]) -> None:
    candidates, sleeps = commit(SPREAD, reasons)
    assert (candidates, len(sleeps)) == ([1, 1], 1)


def fill(answers: Sequence[str | None]) -> list[float]:
    """The sleeps while a gap is filled, with these answers of DynamoDB."""
    sleeps: list[float] = []
    with Stubber(client("dynamodb")) as stubber:
        stubber.add_response("query", {"Items": [items_of(record(2)).sealed]})
        for code in answers:
            if code is None:
                stubber.add_response("transact_write_items", {})
            else:
                stubber.add_client_error(
                    "transact_write_items",
                    "TransactionCanceledException",
                    modeled_fields={"CancellationReasons": [{"Code": code}]},
                )
        Ledger(client("dynamodb"), "AuditTable", "PersonalTable", sleeps.append).fill_gaps("run-1")
        stubber.assert_no_pending_responses()
    return sleeps


def test_gap_that_is_busy_is_filled_later() -> None:
    assert len(fill([CONFLICT, "ThrottlingError", None])) == 2


def test_gap_that_another_record_takes_is_not_filled() -> None:
    assert fill([TAKEN]) == []


def test_gap_that_stays_busy_raises_lost_race() -> None:
    with pytest.raises(LostRace, match="busy in 60 attempts"):
        fill([CONFLICT] * 60)


@pytest.mark.usefixtures("aws")
def test_batches_that_end_at_once_have_one_record_each() -> None:
    store, count = runs(), 12
    store.create(builders.run(), record())
    for number in range(count):
        store.put_batch(builders.batch(number=number), [], builders.PLANNER)

    def end(number: int) -> None:
        after = builders.batch(number=number).to(BatchState.FAILED)
        runs().advance(after, record().model_copy(update={"batch": number}))

    assert all(at_once([partial(end, number) for number in range(count)]))
    assert sorted(each["batch"] for each in audit("run-1") if "batch" in each) == [*range(count)]


def test_fifty_batches_a_second_append_within_the_goal() -> None:
    measured = Appends(Scenario(batches=200, seconds=4))
    assert max(measured.waits) <= MOST_SECONDS
    assert measured.given_up == 0
