"""What `runs` and `trace` say about a run that waits, and about records that are not deleted."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.cli.runs import batch, done, finished, running
from tests.cli.scripted_api import Answer, ScriptedApi

RUN, RECORDS = "GET /purges/q-2", "GET /purges/q-2/records"
AWAITING = running(batch(0), status="awaiting_approval", approvalId="run-q-2")
COVERAGE = "Which hold covers a conversation: genesys-purge holds coverage"
FAILED = "Why a batch failed: genesys-purge runs show q-2"


def test_run_that_waits_names_its_approval_and_the_next_command(
    api: ScriptedApi, call: Run
) -> None:
    api.on(RUN, Answer(body=AWAITING))
    shown = call("runs", "show", "q-2")
    assert "approval   run-q-2" in shown.out
    assert "Another person decides about the approval run-q-2: genesys-purge" in shown.err
    assert "approvals approve run-q-2" in shown.err
    assert "--as approver" in shown.err


def test_watched_run_names_the_next_command_once(
    api: ScriptedApi, call: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.commands.watching.LOCALLY", 0)
    changed = AWAITING | {"batches": []}
    api.on(RUN, Answer(body=AWAITING), Answer(body=changed), Answer(body=finished(done(0))))
    assert call("runs", "watch", "q-2").err.count("Another person decides") == 1


@pytest.mark.parametrize(
    ("record", "hints"),
    [
        ({"outcome": "skipped", "reason": "legal_hold"}, [COVERAGE]),
        ({"outcome": "protected"}, [COVERAGE]),
        ({"outcome": "failed"}, [FAILED]),
        ({"outcome": "skipped", "reason": "too_young"}, []),
        ({"outcome": "deleted"}, []),
    ],
)
def test_records_say_how_to_find_the_hold_or_the_fault(
    api: ScriptedApi, call: Run, record: dict[str, Any], hints: list[str]
) -> None:
    api.on(RECORDS, Answer(body={"records": [{"conversationId": "c-1"} | record]}))
    err = call("runs", "records", "q-2").err
    assert [each for each in (COVERAGE, FAILED) if each in err] == hints


def test_trace_of_a_held_conversation_says_how_to_find_its_hold(
    api: ScriptedApi, call: Run
) -> None:
    run = {"runId": "q-2", "method": "recording_job", "submittedAt": "2026-11-21T03:00:00Z"}
    kept = {"conversationId": "c-1", "outcome": "skipped", "reason": "legal_hold"}
    api.on("GET /purges", Answer(body={"runs": [run]}))
    api.on(RECORDS, Answer(body={"records": [kept]}))
    assert f"{COVERAGE} c-1" in call("trace", "c-1").err


def test_audit_names_the_approval_that_a_planned_run_waits_for(api: ScriptedApi, call: Run) -> None:
    record = {"sequence": 2, "at": "2026-11-21T03:00:00Z", "action": "run_planned"}
    record |= {"approval": {"approvalId": "run-q-2"}}
    api.on("GET /purges/q-2/audit", Answer(body={"records": [record]}))
    assert "waits for approval run-q-2" in call("runs", "audit", "q-2").out
