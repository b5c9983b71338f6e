"""ErasePersonalData over the real tables: what is erased, and what is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from genesys_purge.auditing import erase_personal_data
from genesys_purge.auditing.erase_personal_data import MOST_AT_ONCE
from genesys_purge.errors import LostRace
from genesys_purge.model.erasable import ERASED
from genesys_purge.store.ledger import Ledger
from genesys_purge.store.personal_data import PersonalData
from genesys_purge.wiring import adapters, auditing

from tests.application import http_event
from tests.functions.conftest import Invoke
from tests.functions.erasing import (
    ERASER,
    ERASER_ID,
    HOLD,
    JANE,
    ROUTE,
    erase,
    erasures,
    everything,
    personal,
    record,
)
from tests.mocked_aws import client, only_on_moto
from tests.unit.store.concurrency import records, stored

pytestmark = pytest.mark.usefixtures("deployed")


@pytest.fixture
def few_at_once() -> Iterator[None]:
    """A call erases three records, two in a transaction."""
    with (
        patch.object(erase_personal_data, "MOST_AT_ONCE", 2),
        patch.object(erase_personal_data, "MOST_RECORDS", 3),
    ):
        yield


def test_erased_fields_are_gone_and_the_record_stays(invoke: Invoke) -> None:
    record()
    sealed = [each["body"] for each in stored("AuditTable")]
    assert erase(invoke, runId=HOLD) == (200, {"runId": HOLD, "sequences": [1], "more": False})
    (shown, _) = adapters.ledger().page(HOLD, 1, 10).records
    assert (shown.actor, shown.person_id, shown.detail) == (ERASED, None, None)
    assert [each["body"] for each in stored("AuditTable")][:1] == sealed


def test_erasure_is_recorded_with_the_numbers_and_the_person(invoke: Invoke) -> None:
    record()
    record()
    erase(invoke, runId=HOLD)
    (found,) = erasures()
    assert (found["sequence"], found["erasure"]) == (3, {"sequences": [1, 2]})
    assert (found["actor"], found["personId"]) == (ERASER, ERASER_ID)


def test_only_the_chosen_records_are_erased(invoke: Invoke) -> None:
    for _ in range(3):
        record()
    assert erase(invoke, runId=HOLD, sequences=[3, 1, 3])[1]["sequences"] == [1, 3]
    assert personal() == [2, 4]


def test_records_of_other_sequences_stay(invoke: Invoke) -> None:
    record()
    record("hold:case-18")
    erase(invoke, runId=HOLD)
    assert personal("hold:case-18") == [1]


def test_second_call_changes_nothing_and_records_nothing(invoke: Invoke) -> None:
    record()
    erase(invoke, runId=HOLD)
    before = everything()
    assert erase(invoke, runId=HOLD) == (200, {"runId": HOLD, "sequences": [], "more": False})
    assert erase(invoke, runId=HOLD, sequences=[1])[1]["sequences"] == []
    assert everything() == before


def test_who_erased_is_erased_by_its_number_and_another_person(invoke: Invoke) -> None:
    record()
    erase(invoke, runId=HOLD)
    assert erase(invoke, JANE, runId=HOLD, sequences=[2])[0] == 200
    assert personal() == [3]


def test_record_without_personal_data_needs_no_erasure(invoke: Invoke) -> None:
    record(actor="plan_purge", person_id=None, detail=None)
    before = everything()
    assert erase(invoke, runId=HOLD, sequences=[1])[1]["sequences"] == []
    assert everything() == before


@pytest.mark.usefixtures("few_at_once")
def test_each_transaction_has_its_own_record(invoke: Invoke) -> None:
    for _ in range(3):
        record()
    assert erase(invoke, runId=HOLD)[1] == {"runId": HOLD, "sequences": [1, 2, 3], "more": False}
    assert [each["erasure"]["sequences"] for each in erasures()] == [[1, 2], [3]]


@pytest.mark.usefixtures("few_at_once")
def test_long_sequence_is_erased_by_several_calls(invoke: Invoke) -> None:
    for _ in range(7):
        record()
    found = [erase(invoke, runId=HOLD)[1] for _ in range(3)]
    assert [each["sequences"] for each in found] == [[1, 2, 3], [4, 5, 6], [7]]
    assert [each["more"] for each in found] == [True, True, False]


@only_on_moto("DynamoDB Local accepts ten items in a transaction, and AWS a hundred")
def test_full_transaction_is_within_the_limits_of_dynamodb(invoke: Invoke) -> None:
    for _ in range(MOST_AT_ONCE + 1):
        record()
    assert len(erase(invoke, runId=HOLD)[1]["sequences"]) == MOST_AT_ONCE + 1
    assert [len(each["erasure"]["sequences"]) for each in erasures()] == [MOST_AT_ONCE, 1]


@only_on_moto("DynamoDB Local accepts ten items in a transaction, and AWS a hundred")
def test_transaction_has_less_than_four_megabytes(invoke: Invoke) -> None:
    for _ in range(12):
        record(detail="x" * 200_000)
    erase(invoke, runId=HOLD)
    assert [len(each["erasure"]["sequences"]) for each in erasures()] == [11, 1]


def test_records_that_another_person_erases_meanwhile_are_recorded_once(invoke: Invoke) -> None:
    record()
    record()
    commit, calls = Ledger.commit, list[Any]()

    def first(self: Ledger, *given: Any) -> None:
        if not calls:
            calls.append(given)
            key = {"subject": {"S": HOLD}, "item": {"S": f"{1:016}"}}
            client("dynamodb").delete_item(TableName="PersonalTable", Key=key)
        commit(self, *given)

    with patch.object(Ledger, "commit", first):
        assert erase(invoke, runId=HOLD)[1]["sequences"] == [2]
    assert [each["erasure"]["sequences"] for each in erasures()] == [[2]]


def test_nothing_is_recorded_if_another_person_erased_it_all(invoke: Invoke) -> None:
    record()
    commit = Ledger.commit

    def first(self: Ledger, *given: Any) -> None:
        key = {"subject": {"S": HOLD}, "item": {"S": f"{1:016}"}}
        client("dynamodb").delete_item(TableName="PersonalTable", Key=key)
        commit(self, *given)

    with patch.object(Ledger, "commit", first):
        assert erase(invoke, runId=HOLD)[1]["sequences"] == []
    assert erasures() == []


def test_erasure_that_always_loses_its_race_is_refused(invoke: Invoke) -> None:
    record()
    with patch.object(Ledger, "commit", side_effect=LostRace("busy")):
        status, _ = erase(invoke, runId=HOLD)
    assert (status >= 400, personal()) == (True, [1])


def test_request_that_is_no_object_is_refused(invoke: Invoke) -> None:
    record()
    event = http_event(ROUTE, body="[]")
    event["requestContext"]["authorizer"] = {"iam": {"userArn": ERASER, "callerId": ERASER_ID}}
    assert invoke("ErasePersonalData", event)["statusCode"] == 400
    assert personal() == [1]


def test_erased_person_is_no_longer_behind_the_pseudonym(invoke: Invoke) -> None:
    record()
    (before,) = [each["person"] for each in records(HOLD)]
    assert erase(invoke, personId="user:AIDAJANE") == (200, {"person": before})
    record()
    after = records(HOLD)[-1]["person"]
    assert after != before


def test_erased_person_is_recorded_by_the_pseudonym_only(invoke: Invoke) -> None:
    record()
    (pseudonym,) = [each["person"] for each in records(HOLD)]
    erase(invoke, personId="user:AIDAJANE")
    (found,) = records(pseudonym)
    assert (found["action"], found["erasure"]) == ("personal_data_erased", {"person": pseudonym})
    assert (found["personId"], "AIDAJANE" in str(found)) == (ERASER_ID, False)


def test_unknown_person_is_erased_already(invoke: Invoke) -> None:
    record()
    erase(invoke, personId="user:AIDAJANE")
    before = everything()
    assert erase(invoke, personId="user:AIDAJANE") == (200, {})
    assert everything() == before


def test_pseudonym_that_was_given_meanwhile_stays(invoke: Invoke) -> None:
    record()
    with patch.object(PersonalData, "known_pseudonym", return_value="person:older"):
        assert erase(invoke, personId="user:AIDAJANE")[0] == 500
    assert auditing.personal_data().known_pseudonym("user:AIDAJANE") == records(HOLD)[0]["person"]
