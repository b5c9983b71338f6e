"""Cancellations in DynamoDB: one for each run, and none for a run that has ended."""

from __future__ import annotations

import pytest
from genesys_purge.errors import LostRace
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.cancellation import RunCancellation
from genesys_purge.model.run import Outcome, Totals, finished
from genesys_purge.store.cancellations import DynamoCancellations
from genesys_purge.store.ledger import Ledger
from genesys_purge.store.runs import DynamoRuns

from tests import builders
from tests.clock import NOON
from tests.mocked_aws import client, pause, plans

pytestmark = pytest.mark.usefixtures("aws")
ASKED = RunCancellation(
    run_id="run-1",
    reason="the wrong queue",
    requested_at=NOON,
    requested_by="operator",
    requested_by_person="user:AIDA",
)
ENDED = finished(builders.run(), Outcome.FAILED, Totals(skipped={}), NOON, None)


def record(action: Action) -> AuditRecord:
    return AuditRecord(run_id="run-1", at=NOON, actor="tests", action=action)


def ledger() -> Ledger:
    return Ledger(client("dynamodb"), "AuditTable", "PersonalTable", sleep=pause)


def stored_run() -> DynamoRuns:
    runs = DynamoRuns(client("dynamodb"), "RunsTable", ledger(), plans())
    runs.create(builders.run(), record(Action.RUN_SUBMITTED))
    return runs


def adapter() -> DynamoCancellations:
    return DynamoCancellations(client("dynamodb"), "RunsTable", ledger())


def put(asked: RunCancellation = ASKED) -> None:
    adapter().put(asked, record(Action.RUN_CANCEL_REQUESTED))


def actions() -> list[str]:
    return [each.action for each in ledger().page("run-1", 1, 10).records]


def test_cancellation_is_read_as_it_was_stored() -> None:
    stored_run()
    assert adapter().of("run-1") is None
    put()
    assert adapter().of("run-1") == ASKED
    assert actions() == ["run_submitted", "run_cancel_requested"]


def test_second_cancellation_changes_nothing() -> None:
    stored_run()
    put()
    with pytest.raises(LostRace):
        put(ASKED.model_copy(update={"reason": "another reason"}))
    assert adapter().of("run-1") == ASKED
    assert actions() == ["run_submitted", "run_cancel_requested"]


def test_ended_or_unknown_run_is_not_cancelled() -> None:
    with pytest.raises(LostRace):
        put()
    stored_run().finish(ENDED, record(Action.RUN_FAILED))
    with pytest.raises(LostRace):
        put()
    assert adapter().of("run-1") is None


def test_run_ends_only_with_regard_to_its_cancellation() -> None:
    runs = stored_run()
    put()
    with pytest.raises(LostRace):
        runs.finish(ENDED, record(Action.RUN_FAILED))
    known = ENDED.model_copy(update={"cancellation": ASKED, "outcome": Outcome.CANCELLED})
    runs.finish(known, record(Action.RUN_CANCELLED))
    assert runs.get("run-1").cancellation == ASKED
