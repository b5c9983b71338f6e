"""`genesys-purge` from the first look to the audit, against an application on this machine."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import httpx
import pytest

from cli.awaiting import awaited
from local.application import Application, application
from local.options.options import Options
from simulator import Kind, Simulator
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
    for name, changed in (
        ("request.json", {"conversationIds": others}),
        ("last.json", {"conversationIds": [last]}),
        ("resumed.json", {"conversationIds": [last], "requestId": "resumed"}),
    ):
        (found / name).write_text(json.dumps(REQUEST | changed))
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
    assert actions[0] == "run_submitted"
    assert "run_completed" in actions


def test_certificate_of_the_run_is_copied_and_verified(app: Application, folder: Path) -> None:
    (run,) = json_of(folder, "runs", "list", "--outcome", "completed")["runs"]
    bundle = folder / "bundle"
    keys = awaited("the certificate", lambda: copied(folder, run["runId"], bundle))
    line = ["certificate", "verify", str(bundle)]
    given = ["--vkey", keys["vkey"], "--certificate-key", keys["certificateKey"]]
    assert "proof verified" in without_stack(*line, *given, code=0)
    without_stack(*line, code=2)
    log = ["--log", str(copy_of_log(app, folder / "seals"))]
    assert "withdraws this certificate" in without_stack(*line, *given, *log, code=0)
    audit = bundle / "audit.jsonl"
    audit.write_bytes(audit.read_bytes().replace(b"verified", b"verifief", 1))
    assert "not the file" in without_stack(*line, *given, code=1)


def test_erased_personal_data_is_gone_and_the_proof_stays_valid(
    app: Application, folder: Path
) -> None:
    (run,) = json_of(folder, "runs", "list", "--outcome", "completed")["runs"]
    run_id, disclosed = run["runId"], folder / "disclosed"
    awaited("the certificate", lambda: copied(folder, run_id, disclosed, "--with-personal-data"))
    assert "0 were erased, 0 are withheld" in proof_in(disclosed)

    erase = ["personal-data", "erase", run_id, "--yes", "--as", "privacy"]
    erased = json_of(folder, *erase)["sequences"]
    assert (erased[0], json_of(folder, *erase)["sequences"]) == (1, [])

    out = folder / "erased.jsonl"
    command(folder, "runs", "audit", run_id, "--out", str(out))
    first, *_, last = [json.loads(each) for each in out.read_text().splitlines()]
    assert (first["actor"], first["request"]["reason"]) == ("[erased]", "[erased]")
    assert (last["erasure"], last["personId"]) == (
        {"sequences": erased},
        app.people["privacy"].person_id,
    )
    later = awaited("the sealed erasure", lambda: with_erasure(folder, run_id))
    assert later is not None
    found = proof_in(later)
    assert f"record {last['sequence']} says that personal data of the records 1, " in found
    assert "0 erasable fields are disclosed" in found
    # The certificate is older than the erasure, so only an unsealed record says that it happened.
    assert "0 were erased" in found
    assert "of those withheld are said to be erased, in later.jsonl" in found
    # What the auditor was shown before is still what was sealed.
    assert "0 were erased, 0 are withheld" in proof_in(disclosed)


def with_erasure(folder: Path, run_id: str) -> Path | None:
    """A new bundle with its personal data; None until the record of the erasure is sealed."""
    bundle = Path(mkdtemp(dir=folder)) / "bundle"
    copied(folder, run_id, bundle, "--with-personal-data")
    return bundle if (bundle / "later.jsonl").exists() else None


def proof_in(bundle: Path) -> str:
    """What the verifier says about a valid bundle, with the keys in it."""
    certificate = (bundle / "keys" / "certificate.pem").read_text()
    digest = hashlib.sha256(b64decode("".join(certificate.splitlines()[1:-1]))).hexdigest()
    keys = ["--vkey", (bundle / "keys" / "seal.vkey").read_text().strip()]
    return without_stack(
        "certificate", "verify", str(bundle), *keys, "--certificate-key", f"sha256:{digest}", code=0
    )


def copied(folder: Path, run_id: str, bundle: Path, *options: str) -> Any:
    """The keys of the bundle; None until the certificate is in the log."""
    stack = ["--stack-file", str(folder / "stack.json"), "--json"]
    words = ["certificate", "get", run_id, "--out", str(bundle), *options]
    line = [sys.executable, "-m", "cli", *words, *stack]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
    return json.loads(done.stdout) if done.returncode == 0 else None


def copy_of_log(app: Application, out: Path) -> Path:
    """The log in the evidence bucket, as a folder; the checkpoint first, as `aws s3 sync` does."""
    s3, bucket = app.session.client("s3"), app.outputs["EvidenceBucketName"]
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="seals/")
    for key in sorted(each["Key"] for page in pages for each in page["Contents"]):
        file = out / key.removeprefix("seals/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    return out


def without_stack(*words: str, code: int) -> str:
    line = [sys.executable, "-m", "cli", *words]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    return done.stdout


STOP = ("stop", "--reason", "The wrong quarter was requested")


def test_run_cancelled_during_a_stop_deletes_nothing(app: Application, folder: Path) -> None:
    assert json_of(folder, *STOP, "--as", "operator")["stopId"] == "all"
    run_id = command(folder, "run", str(folder / "last.json"), "--quiet").strip()
    command(folder, "runs", "cancel", run_id, "--reason", "It is the wrong quarter", "--yes")
    command(folder, "runs", "watch", run_id, code=1)
    ended = json_of(folder, "runs", "show", run_id)
    assert (ended["outcome"], ended["cancellation"]["reason"]) == (
        "cancelled",
        "It is the wrong quarter",
    )
    assert ids_of(app, Kind.ELIGIBLE)[-1] not in at_genesys(app).corpus.deleted_ids()


def test_stopped_run_completes_when_two_persons_resume(app: Application, folder: Path) -> None:
    command(folder, *STOP)
    run_id = command(folder, "run", str(folder / "resumed.json"), "--quiet").strip()
    asked = json_of(folder, "resume", "--reason", "It is corrected", "--as", "operator")
    approve(folder, asked["approvalId"])
    command(folder, "runs", "watch", run_id)
    assert ids_of(app, Kind.ELIGIBLE)[-1] in at_genesys(app).corpus.deleted_ids()


def approve(folder: Path, approval_id: str) -> None:
    """The approver approves what the operator asked for, and may not approve."""
    words = ("approvals", "approve", approval_id)
    shown = json_of(folder, "approvals", "show", approval_id)["subjectHash"]
    command(folder, *words, "--hash", shown, "--as", "operator", code=3)
    command(folder, *words, "--hash", shown, "--as", "approver")


def test_weaker_approval_rules_are_stored_by_two_persons(folder: Path) -> None:
    document, name = folder / "rules.json", "approval-rules"
    document.write_text('{"rules": []}')
    words = ("--reason", "No run has to wait", "--yes", "--as", "operator")
    asked = json_of(folder, "settings", "put", name, str(document), *words)
    assert json_of(folder, "settings", "show", name)["version"] == 0
    approve(folder, asked["approvalId"])
    shown = json_of(folder, "settings", "show", name)
    assert (shown["version"], shown["document"]) == (1, {"rules": []})


def test_switch_sets_the_parameter_of_the_stack(app: Application, folder: Path) -> None:
    ssm, name = app.session.client("ssm"), "/genesys-purge/purging"
    command(folder, "stop", "--switch")
    assert ssm.get_parameter(Name=name)["Parameter"]["Value"] == "off"
    command(folder, "resume", "--switch", "--yes")
    assert ssm.get_parameter(Name=name)["Parameter"]["Value"] == "on"


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
