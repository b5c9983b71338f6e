"""`runs watch` without a terminal: lines, JSON Lines, nothing, and exit codes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cli.conftest import Run
from tests.cli.runs import batch, done, finished, running
from tests.cli.scripted_api import Answer, ScriptedApi

RUN = "GET /purges/q-2"
PLANNING = {
    "runId": "q-2",
    "method": "conversation_archive",
    "status": "submitted",
    "planning": {"turns": 2, "batches": 40, "targeted": 40_000},
    "totals": {"skipped": {}},
    "batches": [],
}


@pytest.fixture(autouse=True)
def without_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.commands.watching.LOCALLY", 0)


def test_each_event_is_one_line(api: ScriptedApi, call: Run) -> None:
    at_work = running(batch(0, "submitted", jobId="job-0", polls=1, percent=10))
    api.on(RUN, Answer(body=PLANNING), Answer(body=at_work), Answer(body=finished(done(0))))
    shown = call("runs", "watch", "q-2")
    assert shown.code == 0
    assert shown.out.splitlines()[:5] == [
        "run q-2: submitted, planning: 40,000 targeted in 40 batches so far",
        "run q-2: running, 1,000 conversations targeted in 1 batch",
        "batch 0: submitted, job job-0, 1,000 conversations targeted, poll 1, 10 %",
        "run q-2: finished, completed",
        (
            "batch 0: completed, job job-0, 1,000 conversations targeted, "
            "1,000 conversations deleted, 1,000 conversations verified"
        ),
    ]


def test_json_has_one_object_for_each_event(api: ScriptedApi, call: Run) -> None:
    api.on(RUN, Answer(body=running(batch(0))), Answer(body=finished(done(0))))
    events = call("runs", "watch", "q-2", "--json").json_lines
    assert [(each["event"], each["status"]) for each in events] == [
        ("run", "running"),
        ("batch", "planned"),
        ("run", "finished"),
        ("batch", "completed"),
    ]
    assert all(each["runId"] == "q-2" for each in events)


def test_quiet_prints_the_result_alone(api: ScriptedApi, call: Run) -> None:
    api.on(RUN, Answer(body=running(batch(0))), Answer(body=finished(done(0))))
    shown = call("runs", "watch", "q-2", "--quiet")
    assert shown.out.startswith("run         q-2\noutcome     completed\n")
    assert shown.err == ""


@pytest.mark.parametrize("words", [["runs", "watch", "q-2"], ["runs", "watch", "q-2", "--json"]])
def test_lost_connection_says_how_to_come_back(
    api: ScriptedApi, call: Run, words: list[str]
) -> None:
    api.on(RUN, Answer(body=running(batch(0))), Answer(None))
    shown = call(*words)
    assert shown.code == 3
    assert "The run goes on. Come back to it with: genesys-purge runs watch q-2" in shown.err


def test_run_without_a_change_for_long_is_explained(
    api: ScriptedApi, call: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.commands.watching.QUIET_FOR", timedelta(seconds=-1))
    same = Answer(body=running(batch(0)))
    api.on(RUN, same, same, Answer(body=finished(done(0))))
    assert "If its execution was stopped, settling ends the run" in call("runs", "watch", "q-2").err


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        ("completed", 0),
        ("dry_run", 0),
        ("nothing_to_purge", 0),
        ("completed_with_failures", 1),
        ("failed", 1),
        ("rejected", 1),
    ],
)
def test_exit_code_says_whether_the_run_ended_well(
    api: ScriptedApi, call: Run, outcome: str, code: int
) -> None:
    api.on(RUN, Answer(body=finished(done(0), outcome=outcome)))
    assert call("runs", "watch", "q-2", "-q").code == code
