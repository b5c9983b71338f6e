"""`genesys-purge policies`: what is checked, sent and printed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.cli.scripted_api import Answer, ScriptedApi
from tests.policy_builders import policy

NAME = "nightly-voice"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "policies"
    found.mkdir()
    return found


UNTIL = (datetime.now(UTC) + timedelta(days=90)).strftime("%Y-%m-%dT00:00:00Z")
WHAT = f"interaction_purge, cron(0 3 * * ? *) Europe/Berlin, until {UNTIL}"


def current(**changes: Any) -> dict[str, Any]:
    """A policy that is valid today."""
    return policy(validUntil=UNTIL, **changes)


def write(folder: Path, document: Any, name: str = "a.json") -> None:
    (folder / name).write_text(json.dumps(document))


def lines(text: str) -> list[str]:
    return [" ".join(each.split()) for each in text.splitlines()]


def stored(api: ScriptedApi, *documents: dict[str, Any], version: int = 3) -> None:
    """The stack has these policies."""
    found = [{"name": each["name"], "version": version} for each in documents]
    api.on("GET /policies", Answer(body={"policies": found}))
    for each in documents:
        document = {"version": version, "document": {"blackout": {}} | each}
        api.on(f"GET /policies/{each['name']}", Answer(body=document))


def accepting(api: ScriptedApi, name: str, version: int = 1, *, changed: bool = True) -> None:
    answer = {"version": version, "changed": changed, "notes": []}
    api.on(f"PUT /policies/{name}", Answer(201 if version == 1 else 200, answer))


def test_check_needs_no_stack_and_reads_yaml_and_json(call: Run, folder: Path) -> None:
    write(folder, current())
    (folder / "b.yaml").write_text(json.dumps(current(name="other")))
    (folder / "README.md").write_text("no policy")
    shown = call("policies", "check", str(folder), chosen=False)
    assert shown.code == 0
    assert [each.rpartition(": ")[2] for each in shown.out.splitlines()] == ["valid", "valid"]


def test_check_names_each_wrong_field(call: Run, folder: Path) -> None:
    write(folder, current(timeZone="Mars", owner=""))
    shown = call("policies", "check", str(folder), chosen=False)
    assert shown.code == 2
    found = [each.split(":")[:2] for each in lines(shown.out)]
    assert found == [[f"{folder}/a.json", " owner"], [f"{folder}/a.json", " timeZone"]]


def test_check_of_one_valid_policy_prints_one_line(call: Run, folder: Path) -> None:
    write(folder, current())
    assert call("policies", "check", str(folder), chosen=False).out == f"{folder}/a.json: valid\n"


def test_name_in_two_files_is_refused(call: Run, folder: Path) -> None:
    write(folder, current(), "a.json")
    write(folder, current(), "b.json")
    shown = call("policies", "check", str(folder), chosen=False)
    assert (shown.code, f"name: {NAME} is the name of several policies" in shown.err) == (2, True)


@pytest.mark.parametrize("name", ["policies", "missing"])
def test_folder_without_a_policy_is_refused(call: Run, folder: Path, name: str) -> None:
    assert call("policies", "check", str(folder.parent / name), chosen=False).code == 2


def test_plan_shows_created_changed_unchanged_and_missing_policies(
    api: ScriptedApi, call: Run, folder: Path
) -> None:
    same, before, gone = current(name="same"), current(name="changed"), current(name="gone")
    for each in (current(name="new"), same, before | {"owner": "new@example.com"}):
        write(folder, each, f"{each['name']}.json")
    stored(api, same, before, gone)
    shown = call("policies", "plan", str(folder))
    assert lines(shown.out)[1:] == [
        "changed changed 3 owner: records@example.com -> new@example.com",
        f"new created {WHAT}",
        "same unchanged 3",
        "gone not in the folder 3",
    ]
    assert {each.verb for each in api.asked} == {"GET"}


def test_apply_sends_each_policy_and_shows_its_version(
    api: ScriptedApi, call: Run, folder: Path
) -> None:
    write(folder, current())
    stored(api)
    accepting(api, NAME)
    shown = call("policies", "apply", str(folder))
    assert lines(shown.out)[1:] == [f"{NAME} created 1 {WHAT}"]
    (sent,) = api.calls(f"PUT /policies/{NAME}")
    assert sent.body == current() | {"blackout": {"dates": [], "holidays": []}}


def test_apply_sends_nothing_if_one_policy_is_wrong(
    api: ScriptedApi, call: Run, folder: Path
) -> None:
    write(folder, current())
    write(folder, current(name="wrong", schedule="now"), "b.json")
    shown = call("policies", "apply", str(folder))
    assert (shown.code, api.asked) == (2, [])
    assert "b.json: schedule: must be cron(...)" in shown.err


def test_refused_policy_does_not_stop_the_others(api: ScriptedApi, call: Run, folder: Path) -> None:
    write(folder, current(name="refused"), "a.json")
    write(folder, current(), "b.json")
    stored(api)
    accepting(api, NAME)
    errors = {"errors": [{"path": "request.classification", "message": "is required"}]}
    api.on("PUT /policies/refused", Answer(400, errors))
    shown = call("policies", "apply", str(folder))
    assert (shown.code, lines(shown.out)[1:]) == (2, [f"{NAME} created 1 {WHAT}"])
    assert "refused: request.classification: is required" in shown.err


def test_policy_outside_of_the_folder_stays_without_the_flag(
    api: ScriptedApi, call: Run, folder: Path
) -> None:
    write(folder, current())
    stored(api, current(), current(name="gone"))
    accepting(api, NAME, 3, changed=False)
    shown = call("policies", "apply", str(folder))
    assert lines(shown.out)[1:] == [f"{NAME} unchanged 3", "gone not in the folder 3"]
    assert not api.calls("PUT /policies/gone")
    assert "--disable-missing" in shown.err


def test_flag_disables_the_policies_outside_of_the_folder(
    api: ScriptedApi, call: Run, folder: Path
) -> None:
    write(folder, current())
    stored(api, current(), current(name="gone"), current(name="off", enabled=False))
    accepting(api, NAME, 3, changed=False)
    accepting(api, "gone", 4)
    shown = call("policies", "apply", str(folder), "--disable-missing")
    assert lines(shown.out)[2:] == ["gone disabled 4", "off not in the folder 3"]
    (sent,) = api.calls("PUT /policies/gone")
    assert sent.body["enabled"] is False
    assert not api.calls("PUT /policies/off")


def drifted(api: ScriptedApi, *drift: str) -> None:
    """The stack has the policy, and its schedule differs from it."""
    stored(api, current())
    listed = {"name": NAME, "version": 3, "state": "enabled", "drift": list(drift)}
    api.on("GET /policies", Answer(body={"policies": [listed]}))


def test_plan_shows_in_what_a_schedule_differs(api: ScriptedApi, call: Run, folder: Path) -> None:
    write(folder, current())
    drifted(api, "timeZone", "target")
    shown = call("policies", "plan", str(folder))
    assert lines(shown.out)[1:] == [f"{NAME} schedule differs 3 schedule: timeZone, target"]


def test_apply_shows_the_schedules_that_it_put_right(
    api: ScriptedApi, call: Run, folder: Path
) -> None:
    write(folder, current())
    drifted(api, "missing")
    answer = {"version": 3, "changed": False, "notes": [], "drift": ["missing"]}
    api.on(f"PUT /policies/{NAME}", Answer(200, answer))
    shown = call("policies", "apply", str(folder))
    assert lines(shown.out)[1:] == [f"{NAME} schedule corrected 3 schedule: missing"]


def test_list_marks_a_policy_whose_schedule_differs(api: ScriptedApi, call: Run) -> None:
    drifted(api, "missing")
    assert lines(call("policies", "list").out)[1].startswith(f"{NAME} 3 enabled (drift)")


def unreadable(api: ScriptedApi) -> None:
    found = {"name": NAME, "version": 3, "state": "unreadable", "wrong": "its hash differs"}
    api.on("GET /policies", Answer(body={"policies": [found | {"nextRuns": []}]}))
    api.on(f"GET /policies/{NAME}", Answer(body=found))


def test_plan_replaces_an_unreadable_policy(api: ScriptedApi, call: Run, folder: Path) -> None:
    write(folder, current())
    unreadable(api)
    shown = call("policies", "plan", str(folder))
    note = "note: the stored version cannot be read: its hash differs"
    assert lines(shown.out)[1:] == [f"{NAME} changed 3 {note}"]


def test_unreadable_policy_outside_of_the_folder_is_left(
    api: ScriptedApi, call: Run, folder: Path
) -> None:
    write(folder, current(name="other"))
    unreadable(api)
    accepting(api, "other")
    shown = call("policies", "apply", str(folder), "--disable-missing")
    assert lines(shown.out)[2:] == [f"{NAME} not in the folder 3"]


def test_unreadable_policy_is_listed_and_shown_with_what_is_wrong(
    api: ScriptedApi, call: Run
) -> None:
    unreadable(api)
    assert lines(call("policies", "list").out)[1].startswith(f"{NAME} 3 unreadable")
    assert "wrong its hash differs" in lines(call("policies", "show", NAME).out)
