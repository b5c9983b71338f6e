"""Audit records with personal data: the audit has digests, another table has what can be erased."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from genesys_purge.errors import LostRace, TryLater
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.erasable import ERASED
from genesys_purge.store.ledger import Ledger
from genesys_purge.store.personal_data import PersonalData
from genesys_purge.store.transactions import Transactions, Write

from tests.clock import NOON
from tests.mocked_aws import client, mocked_aws, pause
from tests.unit.store.concurrency import at_once

JANE = "arn:aws:iam::123456789012:user/jane"
HELD = "role:AROA1:Jane@example.com"


@pytest.fixture(autouse=True)
def tables() -> Iterator[None]:
    with mocked_aws("AuditTable", "RunsTable"):
        yield


def ledger() -> Ledger:
    return Ledger(client("dynamodb"), "AuditTable", "PersonalTable", sleep=pause)


def personal() -> PersonalData:
    return PersonalData(client("dynamodb"), "PersonalTable")


def by_jane(**changes: Any) -> AuditRecord:
    fields = {"run_id": "run-1", "at": NOON, "actor": JANE, "action": Action.RUN_CANCEL_REQUESTED}
    return AuditRecord(**{**fields, **changes})


def texts(table: str) -> list[str]:
    return [json.dumps(each) for each in client("dynamodb").scan(TableName=table)["Items"]]


def erase(run_id: str, sequence: int) -> None:
    key = {"subject": {"S": run_id}, "item": {"S": f"{sequence:016}"}}
    client("dynamodb").delete_item(TableName="PersonalTable", Key=key)


def test_audit_item_has_nothing_of_the_person() -> None:
    ledger().append(by_jane(person_id=HELD, detail="Jane asked"))
    assert "jane" not in texts("AuditTable")[0].lower()
    assert len(texts("PersonalTable")) == 2


def test_record_is_read_with_all_its_fields() -> None:
    ledger().append(by_jane(detail="Jane asked"))
    (found,) = ledger().page("run-1", 1, 10).records
    assert (found.actor, found.detail) == (JANE, "Jane asked")


def test_record_without_personal_data_is_one_item() -> None:
    ledger().append(by_jane(actor="plan_purge"))
    assert (len(texts("AuditTable")), texts("PersonalTable")) == (1, [])


def test_refused_writes_store_neither_part() -> None:
    key: Any = {"runId": {"S": "run-1"}, "item": {"S": "run"}}
    with pytest.raises(LostRace):
        ledger().commit([Write("RunsTable", key, "attribute_exists(runId)")], by_jane())
    assert texts("AuditTable") + texts("PersonalTable") == []


def test_erased_record_is_read_without_the_person() -> None:
    ledger().append(by_jane(detail="Jane asked"))
    erase("run-1", 1)
    (found,) = ledger().page("run-1", 1, 10).records
    assert (found.actor, found.detail) == (ERASED, None)


def test_second_put_of_a_record_changes_neither_part() -> None:
    assert ledger().record_once(by_jane(sequence=1))
    before = texts("AuditTable") + texts("PersonalTable")
    assert not ledger().record_once(by_jane(sequence=1))
    assert texts("AuditTable") + texts("PersonalTable") == before


def test_busy_tables_are_asked_again_later() -> None:
    busy = patch.object(Transactions, "__call__", return_value=["TransactionConflict", "None"])
    with busy, pytest.raises(TryLater, match="busy"):
        ledger().record_once(by_jane(sequence=1))
    assert texts("AuditTable") + texts("PersonalTable") == []


def test_taken_number_is_not_a_lost_race_for_a_person() -> None:
    for _ in range(3):
        ledger().commit((), by_jane(), spread=4)
    assert sorted(each.sequence for each in ledger().page("run-1", 1, 10).records) == [1, 2, 3]


@pytest.mark.parametrize("size", [100_000, 250_000])
def test_page_ends_at_about_a_megabyte(size: int) -> None:
    for number in range(1, 13):
        ledger().record_once(by_jane(sequence=number, rule_id="r", detail="x" * size))
    first = ledger().page("run-1", 1, 50)
    rest = 12 - len(first.records)
    assert (first.following, 3 <= len(first.records) <= 8) == (13 - rest, True)
    numbers = [each.sequence for each in first.records]
    while first.following:
        first = ledger().page("run-1", first.following, 50)
        numbers += [each.sequence for each in first.records]
    assert numbers == list(range(1, 13))


def test_pages_of_a_rule_end_at_about_a_megabyte() -> None:
    for number in range(1, 13):
        ledger().record_once(by_jane(sequence=number, rule_id="r", detail="x" * 250_000))
    numbers, after, pages = [], None, 0
    while pages == 0 or after:
        found = ledger().of_rule("r", after, 50)
        numbers += [each.sequence for each in found.records]
        after, pages = found.following, pages + 1
    assert (sorted(numbers), pages > 1) == (list(range(1, 13)), True)


def test_human_has_one_pseudonym_under_all_permission_sets() -> None:
    names = {personal().pseudonym_of(each) for each in (HELD, "role:AROA2:jane@EXAMPLE.com")}
    assert len(names) == 1


def test_pseudonym_says_nothing_of_the_person() -> None:
    assert "jane" not in personal().pseudonym_of(HELD).lower()


def test_other_human_has_another_pseudonym() -> None:
    assert personal().pseudonym_of(HELD) != personal().pseudonym_of("user:AIDA1")


def test_two_writers_at_once_give_one_pseudonym() -> None:
    found: list[str] = []
    at_once([lambda: found.append(personal().pseudonym_of(HELD))] * 4)
    assert (len(found), len(set(found))) == (4, 1)


def test_sealed_record_has_the_pseudonym_of_its_person() -> None:
    ledger().append(by_jane(person_id=HELD))
    (found,) = ledger().page("run-1", 1, 10).records
    assert (found.person_id, found.person) == (HELD, personal().pseudonym_of(HELD))
    assert str(found.person) in texts("AuditTable")[0]
