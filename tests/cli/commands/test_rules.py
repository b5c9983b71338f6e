"""`genesys-purge rules`: deployments and exports."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.cli.scripted_api import Answer, ScriptedApi

SHOW = "GET /campaign-rules/d-1"
APPLYING = {"deploymentId": "d-1", "campaignId": "c-1", "status": "applying", "comparisons": []}
RULE = {
    "name": "First",
    "action": "update",
    "outcome": "verified",
    "difference": {"priority": [1, 2], "enabled": [None, True]},
}
DEPLOYED = APPLYING | {"status": "finished", "outcome": "deployed", "rules": [RULE]}


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("cli.commands.deployment.LOCALLY", 0)
    found = tmp_path / "rules.yaml"
    found.write_text("campaignId: c-1\nrules: []\n")
    return found


def test_deployment_is_followed_and_shown(api: ScriptedApi, call: Run, file: Path) -> None:
    api.on("POST /campaign-rules", Answer(202, APPLYING))
    api.on(SHOW, Answer(body=APPLYING), Answer(body=DEPLOYED))
    shown = call("rules", "deploy", str(file))
    assert shown.code == 0
    assert shown.out.splitlines() == [
        "deployment d-1: applying",
        "deployment  d-1",
        "campaign    c-1",
        "update      First: verified",
        "              priority: 1 -> 2",
        "              enabled: true",
        "outcome     deployed",
    ]
    assert api.asked[0].body == {"campaignId": "c-1", "rules": []}


@pytest.mark.parametrize(
    ("outcome", "code"),
    [("deployed", 0), ("unchanged", 0), ("dry_run", 0), ("rolled_back", 1), ("failed", 1)],
)
def test_exit_code_says_whether_the_deployment_ended_well(
    api: ScriptedApi, call: Run, file: Path, outcome: str, code: int
) -> None:
    api.on("POST /campaign-rules", Answer(202, APPLYING))
    api.on(SHOW, Answer(body=DEPLOYED | {"outcome": outcome}))
    assert call("rules", "deploy", str(file), "--json").code == code
    assert call("rules", "show", "d-1").code == 0


def test_dry_run_without_watching_prints_the_id(api: ScriptedApi, call: Run, file: Path) -> None:
    api.on("POST /campaign-rules", Answer(202, APPLYING))
    shown = call("rules", "deploy", str(file), "--dry-run", "--no-watch")
    assert (shown.code, shown.out) == (0, "d-1\n")
    assert api.asked[0].body["dryRun"] is True


def test_deployments_are_listed(api: ScriptedApi, call: Run) -> None:
    found = DEPLOYED | {"submittedAt": "2026-11-21T03:00:00Z", "counts": {"rules": 12}}
    api.on("GET /campaign-rules", Answer(body={"deployments": [found]}))
    line = call("rules", "list", "--campaign", "c-1").out.splitlines()[1]
    assert line.split() == ["d-1", "c-1", "deployed", "2026-11-21", "03:00:00", "12"]
    assert api.asked[0].query["campaignId"] == "c-1"


class Exporter:
    """The clients of Lambda and S3 for one export."""

    def __init__(self, answer: Any, error: str | None = None) -> None:
        self.answer = answer
        self.error = error
        self.events: list[Any] = []

    def invoke(self, **given: str) -> Any:
        assert given["FunctionName"] == "exporter"
        self.events.append(json.loads(given["Payload"]))
        failure = {"FunctionError": self.error} if self.error else {}
        return {"Payload": io.BytesIO(json.dumps(self.answer).encode()), **failure}

    def download_file(self, bucket: str, key: str, file: str) -> None:
        Path(file).write_text(f"{bucket} {key}")


@pytest.fixture
def outputs(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {
        "ExportCampaignRuleChangesFunctionName": "exporter",
        "CampaignRuleChangesBucketName": "changes",
    }
    monkeypatch.setattr("cli.stack.stack.Stack.output", lambda _, name: names[name])


@pytest.mark.usefixtures("outputs")
def test_export_downloads_its_files(
    call: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {"jsonLines": "s3://changes/c-1/a.jsonl", "csv": "s3://changes/c-1/a.csv"}
    exporter = Exporter({"exports": [files | {"changes": 3}]})
    monkeypatch.setattr("cli.stack.stack.Stack.client", lambda *_, **__: exporter)
    out = tmp_path / "exports"
    shown = call("rules", "export", "c-1", "--out", str(out), "--json").json
    assert shown["files"] == [str(out / "a.jsonl"), str(out / "a.csv")]
    assert (out / "a.csv").read_text() == "changes c-1/a.csv"
    assert exporter.events == [{"campaignId": "c-1"}]


@pytest.mark.usefixtures("outputs")
def test_refused_export_is_wrong_input(call: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    errors = {"errors": [{"path": "campaignId", "message": "Genesys has no campaign c-1"}]}
    exporter = Exporter({"errorMessage": json.dumps(errors)}, "Unhandled")
    monkeypatch.setattr("cli.stack.stack.Stack.client", lambda *_, **__: exporter)
    shown = call("rules", "export", "c-1")
    assert (shown.code, shown.err) == (2, "error: campaignId: Genesys has no campaign c-1\n")
