"""What ErasePersonalData refuses; nothing is erased or recorded then."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.run import RunStatus
from genesys_purge.wiring import adapters, auditing

from tests import builders
from tests.clock import NOON
from tests.functions.conftest import Invoke
from tests.functions.erasing import (
    ERASER,
    ERASER_ID,
    FEDERATED,
    HOLD,
    JANE,
    SESSION,
    erase,
    everything,
    personal,
    record,
)

pytestmark = pytest.mark.usefixtures("deployed")

OWN_REQUEST = builders.run().facts.model_copy(update={"submitted_by": ERASER})


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
