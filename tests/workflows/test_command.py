"""`genesys-purge` from the first look to the audit, against an application on this machine."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.application import Application, application
from local.options.options import Options
from simulator import Fault, FaultKind, Kind, Simulator
from tests.template import ROOT

REQUEST = {
    "method": "conversation_archive",
    "reason": "Retention of 400 days is over",
    "classification": "internal",
}


@pytest.fixture(scope="module")
def app() -> Iterator[Application]:
    # An export expects the latest changes, without a wait.
    options = Options(conversations=60, parameters={"ExportSettlingSeconds": "0"})
    with application(options) as running:
        yield running


@pytest.fixture(scope="module")
def folder(app: Application, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the file of the application, and requests for all conversations but one."""
    found = tmp_path_factory.mktemp("operator")
    (found / "stack.json").write_text(json.dumps(app.to_json()))
    last = ids_of(app, Kind.ELIGIBLE)[-1]
    others = [each for each in ids_of(app) if each != last]
    for name, ids in (("request.json", others), ("last.json", [last])):
        (found / name).write_text(json.dumps(REQUEST | {"conversationIds": ids}))
    return found


def at_genesys(app: Application) -> Simulator:
    assert app.genesys.simulator
    return app.genesys.simulator


def ids_of(app: Application, *kind: Kind) -> list[str]:
    return list(at_genesys(app).corpus.ids(*kind))


def command(folder: Path, *words: str, code: int = 0) -> str:
    """What the command prints in a process of its own."""
    stack = ["--stack-file", str(folder / "stack.json")]
    line = [sys.executable, "-m", "cli", *words, *stack]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    return done.stdout


def json_of(folder: Path, *words: str) -> Any:
    """The last object that a command prints."""
    return json.loads(command(folder, *words, "--json").splitlines()[-1])


def test_operator_plans_purges_traces_and_exports(app: Application, folder: Path) -> None:
    request, eligible = str(folder / "request.json"), ids_of(app, Kind.ELIGIBLE)[:-1]
    assert "outcome   dry_run" in command(folder, "run", request, "--dry-run")
    assert at_genesys(app).corpus.deleted_ids() == []

    shown = command(folder, "run", request, "--watch")
    assert f"deleted     {len(eligible)} conversations" in shown
    assert sorted(at_genesys(app).corpus.deleted_ids()) == sorted(eligible)

    (run,) = json_of(folder, "runs", "list", "--outcome", "completed")["runs"]
    traced = json_of(folder, "trace", eligible[0].upper())["records"]
    outcomes = [(each["outcome"], each["dryRun"]) for each in traced]
    assert outcomes == [("deleted", False), ("planned", True)]

    out = folder / "audit.jsonl"
    command(folder, "runs", "audit", run["runId"], "--out", str(out))
    actions = [json.loads(each)["action"] for each in out.read_text().splitlines()]
    assert (actions[0], actions[-1]) == ("run_submitted", "run_completed")


def test_stop_and_resume_set_the_purging_switch(app: Application, folder: Path) -> None:
    ssm, name = app.session.client("ssm"), "/genesys-purge/purging"
    assert json_of(folder, "stop")["purging"] == "off"
    assert ssm.get_parameter(Name=name)["Parameter"]["Value"] == "off"
    command(folder, "resume", "--yes")
    assert ssm.get_parameter(Name=name)["Parameter"]["Value"] == "on"


def test_cancel_stops_the_execution_of_a_run(app: Application, folder: Path) -> None:
    at_genesys(app).faults.add(Fault(FaultKind.JOB_NEVER_FINISHES))
    run_id = command(folder, "run", str(folder / "last.json"), "--quiet").strip()
    command(folder, "runs", "cancel", run_id, "--yes")
    machine = app.stack.state_machines["purge_run"].replace(":stateMachine:", ":execution:")
    execution = app.session.client("stepfunctions").describe_execution(
        executionArn=f"{machine}:{run_id}"
    )
    assert execution["status"] == "ABORTED"
    ended = json_of(folder, "runs", "show", run_id)
    assert (ended["status"], ended["outcome"]) == ("finished", "failed")
    assert json_of(folder, "runs", "list", "--outcome", "failed")["runs"][0]["runId"] == run_id


def test_command_calls_the_local_application_as_one_of_its_people(folder: Path) -> None:
    assert "holds" in json_of(folder, "holds", "list", "--as", "holds")
    assert "runs" in json_of(folder, "runs", "list", "--as", "auditor")
    command(folder, "run", str(folder / "last.json"), "--as", "auditor", code=3)


def test_rule_changes_are_exported_into_files(app: Application, folder: Path) -> None:
    change_a_rule(app)
    shown = json_of(folder, "rules", "export", "campaign-1", "--out", str(folder / "exports"))
    (line,) = [each for each in shown["files"] if each.endswith(".jsonl")]
    assert json.loads(Path(line).read_text())["ruleName"] == "Valued customers"


def change_a_rule(app: Application) -> None:
    client = (app.genesys.client_id, app.genesys.client_secret)
    body = {"grant_type": "client_credentials"}
    rule = {"name": "Valued customers", "version": 1, "priority": 10, "executionOrder": 1}
    with httpx.Client(base_url=app.genesys.url, trust_env=False) as genesys:
        token = genesys.post("/oauth/token", data=body, auth=client).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        path = "/api/v2/outbound/campaigns/campaign-1/rules"
        genesys.post(path, json=rule, headers=headers).raise_for_status()
