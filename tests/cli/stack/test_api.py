"""The client of the API, over HTTP with signatures, against answers of every kind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.cli.scripted_api import EXPIRED, Answer, ScriptedApi

LIST = "GET /purges"
NONE = Answer(body={"runs": []})


def test_query_of_a_call_is_part_of_its_signature(api: ScriptedApi, call: Run) -> None:
    api.on(LIST, NONE)
    done = call("runs", "list", "--from", "2026-11-01", "--method", "recording_job")
    assert done.code == 0
    assert api.asked[0].query == {
        "method": "recording_job",
        "from": "2026-11-01T00:00:00Z",
        "limit": "21",
    }


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_read_is_repeated_after_an_answer_that_may_pass(
    api: ScriptedApi, call: Run, status: int
) -> None:
    api.on(LIST, Answer(status), NONE)
    assert call("runs", "list", "--json").json == {"runs": []}
    assert len(api.calls(LIST)) == 2


def test_read_without_an_answer_is_repeated(api: ScriptedApi, call: Run) -> None:
    api.on(LIST, Answer(None), NONE)
    assert call("runs", "list").code == 0


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(429, {"message": "Too Many Requests"}), "the API is busy (429)"),
        (Answer(500, {"errors": [{"path": "", "message": "an error"}], "requestId": "r-1"}), "r-1"),
        (Answer(200, b"<html>"), "200 and no JSON; is http://127.0.0.1"),
        (Answer(200, b"[]"), "no JSON"),
        (Answer(502, b""), "502 and no JSON"),
        (Answer(None), "is `genesys-purge local up` still running?"),
    ],
)
def test_useless_answer_is_no_access_and_says_what_to_do(
    api: ScriptedApi, call: Run, answer: Answer, words: str
) -> None:
    api.on(LIST, answer)
    done = call("runs", "list")
    assert (done.code, done.out) == (3, "")
    assert done.err.splitlines()[-1].startswith("error: ")
    assert words in done.err


@pytest.mark.parametrize("token", [None, "same"])
def test_list_without_an_end_is_not_read_for_ever(
    api: ScriptedApi, call: Run, token: str | None
) -> None:
    api.on(LIST, Answer(body={"runs": [], "next": token}))
    assert call("runs", "list").code == (3 if token else 0)
    assert len(api.calls(LIST)) <= 2


@pytest.mark.parametrize("body", [{}, {"runs": None}, {"runs": [1]}, {"runs": [{}]}])
def test_answer_of_another_shape_is_no_access(
    api: ScriptedApi, call: Run, body: dict[str, Any]
) -> None:
    api.on(LIST, Answer(body=body))
    shown = call("runs", "list")
    assert (shown.code, "the API answered with" in shown.err) == (3, True)


def test_missing_right_names_the_caller_and_the_policy(api: ScriptedApi, call: Run) -> None:
    api.on("GET /purges/r-1", Answer(403, {"message": "Forbidden"}))
    done = call("runs", "show", "r-1")
    assert done.code == 3
    assert "arn:aws:iam::123456789012:user/records may not call GET /purges/r-1" in done.err
    assert "the policy AuditorAccess of the stack" in done.err
    assert "the output AuditorAccessPolicyArn" in done.err


def test_requester_without_the_right_to_decide_is_sent_to_another_person(
    api: ScriptedApi, call: Run
) -> None:
    api.on("POST /approvals/run-r-1/decisions", Answer(403, {"message": "Forbidden"}))
    done = call("approvals", "approve", "run-r-1", "--hash", "ab")
    assert done.code == 3
    assert "another person decides, who has the policy ApproverAccess" in done.err
    assert "ask an administrator" not in done.err


def test_missing_right_to_withdraw_names_each_policy_that_gives_it(
    api: ScriptedApi, call: Run
) -> None:
    api.on("POST /approvals/run-r-1/withdraw", Answer(403, {"message": "Forbidden"}))
    names = "RequesterAccess or ApproverAccess or HoldsAccess or OperatorAccess"
    assert names in call("approvals", "withdraw", "run-r-1").err


def test_session_that_is_over_is_named_instead_of_a_right(api: ScriptedApi, call: Run) -> None:
    api.identity = EXPIRED
    api.on(LIST, Answer(403, {"message": "Forbidden"}))
    done = call("runs", "list")
    assert done.code == 3
    assert "your AWS session has expired" in done.err


def test_wrong_fields_of_a_request_are_listed(api: ScriptedApi, call: Run, tmp_path: Path) -> None:
    errors = [{"path": "reason", "message": "is too short"}, {"path": "", "message": "is old"}]
    api.on("POST /purges", Answer(400, {"errors": errors}))
    file = tmp_path / "request.json"
    file.write_text("{}")
    done = call("run", str(file))
    assert (done.code, done.err) == (2, "error: reason: is too short\nerror: is old\n")
    as_json = call("run", str(file), "--json")
    assert json.loads(as_json.err) == {"errors": ["reason: is too short", "is old"]}


def test_unknown_run_is_wrong_input(call: Run) -> None:
    done = call("runs", "show", "none")
    assert (done.code, done.err) == (2, "error: runId: is unknown\n")


@pytest.mark.parametrize(("status", "attempts"), [(429, 2), (503, 1), (500, 1), (504, 1)])
def test_write_is_repeated_only_if_it_was_not_executed(
    api: ScriptedApi, call: Run, tmp_path: Path, status: int, attempts: int
) -> None:
    accepted = Answer(202, {"runId": "r-1", "status": "submitted"})
    api.on("POST /purges", Answer(status), accepted)
    file = tmp_path / "request.json"
    file.write_text("{}")
    assert call("run", str(file)).code == (0 if attempts == 2 else 3)
    assert len(api.calls("POST /purges")) == attempts


def test_lost_answer_to_a_write_says_how_to_find_out(
    api: ScriptedApi, call: Run, tmp_path: Path
) -> None:
    api.on("POST /purges", Answer(None))
    file = tmp_path / "request.json"
    file.write_text("{}")
    done = call("run", str(file))
    assert (done.code, len(api.calls("POST /purges"))) == (3, 1)
    assert "its run goes on: genesys-purge runs list --stack-file" in done.err


def test_conflict_did_not_end_well(api: ScriptedApi, call: Run, tmp_path: Path) -> None:
    errors = [{"path": "campaignId", "message": "another deployment is in progress"}]
    api.on("POST /campaign-rules", Answer(409, {"errors": errors}))
    file = tmp_path / "rules.json"
    file.write_text('{"campaignId": "c"}')
    done = call("rules", "deploy", str(file))
    assert (done.code, done.err) == (1, "error: campaignId: another deployment is in progress\n")
