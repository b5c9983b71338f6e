"""The audit log: without gaps under contention, in pages, never partly written."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any
from unittest.mock import patch

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from genesys_purge.errors import LostRace
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.batch import BatchState
from genesys_purge.model.retention import Policy
from genesys_purge.model.run import Outcome, finished, totals_of
from genesys_purge.store.ledger import Ledger
from genesys_purge.store.runs import DynamoRuns
from genesys_purge.store.transactions import Write

from tests import builders
from tests.builders import PLANNER
from tests.clock import NOON
from tests.mocked_aws import client, only_on_dynamodb_local, plans
from tests.unit.store.concurrency import audit
from tests.unit.store.conftest import Tables


def record(action: Action = Action.BATCH_FAILED, batch: int | None = None) -> AuditRecord:
    return AuditRecord(run_id="run-1", at=NOON, actor="tests", action=action, batch=batch)


def sequence(tables: Tables) -> list[int]:
    return [each.sequence for each in tables.audit.page("run-1", 1, 1_000).records]


def with_batches(tables: Tables, count: int) -> None:
    run = tables.runs.create(builders.run(), record(Action.RUN_SUBMITTED))
    for number in range(count):
        tables.runs.put_batch(builders.batch(number=number), [], PLANNER)
    assert run.run_id == "run-1"


def finish(tables: Tables) -> None:
    end = finished(builders.run(), Outcome.FAILED, totals_of(None, []), NOON, "stopped")
    tables.runs.finish(end, record(Action.RUN_FAILED))


def test_audit_log_of_eight_threads_has_no_gap_and_no_duplicate(tables: Tables) -> None:
    with_batches(tables, 40)
    barrier = Barrier(8)

    def end(first: int) -> None:
        barrier.wait(5)
        for number in range(first, 40, 8):
            ended = builders.batch(number=number).to(BatchState.FAILED)
            tables.runs.advance(ended, record(batch=number))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(end, range(8)))
    finish(tables)
    numbers = sequence(tables)
    assert numbers == list(range(1, len(numbers) + 1))
    batches = [each.batch for each in tables.audit.page("run-1", 2, 1_000).records]
    assert sorted(each for each in batches if each is not None) == list(range(40))


def test_only_one_of_eight_threads_ends_a_batch_and_is_audited(tables: Tables) -> None:
    with_batches(tables, 1)
    barrier = Barrier(8)

    def end(_: int) -> bool:
        barrier.wait(5)
        try:
            tables.runs.advance(builders.batch().to(BatchState.FAILED), record())
        except LostRace:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(end, range(8))) == [False] * 7 + [True]
    assert sequence(tables) == [1, 2]


def test_only_one_of_eight_threads_creates_a_run(tables: Tables) -> None:
    barrier = Barrier(8)

    def create(number: int) -> str:
        barrier.wait(5)
        run = builders.run(submitted_by=f"thread {number}")
        return tables.runs.create(run, record(Action.RUN_SUBMITTED)).submitted_by

    with ThreadPoolExecutor(8) as threads:
        answers = set(threads.map(create, range(8)))
    assert answers == {tables.runs.get("run-1").submitted_by}
    assert sequence(tables) == [1]


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 100])
def test_audit_pages_have_no_gap_and_no_overlap(tables: Tables, limit: int) -> None:
    with_batches(tables, 6)
    for number in range(6):
        ended = builders.batch(number=number).to(BatchState.FAILED)
        tables.runs.advance(ended, record(batch=number))
    found: list[int] = []
    start: int | None = 1
    while start is not None:
        page = tables.audit.page("run-1", start, limit)
        assert len(page.records) <= limit
        found += [each.sequence for each in page.records]
        start = page.following
    assert found == [1, 2, 3, 4, 5, 6, 7]


def test_audit_page_without_records_is_empty_and_the_last(tables: Tables) -> None:
    assert tables.audit.page("run-0", 1, 10) == ([], None)
    with_batches(tables, 0)
    assert tables.audit.page("run-1", 2, 10) == ([], None)


def test_audit_record_is_read_as_it_was_stored(tables: Tables) -> None:
    full = record(Action.RUN_SUBMITTED).model_copy(
        update={
            "skipped": {"ü": 1},
            "deleted": 0,
            "success_rate": 0.333333,
            "compliance_tags": ("pii", "permanent"),
            "policy": Policy(minimum_days=30, basis="law"),
            "detail": "line\nline",
        }
    )
    tables.runs.create(builders.run(), full)
    assert list(tables.audit.page("run-1", 1, 1).records) == [
        full.model_copy(update={"sequence": 1})
    ]


def ledger(sleeps: list[float]) -> Ledger:
    return Ledger(client("dynamodb"), "AuditTable", "PersonalTable", sleep=sleeps.append)


def cancelled(stubber: Stubber, *codes: str) -> None:
    stubber.add_client_error(
        "transact_write_items",
        "TransactionCanceledException",
        modeled_fields={"CancellationReasons": [{"Code": code} for code in codes]},
    )


WRITE = Write("RunsTable", {"runId": {"S": "run-1"}, "item": {"S": "run"}})


BUSY = ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"]


@pytest.mark.parametrize("busy", BUSY)
def test_commit_to_busy_tables_is_retried_with_backoff(busy: str) -> None:
    sleeps: list[float] = []
    with Stubber(client("dynamodb")) as stubber:
        for _ in range(4):
            cancelled(stubber, busy)
        stubber.add_response("transact_write_items", {})
        ledger(sleeps).commit([WRITE])
        stubber.assert_no_pending_responses()
    assert len(sleeps) == 4
    assert all(0 <= pause <= 0.02 * 2**n for n, pause in enumerate(sleeps))


def test_commit_to_busy_tables_gives_up_after_60_attempts() -> None:
    sleeps: list[float] = []
    with Stubber(client("dynamodb")) as stubber:
        for _ in range(60):
            cancelled(stubber, "TransactionConflict")
        with pytest.raises(LostRace, match="busy in 60 attempts"):
            ledger(sleeps).commit([WRITE])
    assert max(sleeps) <= 0.5


@contextmanager
def answers_lost(count: int) -> Iterator[list[Any]]:
    """Transactions, of which DynamoDB executes all, and answers the first `count` as unfinished."""
    sent: list[Any] = []
    dynamodb, send = client("dynamodb"), client("dynamodb").transact_write_items

    def answer(**transaction: Any) -> Any:
        sent.append(transaction)
        answered = send(**transaction)
        if len(sent) > count:
            return answered
        code = "TransactionInProgressException"
        raise dynamodb.exceptions.TransactionInProgressException({"Error": {"Code": code}}, "")

    with patch.object(dynamodb, "transact_write_items", answer):
        yield sent


@only_on_dynamodb_local("moto ignores the token of a transaction")
@pytest.mark.usefixtures("aws")
def test_transaction_in_progress_is_executed_once() -> None:
    with answers_lost(2) as sent:
        ledger([]).append(record())
    assert [each["sequence"] for each in audit("run-1")] == [1]
    assert len(sent) == 3


def test_transaction_in_progress_is_repeated_with_its_token() -> None:
    sleeps: list[float] = []
    with Stubber(client("dynamodb")) as stubber, answers_lost(2) as sent:
        stubber.add_response("query", {"Items": []})
        for _ in range(3):
            stubber.add_response("transact_write_items", {})
        ledger(sleeps).append(record())
    assert sent == [sent[0]] * 3
    assert len(sent[0]["ClientRequestToken"]) == 32
    assert all(0 <= pause <= 2**n for n, pause in enumerate(sleeps))


def test_transaction_that_stays_in_progress_is_a_lost_race() -> None:
    with Stubber(client("dynamodb")) as stubber, answers_lost(6) as sent:
        for _ in range(6):
            stubber.add_response("transact_write_items", {})
        with pytest.raises(LostRace, match="in progress after 6 attempts"):
            ledger([]).commit([WRITE])
    assert len(sent) == 6


def test_attempt_after_a_conflict_has_another_token() -> None:
    with Stubber(client("dynamodb")) as stubber, answers_lost(0) as sent:
        cancelled(stubber, "TransactionConflict")
        stubber.add_response("transact_write_items", {})
        ledger([]).commit([WRITE])
    first, second = (each["ClientRequestToken"] for each in sent)
    assert first != second


def test_create_of_a_run_on_busy_tables_raises_lost_race() -> None:
    with Stubber(client("dynamodb")) as stubber:
        for _ in range(60):
            stubber.add_response("query", {"Items": []})
            cancelled(stubber, "TransactionConflict", "None")
        stubber.add_response("get_item", {})
        with pytest.raises(LostRace, match="busy in 60 attempts"):
            DynamoRuns(client("dynamodb"), "RunsTable", ledger([]), plans()).create(
                builders.run(), record(Action.RUN_SUBMITTED)
            )


@pytest.mark.parametrize("code", ["ValidationError", "ItemCollectionSizeLimitExceeded"])
def test_commit_raises_other_cancellation_reasons(code: str) -> None:
    with Stubber(client("dynamodb")) as stubber:
        cancelled(stubber, code)
        with pytest.raises(ClientError, match="TransactionCanceledException"):
            ledger([]).commit([WRITE])


def test_commit_raises_service_errors() -> None:
    with Stubber(client("dynamodb")) as stubber:
        stubber.add_client_error("transact_write_items", "AccessDeniedException")
        with pytest.raises(ClientError, match="AccessDenied"):
            ledger([]).commit([WRITE])
