"""Every way in leads to the same run: HTTP, a schedule, an event, or ids in S3."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.application import Application, http_event
from tests.builders import days_ago
from tests.workflows.run_checks import assert_honest, sent
from tests.workflows.shared_application import DAYS, ConversationGroup, SharedApplication

YESTERDAY = days_ago(1).isoformat().replace("+00:00", "Z")


def before_yesterday(group: ConversationGroup) -> dict[str, int]:
    """The window of the schedule, relative to yesterday's noon."""
    return {"olderThanDays": group.oldest - DAYS - 1, "lookbackDays": DAYS}


def scheduled(group: ConversationGroup) -> dict[str, Any]:
    return {
        "scheduledTime": YESTERDAY,
        "scheduleArn": "arn:aws:scheduler:us-east-1:123456789012:schedule/default/retention",
        "request": group.request("data_deletion", dateRange=before_yesterday(group)),
    }


def event(group: ConversationGroup) -> dict[str, Any]:
    return {
        "version": "0",
        "id": "7bf73129-1428-4cd3-a780-95db273d1602",
        "detail-type": "Purge Requested",
        "source": "com.example.retention",
        "account": "123456789012",
        "time": YESTERDAY,
        "region": "us-east-1",
        "resources": [],
        "detail": group.request("data_deletion", dateRange=before_yesterday(group)),
    }


def test_http_request_is_answered_with_202_and_runs(scene: SharedApplication) -> None:
    app, group = scene.app, scene.group()
    body = json.dumps(group.request("conversation_archive"))

    answer = app.invoke("SubmitPurgeFunction", http_event("POST /purges", body=body))

    run_id = json.loads(answer["body"])["runId"]
    assert (answer["statusCode"], json.loads(answer["body"])["status"]) == (202, "submitted")
    app.execution(run_id)
    run = app.read(run_id)
    assert (run["outcome"], run["submittedBy"]) == (
        "completed",
        "arn:aws:iam::123456789012:user/operator",
    )
    assert_honest(app, run, group.ids)


def test_submitter_is_the_aws_identity_and_not_the_claimed_one(scene: SharedApplication) -> None:
    app, group = scene.app, scene.group()
    claimed = group.request("conversation_archive", requestedBy="somebody else", dryRun=True)

    answer = app.invoke("SubmitPurgeFunction", http_event("POST /purges", body=json.dumps(claimed)))

    run_id = json.loads(answer["body"])["runId"]
    app.execution(run_id)
    assert app.read(run_id)["submittedBy"] == "arn:aws:iam::123456789012:user/operator"
    assert app.audit(run_id)[0]["actor"] == "arn:aws:iam::123456789012:user/operator"


def test_refused_http_request_names_every_field_and_starts_nothing(
    scene: SharedApplication,
) -> None:
    app, group = scene.app, scene.group()
    request = group.request("conversation_archive", reason="short", requestId="refused", colour=1)

    answer = app.invoke("SubmitPurgeFunction", http_event("POST /purges", body=json.dumps(request)))

    assert answer["statusCode"] == 400
    refused = json.loads(answer["body"])
    assert {error["path"] for error in refused["errors"]} == {"reason", "colour"}
    assert refused["requestId"] == "test-request"
    assert app.get("GET /purges/{runId}", {"runId": "refused"})["statusCode"] == 404


@pytest.mark.parametrize(
    ("event_of", "actor"),
    [(scheduled, "schedule:retention"), (event, "event:com.example.retention")],
)
def test_relative_window_is_resolved_against_the_senders_time(
    scene: SharedApplication, event_of: Callable[[ConversationGroup], dict[str, Any]], actor: str
) -> None:
    app, group = scene.app, scene.group()
    since = len(app.simulator.requests)

    run = app.run(event_of(group))

    assert (run["outcome"], run["submittedBy"]) == ("completed", actor)
    ranges = [body["filter"]["dateRange"] for body in sent(app, since)]
    first, last = days_ago(group.oldest), days_ago(group.oldest - DAYS)
    assert ranges[0]["start"] == first.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert ranges[-1]["end"] == last.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert ranges[0]["end"] == ranges[1]["start"]
    assert_honest(app, run, group.ids)


@pytest.mark.parametrize("event_of", [scheduled, event])
def test_redelivered_event_returns_its_first_run(
    scene: SharedApplication, event_of: Callable[[ConversationGroup], dict[str, Any]]
) -> None:
    app, message = scene.app, event_of(scene.group())
    first = app.run(message)
    since = len(app.simulator.requests)

    again = app.submit(message)

    assert again == {"runId": first["runId"], "status": "finished"}
    assert app.simulator.requests[since:] == []


def listed_by_line(app: Application, group: ConversationGroup) -> str:
    return app.put_ids("ids.txt", [*group.ids, ""])


def listed_as_json(app: Application, group: ConversationGroup) -> str:
    return app.put_ids("ids.json", [json.dumps(group.ids, indent=1)])


@pytest.mark.parametrize("listed", [listed_by_line, listed_as_json])
def test_ids_may_be_stored_in_an_s3_object(
    scene: SharedApplication, listed: Callable[[Application, ConversationGroup], str]
) -> None:
    app, group = scene.app, scene.group()
    since = len(app.simulator.requests)

    url = listed(app, group)

    run = app.run(group.request("conversation_archive", conversationIdsFrom=url))

    assert (run["outcome"], run["totals"]["deleted"]) == ("completed", 10)
    assert [body["conversationIds"] for body in sent(app, since)] == [group.ids[:5], group.ids[5:]]
    assert_honest(app, run, group.ids)
