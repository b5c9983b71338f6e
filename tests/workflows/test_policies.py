"""Policies from the applied document to the end of their runs, through the real state machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from genesys_purge.model.approval_rules import default_rules

from tests import builders, template
from tests.application import Application, http_event, running
from tests.mocked_aws import client
from tests.policy_builders import BOUNDS, policy
from tests.workflows.interruptions import once_after

BOB = {"userArn": "arn:aws:iam::123456789012:user/bob", "callerId": "AIDABOB"}
NAME = "nightly"
RUN_ID = "policy-nightly-20261121T120000Z"
RECORDS = 20
DECIDE = "POST /approvals/{approvalId}/decisions"
OWNER = {"userArn": "arn:aws:iam::123456789012:user/records", "callerId": "AIDARECORDS"}


@contextmanager
def application() -> Iterator[Application]:
    with running(builders.corpus(RECORDS)) as app:
        client("scheduler").create_schedule_group(Name="PolicySchedules")
        yield app


def apply(app: Application, **changes: Any) -> dict[str, Any]:
    """Apply a policy that runs at noon in UTC; the answer."""
    window = {"olderThanDays": builders.YOUNGEST, "lookbackDays": 30}
    document = policy(
        **{
            "name": NAME,
            "request": builders.data_deletion(dateRange=window),
            "schedule": "cron(0 12 * * ? *)",
            "timeZone": "UTC",
            "bounds": BOUNDS | {"minimumAgeDays": builders.YOUNGEST},
        }
        | changes
    )
    event = http_event("PUT /policies/{name}", body=json.dumps(document))
    event["pathParameters"] = {"name": NAME}
    event["requestContext"]["authorizer"] = {"iam": OWNER}
    answer = app.invoke("ApplyPolicyFunction", event)
    assert answer["statusCode"] in (200, 201), answer
    body: dict[str, Any] = json.loads(answer["body"])
    return body


def fire(app: Application) -> dict[str, Any]:
    """Send what the stored schedule sends at noon; the answer of its target."""
    schedule = client("scheduler").get_schedule(GroupName="PolicySchedules", Name=NAME)
    target, at = schedule["Target"], app.clock().isoformat()
    sent = target["Input"].replace("<aws.scheduler.scheduled-time>", at)
    answer: dict[str, Any] = app.invoke(
        target["Arn"], json.loads(sent.replace("<aws.scheduler.schedule-arn>", schedule["Arn"]))
    )
    return answer


def ended(app: Application) -> dict[str, Any]:
    """The run of the policy after its end."""
    assert fire(app)["runId"] == RUN_ID
    app.execution(RUN_ID)
    return app.read(RUN_ID)


def test_applied_policy_runs_at_its_time_without_an_approval() -> None:
    with application() as app:
        apply(app)
        run = ended(app)
        assert (run["outcome"], run["totals"]["verified"]) == ("completed", RECORDS)
        assert run["purgePolicy"] == {"name": NAME, "version": 1}
        assert "approvalId" not in run
        named = {json.dumps(each.get("purgePolicy")) for each in app.audit(RUN_ID)}
        assert json.dumps({"name": NAME, "version": 1}) in named
        assert fire(app)["status"] == "finished"
        assert [each["runId"] for each in app.runs()] == [RUN_ID]


def sent(
    app: Application, route: str, path: dict[str, str], body: Any, caller: dict[str, str]
) -> int:
    """The status of the answer to a person."""
    event = http_event(route, path=path, body=json.dumps(body))
    event["requestContext"]["authorizer"] = {"iam": caller}
    return int(app.invoke(template.routes()[route], event)["statusCode"])


def test_another_person_than_the_applier_approves_if_a_rule_covers_policies() -> None:
    rule = {"name": "runs of policies", "requesters": ["policy"], "approvals": 1}
    rules = [each.to_json() for each in default_rules().rules]
    statuses: list[int] = []

    def decide() -> None:
        path = {"approvalId": f"run-{RUN_ID}"}
        shown = app.get("GET /approvals/{approvalId}", path)["body"]["subjectHash"]
        body, route = {"decision": "approve", "subjectHash": shown}, DECIDE
        statuses.extend(sent(app, route, path, body, each) for each in (OWNER, BOB))

    with application() as app:
        change = {"document": {"rules": [*rules, rule]}, "reason": "Policies need two persons"}
        setting = {"name": "approval-rules"}
        assert sent(app, "PUT /settings/{name}", setting, change, OWNER) == 200
        apply(app)
        with once_after("plan_purge", decide):
            run = ended(app)
        assert (statuses, run["outcome"]) == ([403, 201], "completed")


def test_run_beyond_the_bounds_of_its_policy_is_rejected_and_deletes_nothing() -> None:
    with application() as app:
        apply(app, bounds=BOUNDS | {"minimumAgeDays": builders.YOUNGEST, "maxRecordsPerRun": 19})
        run = ended(app)
        assert (run["outcome"], run["batches"]) == ("rejected", [])
        assert f"the plan has {RECORDS} records" in run["detail"]
        assert app.simulator.jobs == []


def test_policy_that_is_disabled_after_the_plan_deletes_nothing_more() -> None:
    with application() as app:
        apply(app)
        with once_after("plan_purge", lambda: apply(app, enabled=False)):
            run = ended(app)
        assert (run["outcome"], run["totals"].get("deleted")) == ("failed", None)
        assert "is disabled since" in run["batches"][0]["detail"]


def test_policy_that_is_disabled_and_enabled_again_does_not_revive_its_run() -> None:
    with application() as app:
        apply(app)

        def replace() -> None:
            apply(app, enabled=False)
            apply(app)

        with once_after("plan_purge", replace):
            run = ended(app)
        assert (run["outcome"], app.simulator.jobs) == ("failed", [])
        assert "by version 3, the policy was disabled" in run["batches"][0]["detail"]
