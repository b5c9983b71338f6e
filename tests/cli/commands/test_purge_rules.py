"""`genesys-purge purge-rules`: what is sent, and what is printed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.scripted_api import Answer, ScriptedApi

RULE = {"name": "Calls after a year", "type": "conversation"}
CREATED = {"name": RULE["name"], "ruleId": "rule-1", "status": "registered", "webhookId": "w-1"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "rule.json"
    found.write_text(json.dumps(RULE))
    return found


def test_rule_is_created_and_shown(api: ScriptedApi, call: Run, file: Path) -> None:
    api.on("POST /purge-rules", Answer(201, CREATED))
    shown = call("purge-rules", "create", str(file))
    assert shown.code == 0
    assert ["ruleId", "rule-1"] in [each.split() for each in shown.out.splitlines()]
    assert [each.body for each in api.asked] == [RULE]


def test_dry_run_of_a_rule_is_sent_as_one(api: ScriptedApi, call: Run, file: Path) -> None:
    api.on("POST /purge-rules", Answer(200, {"definition": {"days": 400}}))
    shown = call("purge-rules", "create", str(file), "--dry-run")
    assert shown.out == "definition.days  400\n"
    assert api.asked[0].body == RULE | {"dryRun": True}


def test_rule_that_failed_did_not_end_well(api: ScriptedApi, call: Run, file: Path) -> None:
    api.on("POST /purge-rules", Answer(201, CREATED | {"status": "failed", "detail": "why"}))
    assert call("purge-rules", "create", str(file), "--json").code == 1


def test_rules_are_listed_and_shown(api: ScriptedApi, call: Run) -> None:
    asked = {"requestedAt": "2026-11-21T03:00:00Z", "requestedBy": "me"}
    api.on("GET /purge-rules", Answer(body={"rules": [CREATED | asked]}))
    api.on("GET /purge-rules/rule-1", Answer(body=CREATED))
    line = call("purge-rules", "list", "--status", "registered").out.splitlines()[1]
    assert "Calls after a year" in line
    assert "2026-11-21 03:00:00" in line
    assert api.asked[0].query == {"status": "registered", "limit": "21"}
    assert call("purge-rules", "show", "rule-1", "--json").json == CREATED


def test_audit_of_a_rule_is_in_the_words_of_its_document(api: ScriptedApi, call: Run) -> None:
    at = "2026-11-21T03:00:00Z"
    record = {"timestamp": at, "action": "webhook_received", "deletedCount": 7}
    api.on("GET /purge-rules/rule-1/audit", Answer(body={"records": [record]}))
    lines = call("purge-rules", "audit", "rule-1").out.splitlines()
    assert lines[1].split() == ["2026-11-21", "03:00:00", "webhook_received", "7"]
