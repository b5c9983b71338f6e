"""ErasePersonalData over the real tables: what is erased, what is recorded, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from genesys_purge.auditing import erase_personal_data
from genesys_purge.auditing.erase_personal_data import MOST_AT_ONCE
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.erasable import ERASED
from genesys_purge.model.run import RunStatus
from genesys_purge.store.ledger import Ledger
from genesys_purge.wiring import adapters, auditing

from tests import builders
from tests.application import http_event
from tests.clock import NOON
from tests.functions.conftest import Invoke
from tests.mocked_aws import client
from tests.unit.store.concurrency import records, stored

pytestmark = pytest.mark.usefixtures("deployed")

ROUTE = "POST /personal-data/erase"
JANE = "arn:aws:iam::123456789012:user/jane"
ERASER = "arn:aws:iam::123456789012:user/privacy"
ERASER_ID = "user:AIDAPRIVACY"
HOLD = "hold:case-17"
OWN_REQUEST = builders.run().facts.model_copy(update={"submitted_by": ERASER})
SESSION = "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_"


FEDERATED = "arn:aws:sts::123456789012:federated-user/anyone"
# The unique ids of callers.
IDS = {
    ERASER: "AIDAPRIVACY",
    JANE: "AIDAJANE",
    FEDERATED: "123456789012:anyone",
    f"{SESSION}Privacy_1/jane": "AROAPRIVACY:jane",
}


def erase(invoke: Invoke, caller: str = ERASER, /, **body: Any) -> tuple[int, Any]:
    event = http_event(ROUTE, body=json.dumps(body))
    event["requestContext"]["authorizer"] = {"iam": {"userArn": caller, "callerId": IDS[caller]}}
    answer = invoke("ErasePersonalData", event)
    return answer["statusCode"], json.loads(answer["body"])


def record(run_id: str = HOLD, **changes: Any) -> None:
    fields: dict[str, Any] = {"actor": JANE, "person_id": "user:AIDAJANE", "detail": "Jane asked"}
    fields |= {"action": Action.HOLD_PLACED, "at": NOON}
    adapters.ledger().append(AuditRecord(run_id=run_id, **fields | changes))


def items(table: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client("dynamodb").scan(TableName=table)["Items"]
    return found


def personal(run_id: str = HOLD) -> list[int]:
    """The numbers of the records that have personal data."""
    found = items("PersonalTable")
    return sorted(int(each["item"]["S"]) for each in found if each["subject"]["S"] == run_id)


def erasures(run_id: str = HOLD) -> list[dict[str, Any]]:
    return [each for each in records(run_id) if each["action"] == "personal_data_erased"]


def everything() -> list[Any]:
    return items("AuditTable") + items("PersonalTable")


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


def test_full_transaction_is_within_the_limits_of_dynamodb(invoke: Invoke) -> None:
    for _ in range(MOST_AT_ONCE + 1):
        record()
    assert len(erase(invoke, runId=HOLD)[1]["sequences"]) == MOST_AT_ONCE + 1
    assert [len(each["erasure"]["sequences"]) for each in erasures()] == [MOST_AT_ONCE, 1]


def test_transaction_has_less_than_four_megabytes(invoke: Invoke) -> None:
    for _ in range(12):
        record(detail="x" * 200_000)
    erase(invoke, runId=HOLD)
    assert [len(each["erasure"]["sequences"]) for each in erasures()] == [11, 1]


def test_records_that_another_person_erases_meanwhile_are_recorded_once(invoke: Invoke) -> None:
    record()
    record()
    commit, calls = Ledger.commit, []

    def first(self: Ledger, *given: Any) -> None:
        if not calls:
            calls.append(given)
            key = {"subject": {"S": HOLD}, "item": {"S": f"{1:016}"}}
            client("dynamodb").delete_item(TableName="PersonalTable", Key=key)
        commit(self, *given)

    with patch.object(Ledger, "commit", first):
        assert erase(invoke, runId=HOLD)[1]["sequences"] == [2]
    assert [each["erasure"]["sequences"] for each in erasures()] == [[2]]


@pytest.mark.parametrize(
    "own",
    [
        {"actor": ERASER, "person_id": None},
        {"person_id": ERASER_ID},
        {"actor": "plan_purge", "person_id": None, "request": OWN_REQUEST},
    ],
)
def test_own_action_is_not_erased_and_neither_is_any_other(
    invoke: Invoke, own: dict[str, Any]
) -> None:
    record()
    record(**own)
    before = everything()
    status, answer = erase(invoke, runId=HOLD)
    assert (status, "record 2 is about your own action" in str(answer)) == (403, True)
    assert everything() == before


def test_own_action_is_that_of_the_human_under_every_permission_set(invoke: Invoke) -> None:
    record(actor=f"{SESSION}Requester_2/Jane", person_id=None)
    assert erase(invoke, f"{SESSION}Privacy_1/jane", runId=HOLD)[0] == 403
    assert personal() == [1]


@pytest.mark.parametrize(
    ("status", "expected"), [(RunStatus.RUNNING, 409), (RunStatus.FINISHED, 200)]
)
def test_records_of_a_run_are_erased_after_its_end(
    invoke: Invoke, status: RunStatus, expected: int
) -> None:
    run = builders.run(status=status)
    adapters.runs().create(
        run, AuditRecord(run_id=run.run_id, at=NOON, actor=JANE, action=Action.RUN_SUBMITTED)
    )
    before = everything()
    assert erase(invoke, runId=run.run_id)[0] == expected
    assert (everything() == before) == (expected == 409)


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"runId": "run-9"}, 404, "there is no audit record of run-9"),
        ({"runId": HOLD, "sequences": [1, 2]}, 404, "has no audit record 2; its last one is 1"),
        ({"runId": "#persons"}, 400, "runId"),
        ({"runId": HOLD, "sequences": []}, 400, "sequences"),
        ({"runId": HOLD, "sequences": [0]}, 400, "sequences"),
        ({"runId": HOLD, "personId": "user:AIDAJANE"}, 400, "either runId or personId"),
        ({"personId": "user:AIDAJANE", "sequences": [1]}, 400, "needs runId"),
        ({}, 400, "either runId or personId"),
        ({"personId": ERASER_ID}, 403, "another person must erase who you are"),
    ],
)
def test_refused_request_erases_nothing(
    invoke: Invoke, body: dict[str, Any], status: int, words: str
) -> None:
    record()
    auditing.personal_data().pseudonym_of(ERASER_ID)
    before = everything()
    found, answer = erase(invoke, **body)
    assert (found, words in str(answer)) == (status, True)
    assert everything() == before


@pytest.mark.parametrize(
    "event",
    [
        {"runId": HOLD},
        {"scheduledTime": "2026-12-01T09:00:00Z", "scheduleArn": "a", "request": {"runId": HOLD}},
    ],
)
def test_machine_erases_nothing(invoke: Invoke, event: dict[str, Any]) -> None:
    record()
    before = everything()
    with pytest.raises(Exception, match="only a person may erase"):
        invoke("ErasePersonalData", event)
    assert everything() == before


def test_federated_user_erases_nothing(invoke: Invoke) -> None:
    record()
    status, _ = erase(invoke, FEDERATED, runId=HOLD)
    assert (status, personal()) == (403, [1])


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
