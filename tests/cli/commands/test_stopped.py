"""The stops of a run, in `run`, `runs show` and `runs watch`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.cli.runs import batch, done, finished, running
from tests.cli.scripted_api import Answer, ScriptedApi

RUN = "GET /purges/q-2"


def stop(stop_id: str = "all") -> dict[str, Any]:
    by = {"stoppedAt": "2026-11-21T12:00:00Z", "stoppedBy": "ops"}
    return {"stopId": stop_id, "reason": "The wrong queue"} | by


def stopped(*stops: dict[str, Any]) -> Answer:
    return Answer(body={"stops": list(stops)})


@pytest.mark.parametrize("stop_id", ["all", "organisation:emea", "policy:nightly", "run:q-2"])
def test_run_is_shown_with_each_stop_that_covers_it(
    api: ScriptedApi, call: Run, stop_id: str
) -> None:
    policy = {"name": "nightly", "version": 1}
    api.on(RUN, Answer(body=running(batch(0), organisation="emea", purgePolicy=policy)))
    api.on("GET /stops", stopped(stop(stop_id), stop("run:q-3"), stop("organisation:default")))
    shown = call("runs", "show", "q-2")
    lines = [" ".join(each.split()) for each in shown.out.splitlines()]
    found = [each for each in lines if each.startswith(("status", "stopped"))]
    words = f"stopped {stop_id} since 2026-11-21 12:00:00 UTC by ops: The wrong queue"
    assert found == ["status running, stopped", words]
    assert "until two persons resume" in shown.err


def test_run_of_no_organisation_is_covered_by_the_default_one(api: ScriptedApi, call: Run) -> None:
    api.on(RUN, Answer(body=running(batch(0))))
    api.on("GET /stops", stopped(stop("organisation:default")))
    assert call("runs", "show", "q-2", "--json").json["stops"] == [stop("organisation:default")]


@pytest.mark.parametrize(
    "run", [finished(done(0)), running(batch(0), dryRun=True)], ids=["finished", "dry run"]
)
def test_stops_of_a_run_that_deletes_nothing_are_not_read(
    api: ScriptedApi, call: Run, run: dict[str, Any]
) -> None:
    api.on(RUN, Answer(body=run))
    assert (call("runs", "show", "q-2").code, api.calls("GET /stops")) == (0, [])


def test_run_is_shown_to_a_caller_who_may_not_read_stops(api: ScriptedApi, call: Run) -> None:
    api.on(RUN, Answer(body=running(batch(0))))
    api.on("GET /stops", Answer(403, {"message": "Forbidden"}))
    shown = call("runs", "show", "q-2")
    assert (shown.code, "stopped" in shown.out) == (0, False)


@pytest.fixture
def watched(api: ScriptedApi, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that is stopped at first, and then goes on."""
    monkeypatch.setattr("cli.commands.watching.LOCALLY", 0)
    monkeypatch.setattr("cli.commands.stopped.LOOK_EVERY", 2)
    at_work = Answer(body=running(batch(0)))
    api.on(RUN, *[at_work] * 4, Answer(body=finished(done(0))))
    api.on("GET /stops", stopped(stop()), stopped())


@pytest.mark.usefixtures("watched")
def test_watched_run_says_when_it_is_stopped_and_goes_on(call: Run) -> None:
    first, hint, last = call("runs", "watch", "q-2").err.splitlines()
    assert first == "Stopped: all since 2026-11-21 12:00:00 UTC by ops: The wrong queue"
    assert hint.startswith("Nothing more is deleted until two persons resume.")
    assert last == "No stop covers the run any more."


@pytest.mark.usefixtures("watched")
def test_json_of_a_watched_run_has_an_event_for_its_stops(call: Run) -> None:
    events = call("runs", "watch", "q-2", "--json").json_lines
    assert [each["stops"] for each in events if each["event"] == "stops"] == [[stop()], []]


def test_submitted_run_says_that_it_is_stopped(api: ScriptedApi, call: Run, tmp_path: Path) -> None:
    api.on("POST /purges", Answer(202, {"runId": "q-2", "status": "submitted"}))
    api.on("GET /stops", stopped(stop("organisation:emea")))
    file = tmp_path / "request.json"
    file.write_text(json.dumps({"organisation": "emea"}))
    shown = call("run", str(file))
    assert (shown.code, shown.out) == (0, "q-2\n")
    assert "Stopped: organisation:emea" in shown.err
