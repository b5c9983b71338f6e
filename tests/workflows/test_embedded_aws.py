"""The real template on the embedded AWS: one purge from the command line, and what stops it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from botocore.exceptions import ClientError

from local import id_lists
from local.application import Application, application
from local.options import PROJECT, Options
from local.purge_api import PurgeApi, PurgeApiFailed
from local.simulator import Kind, Simulator
from local.submission import Refused, submit

LIST = "s3://genesys-purge-ids-123456789012-us-east-1/some/ids.txt"
REQUEST = {
    "method": "conversation_archive",
    "reason": "Retention of one year is over",
    "conversationIdsFrom": LIST,
}


class CommandLine:
    """`python -m local` in a process of its own."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.out = folder / "out"
        self.temporary = folder / "temporary"
        self.temporary.mkdir()
        self._process = subprocess.Popen(  # noqa: S603 - a program of our own
            [sys.executable, "-m", "local", *words, "--out", str(self.out)],
            cwd=PROJECT,
            env=os.environ | {"TMPDIR": str(self.temporary), "http_proxy": "http://127.0.0.1:1"},
            stdout=subprocess.PIPE,
            text=True,
        )
        self.lines: list[str] = []

    def read_until(self, text: str) -> None:
        """Reads its output up to the line with the text."""
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


def test_a_purge_runs_from_the_request_to_its_audit(tmp_path: Path) -> None:
    line = CommandLine(tmp_path, "run", json_file(tmp_path, REQUEST), "--conversations", "200")
    assert line.exit_code() == 0
    result = json.loads((line.out / "result.json").read_text())
    assert (result["outcome"], result["executionStatus"]) == ("completed", "SUCCEEDED")
    assert result["totals"]["deleted"] == result["totals"]["targeted"] > 0
    audit = (line.out / "audit.jsonl").read_text().splitlines()
    assert json.loads(audit[0])["action"] == "run_submitted"
    assert json.loads(audit[-1])["action"] == "run_completed"
    line.assert_nothing_is_left()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_stopped_leaves_nothing_behind(
    number: signal.Signals, tmp_path: Path
) -> None:
    line = CommandLine(tmp_path, "run", json_file(tmp_path, REQUEST))
    line.read_until("run conversation_archive-")
    line.stop(number)
    assert line.exit_code() == 128 + number
    line.assert_nothing_is_left()


def test_up_says_how_to_use_it_until_it_is_stopped(tmp_path: Path) -> None:
    line = CommandLine(tmp_path, "up")
    line.read_until("Ready")
    stack = json.loads((line.out / "stack.json").read_text())
    assert stack["functions"].keys() >= {"submit_purge", "read_purge"}
    assert httpx.get(f"{stack['genesysUrl']}/_simulator/state", trust_env=False).is_success
    line.stop(signal.SIGTERM)
    assert line.exit_code() == 0
    assert not (line.out / "stack.json").exists()
    line.assert_nothing_is_left()


@pytest.fixture(scope="module")
def app() -> Iterator[Application]:
    with application(Options(conversations=100)) as running:
        yield running


@pytest.fixture(scope="module")
def simulator(app: Application) -> Simulator:
    assert app.genesys.simulator is not None
    return app.genesys.simulator


def submitted(app: Application, request: dict[str, Any]) -> str:
    return submit(app.session.client("lambda"), app.stack.functions["submit_purge"], request)


def await_end(app: Application, run_id: str) -> str:
    """The status in which the run's execution ended."""
    machine = app.stack.state_machines["purge_run"]
    arn = f"{machine.replace(':stateMachine:', ':execution:')}:{run_id}"
    client = app.session.client("stepfunctions")
    while (status := client.describe_execution(executionArn=arn)["status"]) == "RUNNING":
        time.sleep(0.1)
    return str(status)


def test_the_same_request_is_one_run_that_deletes_the_eligible_alone(
    app: Application, simulator: Simulator
) -> None:
    id_lists.provide(app.session.client("s3"), REQUEST, simulator.corpus.ids())
    run_id = submitted(app, REQUEST)
    assert submitted(app, REQUEST) == run_id
    assert await_end(app, run_id) == "SUCCEEDED"
    with PurgeApi(app.api_url) as api:
        assert api.run(run_id)["outcome"] == "completed"
    assert set(simulator.corpus.deleted_ids()) == set(simulator.corpus.ids(Kind.ELIGIBLE))
    assert simulator.submitted_twice() == []


def test_a_refused_request_names_every_field(app: Application) -> None:
    with pytest.raises(Refused) as refused:
        submitted(app, {"method": "conversation_archive", "reason": "short", "other": 1})
    assert {line.partition(":")[0] for line in refused.value.errors} >= {"reason", "other"}


def test_the_api_is_closed_to_those_who_do_not_sign(app: Application) -> None:
    assert httpx.get(f"{app.api_url}/purges/any", trust_env=False).status_code == 403


def test_the_api_answers_those_who_sign(app: Application) -> None:
    with PurgeApi(app.api_url) as api, pytest.raises(PurgeApiFailed, match="404"):
        api.run("no-such-run")


@pytest.mark.parametrize("verb", ["delete_item", "get_item"])
def test_no_function_may_do_what_its_role_does_not_allow(app: Application, verb: str) -> None:
    key = {"runId": {"S": "r"}, "sequence": {"N": "1"}}
    for name in app.stack.functions.values():
        with pytest.raises(ClientError, match="is not authorized to perform"):
            getattr(as_function(app, name), verb)(TableName=app.stack.tables["AuditTable"], Key=key)


def as_function(app: Application, name: str) -> Any:
    """DynamoDB as a function sees it."""
    role = app.session.client("lambda").get_function_configuration(FunctionName=name)["Role"]
    assumed = app.session.client("sts").assume_role(RoleArn=role, RoleSessionName="test")
    return boto3.client(
        "dynamodb",
        endpoint_url=app.session.endpoint,
        region_name="us-east-1",
        aws_access_key_id=assumed["Credentials"]["AccessKeyId"],
        aws_secret_access_key=assumed["Credentials"]["SecretAccessKey"],
        aws_session_token=assumed["Credentials"]["SessionToken"],
    )
