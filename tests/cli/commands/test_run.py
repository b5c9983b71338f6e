"""`genesys-purge run`: what is sent, and what is printed."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.cli.conftest import Person, Run
from tests.cli.runs import done, finished
from tests.cli.scripted_api import Answer, ScriptedApi

POST = "POST /purges"
REQUEST = {"method": "conversation_archive", "requestId": "q-2", "reason": "a year is over"}


@pytest.fixture
def file(tmp_path: Path, api: ScriptedApi) -> Path:
    """A request that the API accepts, and whose run has ended."""
    api.on(POST, Answer(202, {"runId": "q-2", "status": "submitted"}))
    api.on("GET /purges/q-2", Answer(body=finished(done(0))))
    found = tmp_path / "request.json"
    found.write_text(json.dumps(REQUEST))
    return found


def sent(api: ScriptedApi) -> Any:
    (call,) = api.calls(POST)
    return call.body


def test_run_is_submitted_and_its_id_printed(api: ScriptedApi, call: Run, file: Path) -> None:
    done = call("run", str(file))
    assert (done.code, done.out) == (0, "q-2\n")
    assert sent(api) == REQUEST
    back = " ".join(["runs", "watch", "q-2", *api.options])
    goes_on = "The run goes on in the local application. Follow it with: genesys-purge"
    assert done.err == f"{goes_on} {back}\n"


def test_quiet_run_prints_its_id_alone(call: Run, file: Path) -> None:
    assert call("run", str(file), "--quiet") == (0, "q-2\n", "")


def test_json_of_a_submitted_run_is_the_answer(call: Run, file: Path) -> None:
    assert call("run", str(file), "--json").json == {"runId": "q-2", "status": "submitted"}


def test_watched_run_is_followed_to_its_end(call: Run, file: Path) -> None:
    done = call("run", str(file), "--watch")
    assert done.code == 0
    assert "deleted     1,000 conversations" in done.out


def test_dry_run_gets_an_id_of_its_own_and_is_followed(
    api: ScriptedApi, call: Run, file: Path
) -> None:
    done = call("run", str(file), "--dry-run")
    body = sent(api)
    assert body["dryRun"] is True
    assert body["requestId"].startswith("dry-run-")
    assert "outcome" in done.out


def test_request_is_read_from_standard_input(
    api: ScriptedApi, call: Run, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(file.read_bytes())))
    assert call("run", "-").code == 0
    assert sent(api) == REQUEST


def test_request_inside_the_input_of_a_schedule_is_sent(
    api: ScriptedApi, call: Run, file: Path
) -> None:
    scheduled = {"scheduledTime": "<aws.scheduler.scheduled-time>", "request": REQUEST}
    file.write_text(json.dumps(scheduled))
    assert call("run", str(file)).code == 0
    assert sent(api) == REQUEST


@pytest.mark.parametrize(
    ("answer", "words", "posts"), [("n", [], 0), ("y", [], 1), ("", ["--yes"], 1)]
)
def test_deletion_in_aws_is_confirmed_at_a_terminal(
    api: ScriptedApi,
    call: Run,
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    words: list[str],
    posts: int,
) -> None:
    monkeypatch.setattr("cli.stack.stack.Stack.is_local", False)
    monkeypatch.setattr(sys, "stdin", Person(f"{answer}\n"))
    assert call("run", str(file), *words).code == (0 if posts else 1)
    assert len(api.calls(POST)) == posts


@pytest.mark.parametrize(
    ("words", "code", "posts"), [([], 2, 0), (["--yes"], 0, 1), (["--dry-run"], 0, 1)]
)
def test_deletion_in_aws_by_a_script_needs_a_yes(
    api: ScriptedApi,
    call: Run,
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    code: int,
    posts: int,
) -> None:
    monkeypatch.setattr("cli.stack.stack.Stack.is_local", False)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    shown = call("run", str(file), *words)
    assert (shown.code, len(api.calls(POST))) == (code, posts)
    assert ("--yes is missing" in shown.err) == (not posts)


@pytest.mark.parametrize("other", [{"dryRun": True}, {"method": "data_deletion"}])
def test_request_beside_other_fields_is_sent_unchanged(
    api: ScriptedApi, call: Run, file: Path, other: dict[str, Any]
) -> None:
    content = {"request": REQUEST} | other
    file.write_text(json.dumps(content))
    call("run", str(file))
    assert sent(api) == content


def test_run_that_has_finished_before_is_said_so(api: ScriptedApi, call: Run, file: Path) -> None:
    api.on(POST, Answer(202, {"runId": "q-2", "status": "finished"}))
    shown = call("run", str(file))
    assert "nothing new was started. Run q-2 has ended; --again starts another" in shown.err
    assert "outcome     completed" in shown.out


def test_request_is_run_again_under_another_id(api: ScriptedApi, call: Run, file: Path) -> None:
    call("run", str(file), "--again")
    assert sent(api)["requestId"].startswith("again-")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "is not JSON"),
        ("[]", "must be a JSON object"),
        ('{"dryRun": true, "dryRun": false}', "dryRun"),
    ],
)
def test_file_without_a_request_is_wrong_input(
    api: ScriptedApi, call: Run, file: Path, content: str, words: str
) -> None:
    file.write_text(content)
    done = call("run", str(file))
    assert done.code == 2
    assert words in done.err
    assert api.asked == []


def test_missing_file_is_wrong_input(call: Run) -> None:
    done = call("run", "none.json")
    assert (done.code, done.out) == (2, "")
    assert "none.json: cannot be read" in done.err
