"""`genesys-purge holds`: what is sent, and what is printed."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Run
from tests.cli.scripted_api import Answer, ScriptedApi

HOLD = {
    "holdId": "case-17",
    "state": "active",
    "matter": {"id": "17/2026", "title": "Smith", "kind": "litigation"},
    "owner": "legal",
    "reason": "evidence",
    "reviewBy": "2027-05-31T00:00:00Z",
    "placedAt": "2026-11-21T09:00:00Z",
    "placedBy": "arn:user/legal",
}
BROKEN = {"holdId": "b", "state": "unreadable", "wrong": "dateRange: must be an object"}


def test_hold_is_placed_in_the_named_stack(api: ScriptedApi, call: Run, tmp_path: Path) -> None:
    file = tmp_path / "hold.json"
    file.write_text(json.dumps({"holdId": "case-17"}))
    job = {"runId": "r-1", "batch": 2, "status": "submitted", "jobId": "job-1"}
    answer = {"holdId": "case-17", "effectiveFrom": "now", "inFlight": [job]}
    api.on("POST /holds", Answer(201, answer))
    shown = call("holds", "place", str(file))
    lines = shown.out.splitlines()
    assert lines[0] == "The hold case-17 is in force in the local application."
    assert lines[2].split() == ["r-1", "2", "submitted", "job-1"]
    assert "may delete what it covers" in shown.err
    assert api.asked[0].body == {"holdId": "case-17"}


def test_holds_are_listed_with_their_matter_and_state(api: ScriptedApi, call: Run) -> None:
    api.on("GET /holds", Answer(body={"holds": [HOLD | {"conversations": 2}, BROKEN]}))
    lines = [" ".join(each.split()) for each in call("holds", "list").out.splitlines()]
    assert lines[1:] == [
        "case-17 active 17/2026 legal 2 by id 2027-05-31 00:00:00 evidence",
        "b unreadable dateRange: must be an object",
    ]


def test_hold_is_shown_with_its_conversations(api: ScriptedApi, call: Run) -> None:
    api.on("GET /holds/case-17", Answer(body=HOLD | {"conversationIds": ["c-1", "c-2"]}))
    lines = [" ".join(each.split()) for each in call("holds", "show", "case-17").out.splitlines()]
    assert "matter 17/2026 Smith litigation" in lines
    assert lines[-2:] == ["conversation c-1", "conversation c-2"]


def test_coverage_says_which_hold_is_certain(api: ScriptedApi, call: Run) -> None:
    sure = HOLD | {"certain": True, "why": "it names the conversation"}
    unsure = {"certain": False, "why": "legal hold b is not valid"}
    holds = {"held": True, "mayBeHeld": True, "holds": [sure, unsure]}
    api.on("GET /holds/coverage", Answer(body=holds))
    lines = [" ".join(each.split()) for each in call("holds", "coverage", "c-1").out.splitlines()]
    assert lines[1].startswith("case-17 yes 17/2026 legal it names the conversation")
    assert lines[2] == "maybe legal hold b is not valid"
    assert api.asked[0].query == {"conversationId": "c-1"}


def test_audit_of_a_hold_shows_the_person(api: ScriptedApi, call: Run) -> None:
    record = {"sequence": 1, "at": "2026-11-21T09:00:00Z", "action": "hold_placed"}
    api.on("GET /holds/case-17/audit", Answer(body={"records": [record | {"personId": "user:A"}]}))
    line = call("holds", "audit", "case-17").out.splitlines()[1]
    assert line.split() == ["1", "2026-11-21", "09:00:00", "hold_placed", "user:A"]
