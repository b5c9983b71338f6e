"""Records with their own sequence, and the records of a purge rule, in both audit logs."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from threading import Barrier
from typing import Any
from unittest.mock import patch

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from genesys_purge.model.audit import Action, AuditPosition, AuditRecord
from genesys_purge.ports import AuditLog
from genesys_purge.store.ledger import Ledger

from tests.clock import NOON
from tests.fakes import MemoryAuditLog
from tests.mocked_aws import client, direct_calls, mocked_aws, pause
from tests.webhook_builders import fact


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with mocked_aws("AuditTable"):
        yield Ledger(client("dynamodb"), "AuditTable", "PersonalTable", sleep=pause)


@pytest.fixture(params=["twin", "dynamodb"])
def log(request: pytest.FixtureRequest) -> Any:
    return MemoryAuditLog() if request.param == "twin" else request.getfixturevalue("ledger")


@contextmanager
def counted() -> Iterator[list[str]]:
    """The names of the calls to AWS inside the block."""
    called: list[str] = []
    make_call = BaseClient._make_api_call  # type: ignore[attr-defined]  # noqa: SLF001 - nothing public

    def count(caller: Any, name: str, parameters: Any) -> Any:
        called.append(name)
        return make_call(caller, name, parameters)

    with patch.object(BaseClient, "_make_api_call", count):
        yield called


def webhook(number: int = 0, **changes: Any) -> AuditRecord:
    """The record of an execution of rule-1, `number` seconds after noon."""
    fields: dict[str, Any] = {
        "run_id": f"webhook:{number}",
        "sequence": 1,
        "at": NOON + timedelta(seconds=number),
        "rule_id": "rule-1",
        "deleted": number,
    }
    return fact(**fields | changes)


def of(log: AuditLog, run_id: str) -> list[AuditRecord]:
    return list(log.page(run_id, 1, 1_000).records)


def pages(log: AuditLog, limit: int) -> list[list[AuditRecord]]:
    """All records of rule-1, page by page."""
    page = log.of_rule("rule-1", None, limit)
    found = [list(page.records)]
    while page.following:
        page = log.of_rule("rule-1", page.following, limit)
        found.append(list(page.records))
    return found


def test_record_is_stored_once_and_the_first_one_is_kept(log: AuditLog) -> None:
    assert log.record_once(webhook())
    for other in (webhook(), webhook(deleted=99), webhook(at=NOON + timedelta(days=1))):
        assert not log.record_once(other)
    assert of(log, "webhook:0") == [webhook()]


def test_records_differ_by_run_and_sequence(log: AuditLog) -> None:
    records = [webhook(0), webhook(1), webhook(0, sequence=2)]
    assert [log.record_once(each) for each in records] == [True] * 3
    assert of(log, "webhook:0") == [records[0], records[2]]


def test_appended_record_follows_a_record_with_its_own_sequence(log: AuditLog) -> None:
    log.record_once(webhook())
    log.append(webhook(action=Action.NOTIFICATION_DELIVERED, sequence=0))
    assert [each.sequence for each in of(log, "webhook:0")] == [1, 2]
    assert not log.record_once(webhook())


def test_only_one_of_eight_threads_stores_a_record(log: AuditLog) -> None:
    barrier = Barrier(8)

    def record(number: int) -> bool:
        barrier.wait(5)
        return log.record_once(webhook(deleted=number))

    with direct_calls(), ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(record, range(8))) == [False] * 7 + [True]
    assert len(of(log, "webhook:0")) == 1


def test_record_once_takes_one_request(ledger: Ledger) -> None:
    with counted() as called:
        assert ledger.record_once(webhook())
    assert called == ["PutItem"]
    with counted() as called:
        assert not ledger.record_once(webhook())
    assert called == ["PutItem"]


@pytest.mark.parametrize("code", ["AccessDeniedException", "ThrottlingException"])
def test_record_once_raises_service_errors(code: str) -> None:
    with Stubber(client("dynamodb")) as stubber:
        stubber.add_client_error("put_item", code)
        with pytest.raises(ClientError, match=code):
            Ledger(client("dynamodb"), "AuditTable", "PersonalTable").record_once(webhook())


@pytest.mark.parametrize("limit", [1, 2, 3, 6, 7, 8, 200])
def test_rule_pages_are_in_order_of_time(log: AuditLog, limit: int) -> None:
    records = [webhook(number) for number in range(7)]
    for each in reversed(records):
        log.record_once(each)
    found = pages(log, limit)
    assert [record for page in found for record in page] == records
    assert all(len(page) <= limit for page in found)


@pytest.mark.parametrize("limit", [1, 2, 3, 5])
def test_rule_pages_show_records_of_one_time_exactly_once(log: AuditLog, limit: int) -> None:
    for number in range(5):
        log.record_once(webhook(number, at=NOON))
    runs = [record.run_id for page in pages(log, limit) for record in page]
    assert sorted(runs) == [f"webhook:{number}" for number in range(5)]


def test_rule_pages_order_fractions_of_a_second(log: AuditLog) -> None:
    moments = [0, 1, 500_000, 999_999, 1_000_000]
    records = [
        webhook(number, at=NOON + timedelta(microseconds=after))
        for number, after in enumerate(moments)
    ]
    for each in reversed(records):
        log.record_once(each)
    assert pages(log, 2) == [records[:2], records[2:4], records[4:]]


def test_rule_page_has_only_the_records_of_its_rule_from_all_runs(log: AuditLog) -> None:
    log.append(fact(Action.RUN_SUBMITTED))
    log.append(fact(Action.RULE_CREATED, run_id="rule-a", rule_id="rule-1"))
    log.record_once(webhook(1))
    log.record_once(webhook(2, rule_id="rule-11"))
    found = log.of_rule("rule-1", None, 10)
    assert [each.action for each in found.records] == ["rule_created", "webhook_received"]
    assert found.following is None


def test_page_of_an_unknown_rule_is_empty(log: AuditLog) -> None:
    assert log.of_rule("unknown", None, 10) == ([], None)


def test_rule_page_takes_one_request(ledger: Ledger) -> None:
    for number in range(3):
        ledger.record_once(webhook(number))
    with counted() as called:
        following = ledger.of_rule("rule-1", None, 2).following
    assert called == ["Query"]
    second = NOON + timedelta(seconds=1)
    assert following == AuditPosition(at=second, run_id="webhook:1", sequence=1)


def test_rule_page_goes_on_after_a_record_that_is_not_stored(log: AuditLog) -> None:
    log.record_once(webhook(1))
    after = AuditPosition(at=NOON, run_id="other", sequence=1)
    assert log.of_rule("rule-1", after, 10) == ([webhook(1)], None)
    later = AuditPosition(at=NOON + timedelta(days=1), run_id="other", sequence=1)
    assert log.of_rule("rule-1", later, 10) == ([], None)
