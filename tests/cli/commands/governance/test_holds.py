"""`genesys-purge holds`: what is sent, and what is printed."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

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
MATCHED = {"count": 2, "asOf": "2026-11-21T09:00:00Z"}
BROKEN = {"holdId": "b", "state": "unreadable", "wrong": "dateRange: must be an object"}


def test_hold_is_placed_in_the_named_stack(api: ScriptedApi, call: Run, tmp_path: Path) -> None:
    file = tmp_path / "hold.json"
    file.write_text(json.dumps({"holdId": "case-17"}))
    job = {"runId": "r-1", "batch": 2, "status": "submitted", "jobId": "job-1"}
    answer = {"holdId": "case-17", "matched": MATCHED, "inFlight": [job]}
    api.on("POST /holds", Answer(201, answer))
    shown = call("holds", "place", str(file))
    lines = shown.out.splitlines()
    assert lines[0] == "The hold case-17 is in force in the local application."
    assert lines[1] == "It matches 2 conversations that Genesys knows at 2026-11-21 09:00:00 UTC."
    assert lines[3].split() == ["r-1", "2", "submitted", "job-1"]
    assert "may delete what it covers" in shown.err
    assert api.asked[0].body == {"holdId": "case-17"}


@pytest.mark.parametrize(
    ("matched", "is_warned", "words"),
    [
        ({"count": 0}, True, "It matches 0 conversations"),
        ({"reason": "emea did not answer"}, False, "unknown at 2026-11-21 09:00:00 UTC: emea did"),
    ],
)
def test_hold_that_matches_nothing_is_warned_about(
    api: ScriptedApi,
    call: Run,
    tmp_path: Path,
    matched: dict[str, Any],
    *,
    is_warned: bool,
    words: str,
) -> None:
    file = tmp_path / "hold.json"
    file.write_text(json.dumps({"holdId": "case-17"}))
    found = {"asOf": MATCHED["asOf"]} | matched
    api.on("POST /holds", Answer(201, {"holdId": "case-17", "matched": found}))
    shown = call("holds", "place", str(file))
    assert words in shown.out
    assert ("Genesys knows no conversation that it covers" in shown.err) is is_warned


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


def test_coverage_is_asked_in_one_organisation(api: ScriptedApi, call: Run) -> None:
    api.on("GET /holds/coverage", Answer(body={"holds": []}))
    call("holds", "coverage", "c-1", "--organisation", "emea")
    assert api.asked[0].query == {"conversationId": "c-1", "organisation": "emea"}


@pytest.mark.parametrize(
    ("scope", "words"),
    [({"everything": True}, "everything in emea"), ({"conversations": 2}, "2 by id in emea")],
)
def test_list_names_the_organisations_of_a_hold(
    api: ScriptedApi, call: Run, scope: dict[str, Any], words: str
) -> None:
    given = HOLD | scope | {"organisations": ["emea"]}
    api.on("GET /holds", Answer(body={"holds": [given]}))
    assert words in " ".join(call("holds", "list").out.split())


def test_audit_of_a_hold_shows_the_person(api: ScriptedApi, call: Run) -> None:
    record = {"sequence": 1, "at": "2026-11-21T09:00:00Z", "action": "hold_placed"}
    api.on("GET /holds/case-17/audit", Answer(body={"records": [record | {"personId": "user:A"}]}))
    line = call("holds", "audit", "case-17").out.splitlines()[1]
    assert line.split() == ["1", "2026-11-21", "09:00:00", "hold_placed", "user:A"]


@pytest.mark.parametrize(
    ("record", "what"),
    [
        ({"action": "hold_placed", "hold": {"reason": "evidence"}}, "evidence"),
        ({"action": "hold_kept", "hold": {"reason": "evidence"}, "detail": "why"}, "why"),
        (
            {
                "action": "approval_given",
                "approval": {"comment": "checked"},
                "hold": {"change": {"effectiveAt": "2027-01-01T00:00:00Z"}},
            },
            "checked; the hold lasts until 2027-01-01 00:00:00 UTC",
        ),
        (
            {"action": "hold_refused_deletion", "refusal": {"runId": "q-2", "batch": 0}},
            "run q-2, batch 0",
        ),
        (
            {
                "action": "hold_refused_deletion",
                "refusal": {"runId": "q-2", "batch": 1, "records": 1_000},
            },
            "run q-2, batch 1, 1,000 records",
        ),
    ],
)
def test_audit_of_a_hold_says_what_happened(
    api: ScriptedApi, call: Run, record: dict[str, Any], what: str
) -> None:
    found = {"sequence": 1, "at": "2026-11-21T09:00:00Z"} | record
    api.on("GET /holds/case-17/audit", Answer(body={"records": [found]}))
    shown = call("holds", "audit", "case-17")
    assert shown.out.splitlines()[1].rstrip().endswith(what)
    assert "Export all fields with: genesys-purge holds audit case-17 --json" in shown.err


def test_hold_is_widened_by_what_a_file_adds(api: ScriptedApi, call: Run, tmp_path: Path) -> None:
    file = tmp_path / "more.json"
    file.write_text(json.dumps({"reason": "Another call"}))
    answer = {"holdId": "case-17", "effectiveFrom": "now", "inFlight": []}
    api.on("POST /holds/case-17/widen", Answer(200, answer), Answer(200, {"holdId": "case-17"}))
    found = [call("holds", "widen", "case-17", str(file)).out.strip() for _ in range(2)]
    assert found == [
        "The hold case-17 covers more in the local application.",
        "The hold case-17 covered all of this before in the local application.",
    ]


def test_hold_is_imported_with_the_text_of_a_csv(
    api: ScriptedApi, call: Run, tmp_path: Path
) -> None:
    file, ids = tmp_path / "hold.json", tmp_path / "ids.csv"
    file.write_text(json.dumps({"holdId": "case-17"}))
    ids.write_text("c-1\nc-2\n")
    api.on("POST /holds/import", Answer(201, {"holdId": "case-17", "matched": MATCHED}))
    assert "is in force" in call("holds", "import", str(file), str(ids)).out
    assert api.asked[0].body == {"holdId": "case-17", "csv": "c-1\nc-2\n"}


def test_import_names_a_document_that_is_no_object(
    api: ScriptedApi, call: Run, tmp_path: Path
) -> None:
    file = tmp_path / "hold.json"
    file.write_text("[]")
    assert "must be a JSON object" in call("holds", "import", str(file), str(file)).err
    assert api.asked == []


def test_review_of_a_hold_is_moved(api: ScriptedApi, call: Run) -> None:
    until = "2027-11-30T00:00:00Z"
    api.on("POST /holds/case-17/review", Answer(body={"holdId": "case-17", "reviewBy": until}))
    shown = call("holds", "review", "case-17", "--by", until, "--reason", "The claim goes on")
    assert shown.out.strip() == "The hold case-17 is reviewed by 2027-11-30 00:00:00 UTC."
    assert api.asked[0].body == {"reviewBy": until, "reason": "The claim goes on"}


ASKED = {"holdId": "case-17", "approvalId": "a-1", "expiresAt": "2026-12-08T00:00:00Z"}


def test_release_is_asked_of_another_person(api: ScriptedApi, call: Run) -> None:
    api.on("POST /holds/case-17/release-requests", Answer(body=ASKED))
    shown = call("holds", "release", "case-17", "--reason", "The claim is settled")
    assert "approvals approve a-1" in shown.err
    assert "--as approver" in shown.err
    assert "decides by 2026-12-08 00:00:00 UTC about approval a-1" in " ".join(shown.out.split())
    assert api.asked[0].body == {"reason": "The claim is settled", "coolDownDays": 30}


def test_addition_to_a_hold_is_read_from_standard_input(
    api: ScriptedApi, call: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = SimpleNamespace(buffer=io.BytesIO(b'{"reason": "Another call"}'))
    monkeypatch.setattr(sys, "stdin", given)
    api.on("POST /holds/case-17/widen", Answer(body={"holdId": "case-17"}))
    call("holds", "widen", "case-17", "-")
    assert api.asked[0].body == {"reason": "Another call"}


def test_narrower_scope_is_sent_from_a_file(api: ScriptedApi, call: Run, tmp_path: Path) -> None:
    file = tmp_path / "less.json"
    file.write_text(json.dumps({"reason": "Another person"}))
    api.on("POST /holds/case-17/narrow", Answer(body=ASKED))
    assert "approval a-1" in call("holds", "narrow", "case-17", str(file)).out
    assert api.asked[0].body == {"reason": "Another person"}


def test_hold_is_kept_by_one_person(api: ScriptedApi, call: Run) -> None:
    api.on("POST /holds/case-17/keep", Answer(body={"holdId": "case-17", "state": "active"}))
    shown = call("holds", "keep", "case-17", "--reason", "The settlement failed")
    assert shown.out.strip() == "The hold case-17 is active."


def test_hold_in_its_cool_down_is_shown_with_its_change(api: ScriptedApi, call: Run) -> None:
    change = {"kind": "release", "effectiveAt": "2027-01-01T00:00:00Z", "approvalId": "a-1"}
    releasing = {"state": "releasing", "change": change, "releasedAt": change["effectiveAt"]}
    api.on("GET /holds/case-17", Answer(body=HOLD | releasing))
    lines = [" ".join(each.split()) for each in call("holds", "show", "case-17").out.splitlines()]
    assert "change release in effect at 2027-01-01 00:00:00 UTC, approval a-1" in lines
    assert "will be released at 2027-01-01 00:00:00" in lines
