"""`genesys-purge stop`, `resume` and `stops`: stops of deletion, and the purging switch."""

from __future__ import annotations

import io
import sys
from contextlib import suppress
from typing import Any

import boto3
import pytest
import typer
from moto import mock_aws

from cli.commands.governance import stops
from cli.errors import WrongInput
from cli.invocation import Invocation
from cli.output import Output
from cli.stack.choice import Choice
from cli.stack.stack import Stack
from tests.cli.conftest import Person, Run
from tests.cli.scripted_api import Answer, ScriptedApi


def invocation(name: str | None = "purge-prod") -> Invocation:
    call = Invocation(Choice(stack=name), Output(quiet=True))
    session = boto3.Session(region_name="us-east-1")
    call.stack = Stack("https://api", "us-east-1", session, name)
    return call


def value() -> str:
    found = boto3.client("ssm", region_name="us-east-1").get_parameter(Name="/purge-prod/purging")
    return str(found["Parameter"]["Value"])


@mock_aws
def test_stop_and_resume_set_the_switch_of_the_stack() -> None:
    assert stops.stop(invocation(), switch=True) == 0
    assert value() == "off"
    assert stops.resume(invocation(), switch=True, yes=True) == 0
    assert value() == "on"


@mock_aws
@pytest.mark.parametrize(("answer", "after"), [("n", "off"), ("y", "on")])
def test_resume_asks_first(monkeypatch: pytest.MonkeyPatch, answer: str, after: str) -> None:
    stops.stop(invocation(), switch=True)
    monkeypatch.setattr(sys, "stdin", Person(f"{answer}\n"))
    with suppress(typer.Abort):
        stops.resume(invocation(), switch=True)
    assert value() == after


@mock_aws
def test_resume_that_cannot_ask_needs_a_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    stops.stop(invocation(), switch=True)
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    with pytest.raises(WrongInput, match="--yes is missing"):
        stops.resume(invocation(), switch=True)
    assert value() == "off"


def test_switch_needs_the_name_of_the_stack() -> None:
    with pytest.raises(WrongInput, match="use --stack NAME"):
        stops.stop(invocation(None), switch=True)


PLACED: dict[str, Any] = {"stopId": "organisation:emea", "inFlight": []}
EMEA = ("--scope", "organisation", "--name", "emea", "--reason", "The wrong queue")


def sent(api: ScriptedApi) -> list[Any]:
    return [asked.body for asked in api.asked if asked.verb == "POST"]


def test_stop_sends_its_scope_and_reason(api: ScriptedApi, call: Run) -> None:
    job = {"runId": "q-2", "batch": 0, "status": "submitted", "jobId": "job-1"}
    api.on("POST /stop", Answer(201, PLACED | {"inFlight": [job]}))
    shown = call("stop", *EMEA)
    first, *rest = shown.out.splitlines()
    words = "Deletion is stopped in the local application: organisation:emea."
    assert (shown.code, first, rest[-1].split()[0]) == (0, words, "q-2")
    given = {"scope": "organisation", "name": "emea", "reason": "The wrong queue"}
    assert sent(api) == [given]


def test_stop_whose_jobs_are_unknown_is_in_force(api: ScriptedApi, call: Run) -> None:
    answer = {"stopId": "all", "inFlightUnknown": "the setting organisations is not valid"}
    api.on("POST /stop", Answer(201, answer))
    shown = call("stop", "--reason", "An incident")
    assert (shown.code, "Deletion is stopped" in shown.out) == (0, True)
    assert "could not be listed: the setting organisations is not valid" in shown.err


@pytest.mark.parametrize(
    ("words", "hint"),
    [(EMEA, "resume --scope organisation --name emea --reason"), ((*EMEA[4:],), "resume --reason")],
)
def test_stop_says_how_to_ask_for_the_end_of_exactly_this_stop(
    api: ScriptedApi, call: Run, words: tuple[str, ...], hint: str
) -> None:
    api.on("POST /stop", Answer(201, PLACED))
    assert f"genesys-purge {hint} REASON" in call("stop", *words).err


def test_stop_without_a_scope_stops_everything(api: ScriptedApi, call: Run) -> None:
    api.on("POST /stop", Answer(201, PLACED))
    call("stop", "--reason", "An incident")
    assert sent(api) == [{"scope": "all", "reason": "An incident"}]


@pytest.mark.parametrize("verb", ["stop", "resume"])
def test_stop_and_resume_need_a_reason(api: ScriptedApi, call: Run, verb: str) -> None:
    shown = call(verb)
    assert (shown.code, api.asked, "--reason is missing" in shown.err) == (2, [], True)


def test_resume_says_who_must_approve(api: ScriptedApi, call: Run) -> None:
    answer = {"stopId": "organisation:emea", "approvalId": "a1", "missing": 1}
    api.on("POST /resume", Answer(202, answer))
    shown = call("resume", *EMEA)
    assert shown.code == 0
    assert "until another person approves: a1" in shown.out
    assert "approvals approve a1" in shown.err
    assert "--as approver" in shown.err
    assert sent(api)[0]["scope"] == "organisation"


def test_stops_are_listed_with_every_reason(api: ScriptedApi, call: Run) -> None:
    stop: dict[str, Any] = {
        "stopId": "all",
        "stoppedAt": "2026-11-21T12:00:00Z",
        "stoppedBy": "ops",
    }
    stop |= {"reason": "An incident", "further": [{"reason": "Another one"}]}
    api.on("GET /stops", Answer(body={"stops": [stop, {"stopId": "run:b", "wrong": "broken"}]}))
    out = call("stops", "list").out
    assert "An incident; Another one" in out
    assert "broken" in out


def test_audit_of_a_stop_shows_its_persons(api: ScriptedApi, call: Run) -> None:
    record = {"sequence": 1, "at": "2026-11-21T12:00:00Z", "action": "deletion_stopped"}
    record |= {"personId": "user:AIDA", "stop": {"reason": "An incident"}}
    api.on("GET /stops/all/audit", Answer(body={"records": [record]}))
    assert call("stops", "audit", "all").out.splitlines()[1].split()[-3:] == [
        "user:AIDA",
        "An",
        "incident",
    ]


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"action": "approval_requested", "detail": "Corrected"}, "Corrected"),
        ({"action": "approval_given", "approval": {"comment": "checked"}}, "checked"),
        ({"action": "approval_given", "approval": {"state": "consumed"}}, "approval_given"),
    ],
)
def test_audit_of_a_stop_shows_the_reason_of_each_record(
    api: ScriptedApi, call: Run, facts: dict[str, Any], reason: str
) -> None:
    record = {"sequence": 1, "at": "2026-11-21T12:00:00Z", "stop": {"reason": "An incident"}}
    api.on("GET /stops/all/audit", Answer(body={"records": [record | facts]}))
    assert call("stops", "audit", "all").out.splitlines()[1].split()[-1] == reason
