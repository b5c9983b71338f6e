"""The real template on the embedded AWS: command line, HTTP API and permissions."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import boto3
import httpx
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from genesys_purge.proof.log_keys import LogKeys
from genesys_purge.proof.note import VerifierKey, key_ids_in
from genesys_purge.store.evidence import S3Evidence
from genesys_purge.store.signing_key import KmsSigner
from rich.console import Console
from tlog_scales.reader import TilesReader
from tlog_scales.signing import Vkey

from cli.errors import WrongInput
from cli.following import Follower
from cli.local_commands.export_rules import export
from cli.local_commands.local_api import api_of
from cli.local_commands.redrive import redrive
from cli.local_commands.up import STACK
from cli.reports import results
from cli.stack.functions import Refused, submit
from cli.stack.lists import entries
from local import id_lists
from local.application import Application, application
from local.aws.session import ACCESS_KEY, REGION, SECRET_KEY
from local.errors import CommandFailed
from local.genesys.secrets import WEBHOOK_PATH
from local.options.options import Options
from local.options.partners import Partners
from local.project import PROJECT
from simulator import Kind, Simulator
from tests.clock import Clock
from tests.unit.proof.sealing import Scene
from tests.unit.proof.small_log import ORIGIN
from tests.unit.purge_rules.rule_bench import condition, document
from tests.webhook_builders import body_of, signature

LIST = "s3://genesys-purge-ids-123456789012-us-east-1/some/ids.txt"
CURRENT, PREVIOUS = "current-secret", "previous-secret"
SIGNATURE = "X-Genesys-Webhook-Signature"
PATIENCE_SECONDS = 60.0
JANE = "Jane Doe, jane.doe@example.com"
REQUEST = {
    "method": "conversation_archive",
    "reason": "Retention of one year is over",
    "conversationIdsFrom": LIST,
}
# Two of an operator's rules: purge rules may delete what is too young for the archive.
MATRIX = {
    "rules": [
        {"name": "any", "minimumDays": 30, "basis": "policy 1"},
        {
            "name": "archive",
            "match": {"method": "conversation_archive"},
            "minimumDays": 365,
            "basis": "policy 2",
        },
    ]
}


class CommandLine:
    """`python -m local` in its own process."""

    def __init__(self, folder: Path, *words: str, out: Path | None = None) -> None:
        self.out = out or folder / "out"
        self.temporary = folder / "temporary"
        self.temporary.mkdir(parents=True)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "local", *words, "--out", str(self.out)],
            cwd=PROJECT,
            env=os.environ | {"TMPDIR": str(self.temporary), "http_proxy": "http://127.0.0.1:1"},
            stdout=subprocess.PIPE,
            text=True,
        )
        self.lines: list[str] = []

    def read_until(self, text: str) -> None:
        """Read the output up to the line with the text."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.lines.append(line)
            if text in line:
                return

    def stop(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def exit_code(self) -> int:
        with self._process as process:
            self.lines += process.stdout or []
            return process.wait(timeout=60)

    def assert_nothing_is_left(self) -> None:
        urls = re.findall(r"http://127\.0\.0\.1:\d+", "".join(self.lines))
        assert urls
        for url in urls:
            with pytest.raises(httpx.ConnectError):
                httpx.get(url, trust_env=False)
        assert list(self.temporary.iterdir()) == []


def json_file(folder: Path, content: Any) -> str:
    file = folder / "request.json"
    file.write_text(json.dumps(content))
    return str(file)


def audit_of(line: CommandLine) -> list[dict[str, Any]]:
    """The audit that a command wrote."""
    return [json.loads(each) for each in (line.out / "audit.jsonl").read_text().splitlines()]


def test_interrupted_run_command_leaves_no_server_and_no_file(tmp_path: Path) -> None:
    line = CommandLine(tmp_path, "run", json_file(tmp_path, REQUEST))
    line.read_until("run conversation_archive-")
    line.stop(signal.SIGINT)
    assert line.exit_code() == 128 + signal.SIGINT
    assert audit_of(line)[0]["action"] == "run_submitted"
    assert json.loads((line.out / "result.json").read_text())["runId"]
    line.assert_nothing_is_left()


def test_up_command_describes_its_stack_until_it_is_stopped(tmp_path: Path) -> None:
    line = CommandLine(tmp_path, "up")
    line.read_until("Ready")
    assert "switch /genesys-purge/purging of this new stack is set to on." in "".join(line.lines)
    stack = json.loads((line.out / "stack.json").read_text())
    assert stack["functions"].keys() >= {"submit_purge", "read_purge"}
    assert httpx.get(f"{stack['genesysUrl']}/_simulator/state", trust_env=False).is_success
    second = CommandLine(tmp_path / "second", "up", out=line.out)
    assert second.exit_code() == 2
    assert (line.out / "stack.json").exists()
    line.stop(signal.SIGTERM)
    assert line.exit_code() == 0
    assert not (line.out / "stack.json").exists()
    line.assert_nothing_is_left()


def assert_purge_is_written(line: CommandLine) -> None:
    result = json.loads((line.out / "result.json").read_text())
    assert (result["outcome"], result["executionStatus"]) == ("completed", "SUCCEEDED")
    assert result["totals"]["deleted"] == result["totals"]["targeted"] > 0
    actions = [each["action"] for each in audit_of(line)]
    assert actions[0] == "run_submitted"
    assert actions.count("run_completed") == 1


# What people do in the demo, and what becomes of it.
STORY = [
    "requester  asks for a purge of 3,000 conversations: 202",
    "run  waits with awaiting_approval; 3 batches are planned",
    "requester  approves the own request: 403",
    "approver  approves something else, by another hash: 409",
    "holds  places a legal hold on 25 of the conversations: 201",
    "approver  approves what is shown, by its hash ",
    "run  completed: 2,975 deleted, 2,975 verified, skipped: protected 25",
    "Genesys  25 of the 3,000 conversations exist: those on hold",
    "operator  applies the policy nightly-voice: 201",
    *["next run  "] * 5,
    "operator  stops all deletion: 201",
    "requester  asks for a purge of 100 conversations: 202",
    "run  is running, its batches are planned: it waits",
    "Genesys  0 of the 100 conversations are deleted",
    "operator  asks to resume, which another person must approve: 202",
    "approver  approves what is shown, by its hash ",
    "run  completed: 100 deleted, 100 verified",
]


def test_demo_shows_purge_rule_forgery_governance_and_notifications(tmp_path: Path) -> None:
    line = CommandLine(tmp_path, "demo", "--conversations", "300")
    assert line.exit_code() == 0
    assert_purge_is_written(line)
    shown = [each.strip() for each in line.lines]
    (rule,) = (each for each in shown if re.fullmatch(r"rule +[0-9a-f-]{36} is registered", each))
    rule_id = rule.split()[1]
    assert any(each.endswith(f"the same rule, {rule_id}") for each in shown)
    assert any(re.search("Genesys deleted [1-9]", each) for each in shown)
    (audit,) = (
        json.loads(each.partition("  ")[2]) for each in shown if '"webhook_received"' in each
    )
    assert audit["ruleId"] == rule_id
    assert any(each.startswith("answered  401") for each in shown)
    for kind in ("data.purge.chunk.completed", "purge_run_finished", "purge_rule_executed"):
        assert f"1 x  {kind}" in shown
    assert "signatures  4 of 4 are valid" in shown
    story = iter(shown)
    assert [each for each in STORY if not any(line.startswith(each) for line in story)] == []
    received = json.loads((line.out / "notifications.json").read_text())["received"]
    told = Counter(each["event"] for each in received if each["signatureValid"])
    assert (told["approval_requested"], told["approval_decided"]) == (2, 2)
    assert (told["deletion_stopped"], told["deletion_resumed"]) == (1, 1)
    line.assert_nothing_is_left()


@pytest.fixture(scope="module")
def app() -> Iterator[Application]:
    partners = Partners(current=CURRENT, previous=PREVIOUS)
    with application(
        Options(conversations=100, shows_governance=True, partners=partners)
    ) as running:
        name = "/genesys-purge/retention-matrix"
        running.session.client("ssm").put_parameter(
            Name=name, Value=json.dumps(MATRIX), Type="String"
        )
        yield running


@pytest.fixture(scope="module")
def simulator(app: Application) -> Simulator:
    assert app.genesys.simulator is not None
    return app.genesys.simulator


def submitted(app: Application, request: dict[str, Any]) -> str:
    return submit(app.session.client("lambda"), app.stack.functions["submit_purge"], request)


def await_end(app: Application, run_id: str) -> str:
    """Wait for the end of the run's execution; returns its status."""
    machine = app.stack.state_machines["purge_run"]
    arn = f"{machine.replace(':stateMachine:', ':execution:')}:{run_id}"
    client = app.session.client("stepfunctions")
    while (status := client.describe_execution(executionArn=arn)["status"]) == "RUNNING":
        time.sleep(0.1)
    return str(status)


def test_run_waits_until_the_seals_are_checked(app: Application, simulator: Simulator) -> None:
    key = {"subject": {"S": "health"}, "item": {"S": "health"}}
    dynamodb, table = app.session.client("dynamodb"), app.stack.tables["SealsTable"]
    assert dynamodb.delete_item(TableName=table, Key=key, ReturnValues="ALL_OLD")["Attributes"]
    request = {"method": "conversation_archive", "reason": REQUEST["reason"]}
    ids = sorted(simulator.corpus.ids(Kind.ELIGIBLE))[:1]
    run_id = submitted(app, request | {"conversationIds": ids})

    def actions() -> list[str]:
        with closing(api_of(app)) as api:
            return [each["action"] for each in entries(api, f"/purges/{run_id}/audit", "records")]

    awaited(lambda: "run_planned" in actions())
    time.sleep(2)
    assert actions()[-1] == "run_planned"
    assert simulator.corpus.deleted_ids() == []
    app.session.client("lambda").invoke(FunctionName=app.stack.functions["check_seals"])
    assert await_end(app, run_id) == "SUCCEEDED"
    assert simulator.corpus.deleted_ids() == ids


def test_repeated_request_is_one_run_that_deletes_only_eligible_ids(
    app: Application, simulator: Simulator
) -> None:
    id_lists.provide(app.session.client("s3"), REQUEST, simulator.corpus.ids())
    run_id = submitted(app, REQUEST)
    assert submitted(app, REQUEST) == run_id
    assert await_end(app, run_id) == "SUCCEEDED"
    with closing(api_of(app)) as api:
        assert Follower(api, run_id).observed_whole().outcome == "completed"
    assert set(simulator.corpus.deleted_ids()) == set(simulator.corpus.ids(Kind.ELIGIBLE))
    assert simulator.submitted_twice() == []


def test_refused_request_names_every_field(app: Application) -> None:
    with pytest.raises(Refused) as refused:
        submitted(app, {"method": "conversation_archive", "reason": "short", "other": 1})
    assert {line.partition(":")[0] for line in refused.value.errors} >= {"reason", "other"}


def test_api_refuses_an_unsigned_request(app: Application) -> None:
    assert httpx.get(f"{app.api_url}/purges/any", trust_env=False).status_code == 403


def test_api_answers_a_signed_request(app: Application) -> None:
    with closing(api_of(app)) as api, pytest.raises(WrongInput, match="no-such-run"):
        Follower(api, "no-such-run").observed_whole()


def test_no_function_may_get_or_delete_an_audit_item(app: Application) -> None:
    key = {"runId": {"S": "r"}, "sequence": {"N": "1"}}
    clients = list(as_each_function(app))
    assert len(clients) == len(app.stack.functions)
    for dynamodb in clients:
        for refused in (dynamodb.get_item, dynamodb.delete_item):
            with pytest.raises(ClientError, match="is not authorized to perform"):
                refused(TableName=app.stack.tables["AuditTable"], Key=key)


def as_each_function(app: Application) -> Iterator[Any]:
    """A DynamoDB client with the role of each function."""
    functions, sts = app.session.client("lambda"), app.session.client("sts")
    for page in functions.get_paginator("list_functions").paginate():
        for function in page["Functions"]:
            assumed = sts.assume_role(RoleArn=function["Role"], RoleSessionName="test")
            yield with_credentials(app, assumed["Credentials"])


def with_credentials(app: Application, credentials: Any) -> Any:
    return boto3.client(
        "dynamodb",
        endpoint_url=app.session.endpoint,
        region_name="us-east-1",
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )


T = TypeVar("T")


def awaited(poll: Callable[[], T]) -> T:
    """Poll until there is a result, and return it."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not (found := poll()) and time.monotonic() < end:
        time.sleep(0.1)
    assert found
    return found


def called(
    app: Application, body: bytes = b"", verb: str = "POST", **headers: str
) -> httpx.Response:
    """The answer of our webhook endpoint."""
    url = app.api_url + WEBHOOK_PATH
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.request(verb, url, content=body, headers=names, trust_env=False, timeout=60)


def genuine(body: bytes, secret: str = CURRENT) -> dict[str, str]:
    return {SIGNATURE: signature(body, secret)}


def executions(app: Application, rule_id: str) -> list[dict[str, Any]]:
    """The audit records of a rule's executions."""
    with closing(api_of(app)) as api:
        records = entries(api, f"/purge-rules/{rule_id}/audit", "records")
        return [each for each in records if each["action"] == "webhook_received"]


def test_webhook_without_a_valid_signature_is_refused(app: Application) -> None:
    body = body_of(ruleId="forged")
    answers = [called(app, body), called(app, body, **genuine(body, "another-secret"))]
    assert [each.status_code for each in answers] == [401, 401]
    assert executions(app, "forged") == []


@pytest.mark.parametrize("secret", [CURRENT, PREVIOUS])
def test_repeated_webhook_is_one_audit_record(app: Application, secret: str) -> None:
    body = body_of(ruleId=f"twice-{secret}")
    for _ in range(2):
        answer = called(app, body, content_type="application/json", **genuine(body, secret))
        assert (answer.status_code, answer.json()) == (200, {"status": "synced"})
    assert len(executions(app, f"twice-{secret}")) == 1


def test_webhook_of_a_binary_content_type_keeps_its_bytes(
    app: Application,
) -> None:
    body = body_of(ruleId="binary")
    answer = called(app, body, content_type="application/octet-stream", **genuine(body))
    assert answer.status_code == 200
    assert len(executions(app, "binary")) == 1


def test_webhook_body_that_is_not_text_is_400(app: Application) -> None:
    body = bytes(range(256))
    assert called(app, body, **genuine(body)).status_code == 400


@pytest.mark.parametrize("verb", ["GET", "PUT", "DELETE"])
def test_webhook_accepts_only_post(app: Application, verb: str) -> None:
    answer = called(app, verb=verb)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_webhook_of_ten_megabytes_is_refused(app: Application) -> None:
    body = body_of(ruleId="giant") + b" " * 10_000_000
    assert 400 <= called(app, body, **genuine(body)).status_code < 500
    assert executions(app, "giant") == []


def rule() -> dict[str, Any]:
    """A rule that keeps completed voice conversations for 30 days."""
    scope = {"filters": [condition("type", "eq", "voice"), condition("status", "eq", "completed")]}
    return document(scope=scope, retentionPeriod={"days": 30})


def posted(app: Application, content: dict[str, Any], *, signed: bool = True) -> httpx.Response:
    """The answer of `POST /purge-rules`."""
    url = f"{app.api_url}/purge-rules"
    request = AWSRequest("POST", url, {"Content-Type": "application/json"}, json.dumps(content))
    if signed:
        SigV4Auth(Credentials(ACCESS_KEY, SECRET_KEY), "execute-api", REGION).add_auth(request)
    headers = {name: str(value) for name, value in request.headers.items()}
    return httpx.post(url, content=request.body, headers=headers, trust_env=False, timeout=60)


def shown(app: Application, path: str) -> Any:
    """The answer of a signed GET."""
    request = AWSRequest("GET", app.api_url + path)
    SigV4Auth(Credentials(ACCESS_KEY, SECRET_KEY), "execute-api", REGION).add_auth(request)
    headers = {name: str(value) for name, value in request.headers.items()}
    answer = httpx.get(app.api_url + path, headers=headers, trust_env=False, timeout=60)
    return answer.raise_for_status().json()


def at_genesys(app: Application, verb: str, path: str, **body: Any) -> Any:
    """The answer of the simulator's inspection API."""
    url = f"{app.genesys.url}/_simulator/{path}"
    answer = httpx.request(verb, url, json=body or None, trust_env=False, timeout=60)
    return answer.raise_for_status().json()


def received(app: Application, rule_id: str, status: int = 204) -> list[dict[str, Any]]:
    """The requests about a rule that the governance receiver answered with this status."""
    return [
        each
        for each in at_genesys(app, "GET", "governance")["received"]
        if each["body"].get("ruleId") == rule_id and each["status"] == status
    ]


def test_unsigned_request_creates_no_rule(app: Application) -> None:
    assert posted(app, rule(), signed=False).status_code == 403
    assert at_genesys(app, "GET", "rules") == {"rules": []}


def test_execution_of_a_rule_is_recorded_and_reported(
    app: Application, simulator: Simulator
) -> None:
    answer = posted(app, rule())
    assert (answer.status_code, answer.json()["status"]) == (201, "registered")
    rule_id = answer.json()["ruleId"]
    assert posted(app, rule()).json() == answer.json()
    dry = posted(app, rule() | {"dryRun": True})
    assert (dry.status_code, dry.json()["ruleId"]) == (200, rule_id)
    listed = shown(app, "/purge-rules?status=registered&organisation=default")["rules"]
    assert [each["ruleId"] for each in listed] == [rule_id]
    assert shown(app, f"/purge-rules/{rule_id}")["rule"] == rule()

    execution = at_genesys(app, "POST", f"rules/{rule_id}/execute", complianceOk=False)

    (record,) = awaited(lambda: executions(app, rule_id))
    assert record["deletedCount"] == execution["deletedCount"] > 0
    assert record["complianceOk"] is False
    assert not set(simulator.corpus.ids(Kind.HELD)) & set(simulator.corpus.deleted_ids())
    reported = awaited(lambda: reported if len(reported := received(app, rule_id)) == 2 else [])
    assert [each["event"] for each in reported] == [
        "purge_rule_executed",
        "purge_rule_noncompliant",
    ]
    assert all(each["signatureValid"] for each in reported)


def test_abandoned_notification_is_delivered_after_a_redrive(
    app: Application, tmp_path: Path
) -> None:
    results.write_json(tmp_path / STACK, app.to_json())
    rule_id = posted(app, rule()).json()["ruleId"]
    at_genesys(app, "POST", "governance/fault", status=410)
    at_genesys(app, "POST", f"rules/{rule_id}/execute")
    (refused,) = awaited(lambda: received(app, rule_id, 410))
    before = received(app, rule_id)

    def redriven() -> int:
        return redrive(tmp_path)["AbandonedDeliveries"]

    assert awaited(redriven) == 1
    reported = awaited(lambda: received(app, rule_id)[len(before) :])
    assert [each["webhookId"] for each in reported] == [refused["webhookId"]]


def test_finished_run_is_reported_with_a_valid_signature(app: Application) -> None:
    run_id = submitted(app, REQUEST | {"requestId": "reported", "dryRun": True})
    assert await_end(app, run_id) == "SUCCEEDED"

    def reported() -> list[dict[str, Any]]:
        sent = at_genesys(app, "GET", "governance")["received"]
        return [each for each in sent if each["headers"]["x-purge-run"] == run_id]

    (entry,) = awaited(reported)
    assert entry["headers"]["x-purge-event"] == "purge_run_finished"
    assert (entry["signatureValid"], entry["body"]["metrics"]["status"]) == (True, "dry_run")


def test_audit_of_a_run_is_sealed_by_the_key_in_kms(app: Application) -> None:
    run_id = submitted(app, REQUEST | {"requestId": "sealed", "dryRun": True})
    assert await_end(app, run_id) == "SUCCEEDED"
    log = TilesReader(SealedLog(app))

    def last_seal() -> dict[str, Any] | None:
        checkpoint = log.get_checkpoint()
        entries = (json.loads(log.get_entry(index)) for index in range(checkpoint.size))
        seals = [each["predicate"] for each in entries if each["predicate"].get("runId") == run_id]
        return next((each for each in seals[::-1] if each["status"] == "finished"), None)

    seal = awaited(last_seal)
    assert seal is not None
    checkpoint = log.get_checkpoint()
    key = app.session.client("kms").get_public_key(KeyId=app.outputs["SealKeyId"])["PublicKey"]
    checkpoint.verify(Vkey.from_string(str(VerifierKey.of_der(checkpoint.origin, key))))
    assert log.calculate_root_hash() == checkpoint.root_hash
    with closing(api_of(app)) as api:
        assert len(list(entries(api, f"/purges/{run_id}/audit", "records"))) >= seal["size"]


def test_log_moves_to_another_key_in_kms(app: Application) -> None:
    kms = app.session.client("kms")
    old, new = log_key(kms), log_key(kms)
    keys = [KmsSigner(kms, each, ORIGIN).key for each in (old, new)]
    found, signed = KmsScene(kms=kms), []
    for current, previous in ((old, ""), (new, old), (new, old), (new, "")):
        found.current, found.previous = current, previous
        found.record("run-1")
        found.seal()
        note = found.file("seals/checkpoint").decode()
        signers = [each for each in keys if each.key_id in key_ids_in(note)]
        for each in signers:
            found.reader().get_checkpoint().verify(Vkey.from_string(str(each)))
        signed.append(signers)
        if len(signed) == 2:
            kms.disable_key(KeyId=old)
    assert signed == [keys[:1], keys, keys[1:], keys[1:]]


def log_key(kms: Any) -> str:
    """The ARN of another key for a log."""
    made = kms.create_key(KeySpec="ECC_NIST_EDWARDS25519", KeyUsage="SIGN_VERIFY")
    return str(made["KeyMetadata"]["Arn"])


@dataclass
class KmsScene(Scene):
    """Sealing in memory, with keys in KMS; the names of the keys are their ARNs."""

    kms: Any = None

    @property
    def keys(self) -> LogKeys:
        current, before = (
            KmsSigner(self.kms, name, ORIGIN) for name in (self.current, self.previous)
        )
        return LogKeys(self, current, before if self.previous else None, "planned", Clock())


def test_planted_personal_data_is_in_no_sealed_file(app: Application, simulator: Simulator) -> None:
    ids = list(simulator.corpus.ids(Kind.ELIGIBLE))[:3]
    planted = {"reason": JANE, "requestedBy": JANE, "requestId": "planted"}
    matter = {"id": JANE, "title": JANE, "kind": "other"}
    hold = {
        "reason": JANE,
        "owner": JANE,
        "reviewBy": "2027-12-01T00:00:00Z",
        "matter": matter,
        "conversationIds": [str(uuid4())],
    }
    run_id = submitted(app, REQUEST | planted | {"dryRun": True})
    assert await_end(app, run_id) == "SUCCEEDED"
    with closing(api_of(app)) as api:
        api.post("/holds", hold | {"holdId": "planted"})
        audits = ("/purges/planted/audit", "/holds/planted/audit")
        shown = [json.dumps(list(entries(api, each, "records"))) for each in audits]
    assert [JANE in each for each in shown] == [True] * 2

    def sealed() -> dict[str, bytes] | None:
        found = evidence_of(app)
        runs = {key.split("/")[1] for key in found if key.startswith("runs/")}
        return found if {"planted", "hold:planted"} <= runs else None

    files = awaited(sealed)
    assert files is not None
    principal = app.session.client("sts").get_caller_identity()["Arn"]
    secrets = [each.encode() for each in ("jane", "Jane", principal, *ids)]
    assert [key for key, content in files.items() if any(each in content for each in secrets)] == []


def evidence_of(app: Application) -> dict[str, bytes]:
    """The content of every file in the evidence bucket."""
    bucket, s3 = app.outputs["EvidenceBucketName"], app.session.client("s3")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    keys = [each["Key"] for page in pages for each in page.get("Contents", ())]
    return {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}


class SealedLog:
    """The log in the evidence bucket, as another implementation reads it."""

    def __init__(self, app: Application) -> None:
        self._evidence = S3Evidence(app.session.client("s3"), app.outputs["EvidenceBucketName"])

    def get(self, *path: str) -> bytes | None:
        found = awaited(lambda: self._evidence.get("/".join(("seals", *path))))
        return found and found.content


def test_change_of_a_campaigns_rules_is_exported(app: Application, tmp_path: Path) -> None:
    client = (app.genesys.client_id, app.genesys.client_secret)
    body = {"grant_type": "client_credentials"}
    rule = {"name": "=1+1", "version": 1, "priority": 10, "executionOrder": 1}
    with httpx.Client(base_url=app.genesys.url, trust_env=False) as genesys:
        token = genesys.post("/oauth/token", data=body, auth=client).json()["access_token"]
        genesys.headers["Authorization"] = f"Bearer {token}"
        path = "/api/v2/outbound/campaigns/campaign-1/rules"
        genesys.post(path, json=rule).raise_for_status()
    assert export(app, "campaign-1", tmp_path, Console(file=StringIO())) == 1
    (line,) = (tmp_path / "changes.jsonl").read_text().splitlines()
    assert json.loads(line)["ruleName"] == "=1+1"
    assert (tmp_path / "changes.csv").read_bytes().endswith(b",'=1+1,1,10\r\n")
    with pytest.raises(CommandFailed, match="campaignId: Genesys has no campaign unheard-of"):
        export(app, "unheard-of", tmp_path, Console(file=StringIO()))


def test_contacts_file_is_evaluated_into_its_own_bucket(app: Application) -> None:
    bucket = app.stack.buckets["ContactsBucket"]
    s3, functions = app.session.client("s3"), app.session.client("lambda")
    s3.put_object(Bucket=bucket, Key="c.jsonl", Body=b"{}\n{}\n")
    rule = {"name": "all", "version": 1, "priority": 10, "executionOrder": 1}
    event = {"campaignId": "c", "rules": [rule], "contactsFrom": f"s3://{bucket}/c.jsonl"}
    answer = functions.invoke(
        FunctionName=app.stack.functions["evaluate_contacts"], Payload=json.dumps(event)
    )
    content = json.loads(answer["Payload"].read())
    assert content["evaluated"] == 2
    key = content["matchesAt"].removeprefix(f"s3://{bucket}/")
    stored = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    assert stored == b'{"contact":0,"rules":["all"]}\n{"contact":1,"rules":["all"]}\n'
