"""`genesys-purge settings`: what is sent, and what is printed."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from tests.cli.conftest import Person, Run
from tests.cli.scripted_api import Answer, ScriptedApi

NAME = "retention-matrix"
ROUTE = f"/settings/{NAME}"
DOCUMENT = {"rules": [{"name": "a", "minimumDays": 30, "basis": "b"}]}
STORED = {
    "name": NAME,
    "version": 2,
    "origin": "stored",
    "source": "api",
    "reason": "Policy 12",
    "changedAt": "2026-11-21T09:00:00Z",
    "changedBy": "arn:user/records",
}
INHERITED = {"name": "organisations", "version": 0, "origin": "the parameter /s/organisations"}
CHANGE = {"path": "rules.a.minimumDays", "before": "400", "after": "30"}
COMPARED = {"name": NAME, "version": 2, "changes": [CHANGE], "weakens": ["rule 'a' is shorter"]}
REASON = ("--reason", "Policy 12 asks for it")


@pytest.fixture
def file(tmp_path: Path) -> str:
    found = tmp_path / "matrix.json"
    found.write_text(json.dumps(DOCUMENT))
    return str(found)


def lines(text: str) -> list[str]:
    return [" ".join(each.split()) for each in text.splitlines()]


def sent(api: ScriptedApi) -> list[Any]:
    return [each.body for each in api.calls(f"PUT {ROUTE}")]


def test_settings_are_listed_with_their_origin(api: ScriptedApi, call: Run) -> None:
    api.on("GET /settings", Answer(body={"settings": [STORED, INHERITED]}))
    assert lines(call("settings", "list").out)[1:] == [
        f"{NAME} 2 stored 2026-11-21 09:00:00 arn:user/records Policy 12",
        "organisations the parameter /s/organisations",
    ]


def test_parameter_without_effect_is_reported(api: ScriptedApi, call: Run) -> None:
    ignored = {"ignored": "the parameter /s/retention-matrix"}
    api.on("GET /settings", Answer(body={"settings": [STORED | ignored]}))
    err = call("settings", "list").err
    assert f"{NAME} is stored: the parameter /s/retention-matrix has no effect." in err


def test_setting_is_shown_with_its_document(api: ScriptedApi, call: Run) -> None:
    api.on(f"GET {ROUTE}", Answer(body=STORED | {"document": DOCUMENT}))
    shown = call("settings", "show", NAME, "--version", "1").out
    assert "changed 2026-11-21 09:00:00 UTC by arn:user/records" in lines(shown)
    assert json.loads(shown[shown.index("{") :]) == DOCUMENT
    assert api.asked[0].query == {"version": "1"}


def test_document_is_written_into_a_new_file(api: ScriptedApi, call: Run, tmp_path: Path) -> None:
    api.on(f"GET {ROUTE}", Answer(body=STORED | {"document": DOCUMENT}))
    out = tmp_path / "new.json"
    assert call("settings", "show", NAME, "--out", str(out)).code == 0
    assert json.loads(out.read_text()) == DOCUMENT
    again = call("settings", "show", NAME, "--out", str(out))
    assert (again.code, "File exists" in again.err) == (2, True)


def test_put_shows_changes_asks_and_sends_the_version(
    api: ScriptedApi, call: Run, file: str
) -> None:
    api.on(f"GET {ROUTE}", Answer(body=STORED))
    api.on(f"PUT {ROUTE}", Answer(body=COMPARED), Answer(body=COMPARED | {"version": 3}))
    with patch.object(sys, "stdin", Person("y\n")):
        done = call("settings", "put", NAME, file, *REASON)
    body = {"document": DOCUMENT, "reason": REASON[1], "expectedVersion": 2}
    assert sent(api) == [body | {"dryRun": True}, body]
    assert lines(done.out) == [
        "changed before after",
        "rules.a.minimumDays 400 30",
        f"Version 3 of {NAME} is in force in the local application.",
    ]
    assert "weaker: rule 'a' is shorter" in done.err


def test_put_stores_nothing_after_a_no(api: ScriptedApi, call: Run, file: str) -> None:
    api.on(f"GET {ROUTE}", Answer(body=STORED))
    api.on(f"PUT {ROUTE}", Answer(body=COMPARED))
    with patch.object(sys, "stdin", Person("n\n")):
        assert call("settings", "put", NAME, file, *REASON).code == 1
    assert [each["dryRun"] for each in sent(api)] == [True]


def test_put_of_a_script_sends_one_request(api: ScriptedApi, call: Run, file: str) -> None:
    api.on(f"PUT {ROUTE}", Answer(body=COMPARED | {"imported": 1}))
    done = call("settings", "put", NAME, file, *REASON, "--expected-version", "0", "--yes")
    assert (done.code, len(sent(api)), len(api.asked)) == (0, 1, 1)
    assert done.out.endswith("The value of before is version 1.\n")
    assert "weaker: rule 'a' is shorter" in done.err


def test_dry_run_only_compares(api: ScriptedApi, call: Run, file: str) -> None:
    api.on(f"GET {ROUTE}", Answer(body=STORED))
    api.on(f"PUT {ROUTE}", Answer(body=COMPARED))
    done = call("settings", "put", NAME, file, *REASON, "--dry-run", "--json")
    assert (done.json, [each["dryRun"] for each in sent(api)]) == (COMPARED, [True])
    assert "Nothing was stored." in call("settings", "put", NAME, file, *REASON, "--dry-run").err


def test_conflict_names_the_stored_version(api: ScriptedApi, call: Run, file: str) -> None:
    wrong = {"path": "request", "message": "version 3 of retention-matrix is stored"}
    api.on(f"PUT {ROUTE}", Answer(409, {"errors": [wrong], "requestId": "r"}))
    done = call("settings", "put", NAME, file, *REASON, "--expected-version", "2", "--yes")
    assert (done.code, wrong["message"] in done.err) == (1, True)


def test_refused_machine_is_told_why(api: ScriptedApi, call: Run) -> None:
    wrong = {"path": "request", "message": "only a person may change a setting"}
    api.on(f"PUT {ROUTE}", Answer(403, {"errors": [wrong], "requestId": "r"}))
    done = call("settings", "import", NAME, *REASON)
    assert (done.code, wrong["message"] in done.err) == (3, True)


def test_import_sends_no_document(api: ScriptedApi, call: Run) -> None:
    answer = {"name": NAME, "version": 1, "imported": 1, "changes": [], "weakens": []}
    api.on(f"PUT {ROUTE}", Answer(body=answer))
    done = call("settings", "import", NAME, *REASON)
    assert sent(api) == [{"fromParameter": True, "reason": REASON[1]}]
    assert done.out == f"Version 1 of {NAME} is in force in the local application.\n"


def test_put_of_weaker_approval_rules_names_the_approval(
    api: ScriptedApi, call: Run, file: str
) -> None:
    asked = COMPARED | {"approvalId": "approval-rules-1", "missing": 1}
    api.on(f"GET {ROUTE}", Answer(body=STORED))
    api.on(f"PUT {ROUTE}", Answer(body=COMPARED | {"needed": 1}), Answer(202, asked))
    with patch.object(sys, "stdin", Person("y\n")):
        done = call("settings", "put", NAME, file, *REASON)
    assert "Ask 1 other person(s) in the local application to approve this?" in done.out + done.err
    assert "Nothing is stored yet" in done.out
    assert "approvals approve approval-rules-1" in done.out


def test_audit_shows_decisions_that_store_nothing(api: ScriptedApi, call: Run) -> None:
    record = {"sequence": 1, "at": "2026-11-21T09:00:00Z", "action": "approval_rejected"}
    records = [record | {"personId": "user:A", "approval": {"comment": "too weak"}}]
    api.on(f"GET {ROUTE}/audit", Answer(body={"records": records}))
    shown = lines(call("settings", "audit", NAME).out)
    assert shown[1:] == ["1 2026-11-21 09:00:00 approval_rejected user:A too weak"]


def test_audit_shows_person_and_weakening(api: ScriptedApi, call: Run) -> None:
    facts = {"name": NAME, "version": 2, "reason": "why", "changed": 1, "weakened": 1}
    record = {"sequence": 1, "at": "2026-11-21T09:00:00Z", "action": "setting_changed"}
    records = [record | {"personId": "user:A", "setting": facts}]
    api.on(f"GET {ROUTE}/audit", Answer(body={"records": records}))
    assert lines(call("settings", "audit", NAME).out)[1:] == [
        "1 2026-11-21 09:00:00 setting_changed 2 1 1 user:A why"
    ]


def test_audit_shows_the_first_changed_paths(api: ScriptedApi, call: Run) -> None:
    added = {"path": "", "after": "{}"}
    facts = {"version": 2, "changed": 12, "changes": [CHANGE, added, *[CHANGE] * 9]}
    record = {"sequence": 1, "at": "2026-11-21T09:00:00Z", "action": "setting_changed"}
    api.on(f"GET {ROUTE}/audit", Answer(body={"records": [record | {"setting": facts}]}))
    shown = call("settings", "audit", NAME)
    first, second, *others, last = lines(shown.out)[2:]
    assert (first, second) == ("rules.a.minimumDays: 400 -> 30", "the document: - -> {}")
    assert (len(others), last) == (8, "and 2 more")
    assert f"genesys-purge settings audit {NAME} --json" in shown.err


def test_audit_without_a_record_offers_no_export(api: ScriptedApi, call: Run) -> None:
    api.on(f"GET {ROUTE}/audit", Answer(body={"records": []}))
    assert call("settings", "audit", NAME).err == ""


def test_unknown_setting_is_refused_before_any_call(api: ScriptedApi, call: Run) -> None:
    assert call("settings", "show", "matrix").code == 2
    assert api.asked == []
