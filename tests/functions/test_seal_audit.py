"""SealAudit: new records are sealed; each change of a stored one is counted and recorded."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from genesys_purge.errors import TryLater, Unexpected
from genesys_purge.model.audit import Action, AuditRecord

from tests.functions.conftest import Invoke
from tests.unit.workbench import Workbench
from tests.webhook_builders import fact, stream_event

CHANGED = fact(Action.RUN_COMPLETED, run_id="run-7", sequence=12)


def recorded(bench: Workbench) -> list[AuditRecord]:
    return [each for each in bench.audit.every if each.action is Action.AUDIT_ALTERED]


@pytest.mark.parametrize("name", ["MODIFY", "REMOVE"])
def test_changed_record_is_counted_and_recorded_with_its_key(
    bench: Workbench, invoke: Invoke, name: str
) -> None:
    invoke("SealAudit", stream_event(CHANGED, name=name))
    (record,) = recorded(bench)
    assert record.alteration is not None
    assert record.alteration.to_json() == {"runId": "run-7", "sequence": 12, "event": name}
    assert (record.actor, record.sequence) == ("seal_audit", 1)
    assert bench.meter.counts == {"AuditAltered": 1}


def test_runs_with_new_records_are_sealed(bench: Workbench, invoke: Invoke) -> None:
    other = fact(Action.HOLD_PLACED, run_id="hold:case-17", sequence=1)
    invoke("SealAudit", stream_event(CHANGED, other, CHANGED))
    ended = ["run_completed", "run_completed"]
    assert bench.sealed == [{"run-7": ended, "hold:case-17": ["hold_placed"]}]
    assert (recorded(bench), bench.meter.counts) == ([], {})


def test_repeated_event_is_recorded_once_and_counted_again(
    bench: Workbench, invoke: Invoke
) -> None:
    for _ in range(2):
        invoke("SealAudit", stream_event(CHANGED, name="MODIFY"))
    assert len(recorded(bench)) == 1
    assert bench.meter.counts == {"AuditAltered": 2}


def test_two_changes_of_one_record_are_two_records(bench: Workbench, invoke: Invoke) -> None:
    invoke("SealAudit", stream_event(CHANGED, CHANGED, name="MODIFY"))
    first, second = recorded(bench)
    assert first.run_id != second.run_id
    assert first.alteration == second.alteration


def test_removed_record_of_an_alteration_is_recorded_as_well(
    bench: Workbench, invoke: Invoke
) -> None:
    invoke("SealAudit", stream_event(CHANGED, name="REMOVE"))
    (record,) = recorded(bench)
    event = stream_event(record, name="REMOVE")
    event["Records"][0]["eventID"] = "e-later"
    invoke("SealAudit", event)
    later = recorded(bench)[-1]
    assert later.alteration is not None
    assert later.alteration.run_id == record.run_id


def test_run_id_of_an_alteration_cannot_be_requested(bench: Workbench, invoke: Invoke) -> None:
    invoke("SealAudit", stream_event(CHANGED, name="MODIFY"))
    (record,) = recorded(bench)
    assert record.run_id.startswith("alteration:")
    assert "requestId" in bench.errors({"method": "data_deletion", "requestId": record.run_id})


def test_alteration_is_counted_even_if_it_cannot_be_recorded(
    bench: Workbench, invoke: Invoke
) -> None:
    with (
        patch.object(bench.audit, "record_once", side_effect=TryLater("busy")),
        pytest.raises(TryLater),
    ):
        invoke("SealAudit", stream_event(CHANGED, name="MODIFY"))
    assert bench.meter.counts == {"AuditAltered": 1}


@pytest.mark.usefixtures("bench")
def test_stream_record_without_a_key_is_not_dropped(invoke: Invoke) -> None:
    event = stream_event(CHANGED, name="REMOVE")
    del event["Records"][0]["dynamodb"]["Keys"]
    with pytest.raises(Unexpected):
        invoke("SealAudit", event)
