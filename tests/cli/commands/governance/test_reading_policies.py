"""`genesys-purge policies list`, `show` and `audit`: what is printed."""

from __future__ import annotations

from tests.cli.conftest import Run
from tests.cli.scripted_api import Answer, Asked, ScriptedApi
from tests.policy_builders import policy

NAME = "nightly-voice"


def lines(text: str) -> list[str]:
    return [" ".join(each.split()) for each in text.splitlines()]


def test_list_shows_the_next_run(api: ScriptedApi, call: Run) -> None:
    row = {"name": NAME, "version": 2, "state": "enabled", "method": "interaction_purge"}
    row |= {"schedule": "cron(0 3 * * ? *)", "timeZone": "Europe/Berlin", "owner": "records"}
    row |= {"validUntil": "2027-01-31T00:00:00Z", "nextRuns": ["2026-11-22T02:00:00Z"]}

    def page(asked: Asked) -> Answer:
        assert asked.query["state"] == "enabled"
        return Answer(body={"policies": [row]})

    api.on("GET /policies", page)
    line = lines(call("policies", "list", "--state", "enabled").out)[1]
    assert line.startswith(f"{NAME} 2 enabled interaction_purge cron(0 3 * * ? *) Europe/Berlin")
    assert "2026-11-22 02:00:00" in line


def test_policy_is_shown_with_its_bounds_and_next_runs(api: ScriptedApi, call: Run) -> None:
    answer = {"name": NAME, "version": 2, "state": "enabled", "document": policy()}
    answer |= {"appliedAt": "2026-11-21T12:00:00Z", "appliedBy": "arn:user/records"}
    api.on(f"GET /policies/{NAME}", Answer(body=answer | {"nextRuns": ["2026-11-22T02:00:00Z"]}))
    found = lines(call("policies", "show", NAME, "--version", "2").out)
    assert "maxRecordsPerRun 1000" in found
    assert "next run 2026-11-22 02:00:00 UTC" in found
    assert api.asked[0].query == {"version": "2"}


def test_policy_is_shown_with_its_first_blackout_days(api: ScriptedApi, call: Run) -> None:
    days = [{"date": "2026-12-25", "holiday": "Christmas Day"}, *[{"date": "2027-01-01"}] * 21]
    by = {"appliedAt": "2026-11-21T09:00:00Z", "appliedBy": "ops", "blackoutDays": days}
    api.on(
        f"GET /policies/{NAME}",
        Answer(body={"name": NAME, "version": 1, "document": policy()} | by),
    )
    shown = lines(call("policies", "show", NAME).out)
    found = [each for each in shown if each.startswith("no run on")]
    assert (len(found), found[0]) == (20, "no run on 2026-12-25 Christmas Day")
    assert shown[-1] == "and on 2 more days; --json shows all"


def test_audit_of_a_policy_names_the_changed_fields(api: ScriptedApi, call: Run) -> None:
    facts = {"version": 2, "difference": {"enabled": {"before": True, "after": False}}}
    record = {"sequence": 2, "at": "2026-11-21T12:00:00Z", "action": "policy_applied"}
    record |= {"purgePolicy": facts, "personId": "user:A"}
    api.on(f"GET /policies/{NAME}/audit", Answer(body={"records": [record]}))
    line = lines(call("policies", "audit", NAME).out)[1]
    assert line == "2 2026-11-21 12:00:00 policy_applied 2 enabled user:A"
