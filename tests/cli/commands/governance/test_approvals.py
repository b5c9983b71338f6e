"""`genesys-purge approvals` against a scripted API."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Run
from tests.cli.scripted_api import Answer, ScriptedApi

HASH = "ab" * 32
APPROVAL = {
    "approvalId": "run-r-1",
    "kind": "run",
    "subject": "r-1",
    "state": "pending",
    "requestedBy": "arn:ann",
    "requestedAt": "2026-11-21T12:00:00Z",
    "expiresAt": "2026-11-28T12:00:00Z",
    "needed": 1,
    "subjectHash": HASH,
}


def test_approvals_are_listed_by_state(api: ScriptedApi, call: Run) -> None:
    api.on("GET /approvals", Answer(body={"approvals": [APPROVAL]}))
    line = call("approvals", "list", "--state", "pending").out.splitlines()[1]
    assert line.split()[:5] == ["run-r-1", "pending", "run", "r-1", "arn:ann"]
    assert api.asked[0].query["state"] == "pending"


def test_approval_is_shown_with_its_summary_and_decisions(api: ScriptedApi, call: Run) -> None:
    decided = {"decision": "approve", "at": "2026-11-21T13:00:00Z", "actor": "arn:bob"}
    more = {"summary": {"targeted": 3000}, "decisions": [decided | {"comment": "checked"}]}
    api.on("GET /approvals/run-r-1", Answer(body=APPROVAL | more))
    shown = call("approvals", "show", "run-r-1").out
    lines = [" ".join(each.split()) for each in shown.splitlines()]
    assert "targeted 3000" in lines
    assert "approve 2026-11-21 13:00:00 UTC by arn:bob: checked" in lines


def test_document_of_a_change_is_shown_as_json(api: ScriptedApi, call: Run) -> None:
    more = {"summary": {"document": {"rules": []}, "weakens": ["rule 'a' is removed"]}}
    api.on("GET /approvals/run-r-1", Answer(body=APPROVAL | more))
    shown = call("approvals", "show", "run-r-1").out
    lines = [" ".join(each.split()) for each in shown.splitlines()]
    assert 'document {"rules": []}' in lines
    assert "weakens rule 'a' is removed" in lines


def test_request_and_retention_are_shown_line_by_line(api: ScriptedApi, call: Run) -> None:
    retention = {"minimumDays": 400, "overridden": False}
    summary = {"request": {"dateRange": {"start": "2024"}, "tags": []}, "retention": retention}
    api.on("GET /approvals/run-r-1", Answer(body=APPROVAL | {"summary": summary}))
    lines = [
        " ".join(each.split()) for each in call("approvals", "show", "run-r-1").out.splitlines()
    ]
    assert lines[-5:-1] == [
        "request.dateRange.start 2024",
        "request.tags none",
        "retention.minimumDays 400",
        "retention.overridden no",
    ]


@pytest.mark.parametrize(
    ("version", "words"),
    [
        (0, "1 other person, by the rule 'large' of the shipped approval rules"),
        (3, "1 other person, by the rule 'large' of version 3 of the approval rules"),
    ],
)
def test_approval_names_its_rule_and_version(
    api: ScriptedApi, call: Run, version: int, words: str
) -> None:
    rule = {"rule": "large", "ruleVersion": version}
    api.on("GET /approvals/run-r-1", Answer(body=APPROVAL | rule))
    assert words in call("approvals", "show", "run-r-1").out


CONSUMED = Answer(201, {"approvalId": "run-r-1", "state": "consumed", "missing": 0})
RELEASE = APPROVAL | {"kind": "hold_release", "subject": "hold:case-17"}


def test_approved_release_says_until_when_the_hold_lasts(api: ScriptedApi, call: Run) -> None:
    api.on("POST /approvals/run-r-1/decisions", CONSUMED)
    api.on("GET /approvals/run-r-1", Answer(body=RELEASE))
    change = {"change": {"effectiveAt": "2027-01-01T00:00:00Z"}}
    api.on("GET /holds/case-17", Answer(body=change))
    err = call("approvals", "approve", "run-r-1", "--hash", HASH).err
    assert "covers what it covers now until 2027-01-01 00:00:00 UTC" in err
    assert "genesys-purge holds keep case-17 --reason REASON" in err


def test_decision_is_made_if_its_hold_cannot_be_read(api: ScriptedApi, call: Run) -> None:
    api.on("POST /approvals/run-r-1/decisions", CONSUMED)
    api.on("GET /approvals/run-r-1", Answer(body=RELEASE))
    api.on("GET /holds/case-17", Answer(403, {"message": "Forbidden"}))
    shown = call("approvals", "approve", "run-r-1", "--hash", HASH)
    assert (shown.code, shown.out) == (0, "The approval is consumed.\n")


def test_first_conversations_that_are_let_go_are_shown(api: ScriptedApi, call: Run) -> None:
    ids = [f"c-{number:02}" for number in range(25)]
    api.on("GET /approvals/run-r-1", Answer(body=APPROVAL | {"summary": summary_of(ids)}))
    shown = call("approvals", "show", "run-r-1").out
    assert "c-19" in shown
    assert "c-20" not in shown
    assert "and 5 more; `approvals show --json` has all" in shown
    whole = json.loads(call("approvals", "show", "run-r-1", "--json").out)
    assert whole["summary"] == summary_of(ids)


def test_other_lists_of_a_summary_are_shown_whole(api: ScriptedApi, call: Run) -> None:
    weakens = [f"rule {number:02} is removed" for number in range(50)]
    api.on("GET /approvals/run-r-1", Answer(body=APPROVAL | {"summary": {"weakens": weakens}}))
    assert "rule 49 is removed" in call("approvals", "show", "run-r-1").out


def summary_of(ids: list[str]) -> dict[str, object]:
    return {"letGo": len(ids), "letGoConversationIds": ids}


def test_decision_names_the_hash_that_was_shown(api: ScriptedApi, call: Run) -> None:
    answer = {"approvalId": "run-r-1", "state": "pending", "missing": 1}
    api.on("POST /approvals/run-r-1/decisions", Answer(201, answer))
    shown = call("approvals", "approve", "run-r-1", "--hash", HASH, "--comment", "checked")
    assert shown.out == "The approval is pending; 1 more must approve.\n"
    expected = {"decision": "approve", "subjectHash": HASH, "comment": "checked"}
    assert api.asked[0].body == expected


def test_decision_without_a_hash_or_a_terminal_is_not_sent(api: ScriptedApi, call: Run) -> None:
    api.on("GET /approvals/run-r-1", Answer(body=APPROVAL))
    shown = call("approvals", "reject", "run-r-1")
    assert (shown.code, len(api.asked)) == (2, 1)
    assert "--hash is missing" in shown.err


def test_withdrawal_is_sent(api: ScriptedApi, call: Run) -> None:
    answer = {"approvalId": "run-r-1", "state": "withdrawn"}
    api.on("POST /approvals/run-r-1/withdraw", Answer(body=answer))
    assert call("approvals", "withdraw", "run-r-1").out == "The approval is withdrawn.\n"
    assert api.asked[0].body == {}
