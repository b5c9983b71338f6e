"""Finished runs and executed rules are reported to subscribers and on the event bus."""

from __future__ import annotations

import hmac
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest

from simulator import Fault, FaultKind
from tests.application import Application
from tests.mocked_aws import client as aws
from tests.unit.purge_rules.rule_bench import condition, document
from tests.webhook_fakes import Post
from tests.workflows.run_checks import assert_honest
from tests.workflows.shared_application import SharedApplication
from tests.workflows.subscriptions import (
    BATCH,
    EXECUTED,
    JOB,
    KEY,
    NONCOMPLIANT,
    OF_A_RUN,
    RUN,
    ids,
    is_signed,
    kinds,
    moment,
    notifying,
    posts,
    records,
    subscribe,
    to_host,
    without_subscribers,
)

TIMES = {"timestamp", "startTime", "endTime"}


@pytest.fixture(scope="module")
def shared_scene() -> Iterator[SharedApplication]:
    with notifying() as scene:
        yield scene


@pytest.fixture
def scene(shared_scene: SharedApplication) -> Iterator[SharedApplication]:
    with without_subscribers(shared_scene.app):
        yield shared_scene


def of_kind(posted: list[Post], event: str) -> list[Any]:
    """The bodies of an event, in any order."""
    found = [post.json for post in posted if post.headers["x-purge-event"] == event]
    return sorted((timed(body) for body in found), key=repr)


def timed(body: dict[str, Any]) -> dict[str, Any]:
    """The body with its times to the millisecond, as the documents write them."""
    return {
        name: timed(value) if isinstance(value, dict) else moment(value) if name in TIMES else value
        for name, value in body.items()
    }


def audit_signature(entry: dict[str, Any], key: bytes = KEY) -> str:
    """The signature of D3 over the entry without it: sorted keys, no blanks."""
    unsigned = {name: value for name, value in entry.items() if name != "auditSignature"}
    canonical = json.dumps(unsigned, sort_keys=True, separators=(",", ":")).encode()
    return f"sha256={hmac.new(key, canonical, 'sha256').hexdigest()}"


class Finished(NamedTuple):
    """A finished run of two batches, with everything that was sent about it."""

    app: Application
    run: dict[str, Any]
    posted: list[Post]
    events: list[Any]


@pytest.fixture(scope="module")
def finished(shared_scene: SharedApplication) -> Finished:
    app, group = shared_scene.app, shared_scene.group()
    with without_subscribers(app), watched_bus() as queue:
        subscribe(app, alive=[], runs=[RUN], batches=[JOB, BATCH], rules=[EXECUTED, NONCOMPLIANT])
        run = app.run(group.request("conversation_archive"))
        app.run_queues()
        assert_honest(app, run, group.ids)
        return Finished(app, run, list(app.receivers.posted), app.take(queue))


@contextmanager
def watched_bus() -> Iterator[str]:
    """A queue that receives everything on the application's bus."""
    queue = aws("sqs").create_queue(QueueName="Watched")["QueueUrl"]
    bus = {"EventBusName": "Events"}
    arn = "arn:aws:sqs:us-east-1:123456789012:Watched"
    pattern = json.dumps({"source": ["genesys-purge"]})
    aws("events").put_rule(**bus, Name="everything", EventPattern=pattern)
    aws("events").put_targets(**bus, Rule="everything", Targets=[{"Id": "queue", "Arn": arn}])
    yield "Watched"
    aws("events").remove_targets(**bus, Rule="everything", Ids=["queue"])
    aws("events").delete_rule(**bus, Name="everything")
    aws("sqs").delete_queue(QueueUrl=queue)


def test_finished_run_is_reported_with_the_documented_bodies(finished: Finished) -> None:
    app, run, found = finished.app, finished.run, to_host(finished.posted)
    assert kinds(found) == OF_A_RUN
    assert of_kind(found, JOB) == jobs_of(app, run)
    assert of_kind(found, BATCH) == batches_of(app, run)
    (post,) = (post for post in found if post.headers["x-purge-event"] == RUN)
    (entry,) = of_kind(found, RUN)
    assert post.headers["x-request-id"] == post.headers["webhook-id"]
    assert entry.pop("auditSignature") == audit_signature(post.json)
    assert entry == entry_of(app, run, post.headers["webhook-id"])


def test_every_notification_is_signed_and_names_its_source(finished: Finished) -> None:
    assert all(is_signed(post) for post in finished.posted)
    sources = {post.headers["x-audit-source"] for post in finished.posted}
    assert sources == {"genesys-purge-orchestrator"}


def test_subscriber_receives_only_its_events(finished: Finished) -> None:
    assert kinds(to_host(finished.posted, "runs.example")) == {RUN: 1}
    batches = to_host(finished.posted, "batches.example")
    assert kinds(batches) == {JOB: 2, BATCH: 2}
    assert ids(batches) < ids(to_host(finished.posted))
    assert to_host(finished.posted, "rules.example") == []


def test_every_delivery_is_audited(finished: Finished) -> None:
    delivered = records(finished.app, finished.run["runId"], "notification_delivered")
    subscribers = Counter(record["delivery"]["subscriber"] for record in delivered)
    assert subscribers == {"alive": 5, "runs": 1, "batches": 4}


def test_notifications_are_also_events_on_the_bus(finished: Finished) -> None:
    assert Counter(event["detail-type"] for event in finished.events) == OF_A_RUN
    assert {event["source"] for event in finished.events} == {"genesys-purge"}
    posted = {post.headers["webhook-id"]: post.json for post in to_host(finished.posted)}
    for event in finished.events:
        detail = event["detail"]
        body = posted[detail["notificationId"]]
        body.pop("auditSignature", None)
        run_id = finished.run["runId"]
        assert (detail["event"], detail["runId"]) == (event["detail-type"], run_id)
        assert detail["body"] == body


def jobs_of(app: Application, run: dict[str, Any]) -> list[dict[str, Any]]:
    """The bodies of D4."""
    bodies = [
        {
            "event": JOB,
            "jobId": record["jobId"],
            "state": "completed",
            "recordsProcessed": 5,
            "deletedUnit": "conversations",
            "latencySeconds": record["latencySeconds"],
            "timestamp": moment(record["at"]),
        }
        for record in records(app, run["runId"], "batch_completed")
    ]
    return sorted(bodies, key=repr)


def batches_of(app: Application, run: dict[str, Any]) -> list[dict[str, Any]]:
    """The bodies of D2, without storage, which Genesys does not report."""
    completed = records(app, run["runId"], "batch_completed")
    seconds = {record["batch"]: record["latencySeconds"] for record in completed}
    bodies = [
        {
            "event": BATCH,
            "requestId": record["jobId"],
            "status": "completed",
            "recordsProcessed": 5,
            "deletedUnit": "conversations",
            "timestamp": moment(record["at"]),
            "metrics": {
                "throughputRecordsPerSecond": round(5 / seconds[record["batch"]], 3),
                "durationSeconds": seconds[record["batch"]],
            },
        }
        for record in records(app, run["runId"], "batch_verified")
    ]
    return sorted(bodies, key=repr)


def entry_of(app: Application, run: dict[str, Any], audit_id: str) -> dict[str, Any]:
    """The entry of D3 without its signature; a run of two jobs names none."""
    (record,) = records(app, run["runId"], "run_completed")
    reason, classification = record["request"]["reason"], "internal"
    policy = {"idsGiven": 10, "permanentDelete": True, "reason": reason}
    return {
        "event": "purge_run_finished",
        "auditId": audit_id,
        "timestamp": moment(record["at"]),
        "purgeId": run["runId"],
        "policyApplied": policy | {"classification": classification} | record["policy"],
        "metrics": {
            "status": "completed",
            "startTime": moment(run["submittedAt"]),
            "endTime": moment(record["at"]),
            "durationMs": round(record["latencySeconds"] * 1000),
            "totalInteractionsPurged": 10,
            "deletedUnit": "conversations",
            "unit": "conversations",
        },
        "complianceTags": record.get("complianceTags", []),
    }


def test_overridden_retention_is_audited_and_reported(scene: SharedApplication) -> None:
    app, group = scene.app, scene.group()
    name, callers = "/genesys-purge/override-callers", json.dumps(["invoke"])
    aws("ssm").put_parameter(Name=name, Value=callers, Type="String", Overwrite=True)
    subscribe(app, alive=[])

    run = app.run(group.request("data_deletion", retentionPolicyOverride=True))
    app.run_queues()

    assert run["outcome"] == "completed"
    audit = app.appended(run["runId"])
    later = ("notification_", "certificate_")
    about = [each for each in audit if not each["action"].startswith(later)]
    overrides = {(each["jurisdiction"], each["retentionPolicyOverride"]) for each in about}
    assert overrides == {("us-east-1", True)}
    notes = {each.get("complianceNote") for each in about[1:]}
    assert len(notes) == 1
    batch, *_ = (post.json for post in posts(app) if post.headers["x-purge-event"] == BATCH)
    assert (batch["retentionPolicyOverride"], batch["complianceNote"]) == (True, *notes)
    (entry,) = (post.json for post in posts(app) if post.headers["x-purge-event"] == RUN)
    assert entry["policyApplied"]["retentionPolicyOverride"] is True


@pytest.mark.parametrize(
    ("fault", "outcome", "expected"),
    [
        (FaultKind.JOB_FAILS, "failed", {JOB: "failed", BATCH: "failed"}),
        (FaultKind.JOB_VANISHES, "failed", {BATCH: "failed"}),
    ],
)
def test_failed_job_is_reported_as_failed(
    scene: SharedApplication, fault: FaultKind, outcome: str, expected: dict[str, str]
) -> None:
    app, group = scene.app, scene.group()
    subscribe(app, alive=[])
    app.simulator.faults.add(Fault(fault))

    run = app.run(group.first_batch("conversation_archive"))
    app.run_queues()

    found = posts(app)
    assert kinds(found) == Counter([*expected, RUN])
    states = {JOB: "state", BATCH: "status"}
    for event, state in expected.items():
        (body,) = of_kind(found, event)
        assert body[states[event]] == state
        # Absent unless Genesys reported a number; the five requested records are not one.
        assert body.get("recordsProcessed") == run["batches"][0].get("deleted") != 5
    (entry,) = of_kind(found, RUN)
    assert entry["metrics"]["status"] == run["outcome"] == outcome
    assert entry["metrics"]["jobId"] == run["batches"][0]["jobId"]


@pytest.mark.parametrize(
    ("fields", "outcome", "reason"),
    [({"maxRecords": 9}, "rejected", "LimitExceeded"), ({"dryRun": True}, "dry_run", None)],
)
def test_run_that_deleted_nothing_is_reported_without_a_total(
    scene: SharedApplication, fields: dict[str, Any], outcome: str, reason: str | None
) -> None:
    app, group = scene.app, scene.group()
    subscribe(app, alive=[])

    run = app.run(group.request("conversation_archive", **fields))
    app.run_queues()

    found = posts(app)
    assert kinds(found) == {RUN: 1}
    metrics = found[0].json["metrics"]
    assert metrics["status"] == run["outcome"] == outcome
    assert metrics.get("detail", "").partition(":")[0] == (reason or "")
    assert "errorReason" not in metrics
    # Genesys deleted nothing, so it reported no number.
    assert metrics.keys().isdisjoint({"totalInteractionsPurged", "jobId"})


def rule_of(app: Application, name: str) -> str:
    """The id of a rule that matches no conversation of these tests."""
    scope = {"filters": [condition("queueId", "eq", name)]}
    answer = app.invoke("CreatePurgeRuleFunction", document(name=name, scope=scope))
    return str(answer["ruleId"])


def executed(app: Application, rule_id: str, **forced: Any) -> Any:
    answer = app.genesys("POST", f"rules/{rule_id}/execute", **forced)
    app.simulator.deliver_due()
    return answer


@pytest.mark.parametrize("compliant", [True, False])
def test_execution_of_a_rule_is_reported_and_noncompliance_too(
    scene: SharedApplication, capsys: pytest.CaptureFixture[str], *, compliant: bool
) -> None:
    app = scene.app
    subscribe(app, alive=[], rules=[NONCOMPLIANT])
    rule_id = rule_of(app, f"compliant-{compliant}")

    execution = executed(app, rule_id, complianceOk=compliant)
    app.run_queues()

    events = [EXECUTED] if compliant else [EXECUTED, NONCOMPLIANT]
    found = posts(app)
    assert [post.headers["x-purge-event"] for post in found] == events
    for post, event in zip(found, events, strict=True):
        assert timed(post.json) == {
            "event": event,
            "ruleId": rule_id,
            "deletedCount": 0,
            "deletedUnit": "records",
            "timestamp": moment(execution["executedAt"]),
            "complianceOk": compliant,
        }
        assert is_signed(post)
    assert len(posts(app, "rules.example")) == (not compliant)
    assert ("RuleNoncompliant" in capsys.readouterr().out) is not compliant
    reported = [record["action"] for record in app.rule_audit(rule_id)][-len(found) :]
    assert set(reported) == {"notification_delivered"}


def test_repeated_webhook_is_not_reported_or_counted_again(
    scene: SharedApplication, capsys: pytest.CaptureFixture[str]
) -> None:
    app = scene.app
    subscribe(app, alive=[])
    rule_id = rule_of(app, "delivered-again")
    executed(app, rule_id, complianceOk=False)
    app.run_queues()
    post = app.callback.sent[-1]

    for _ in range(5):
        assert app.call_back(post.body, post.headers)["statusCode"] == 200
    app.run_queues()

    assert kinds(posts(app)) == {EXECUTED: 1, NONCOMPLIANT: 1}
    metrics = [line for line in capsys.readouterr().out.splitlines() if "RuleNoncompliant" in line]
    assert len(metrics) == 1


def test_changed_audit_record_is_recorded_from_the_stream(scene: SharedApplication) -> None:
    app, group = scene.app, scene.group()
    run = app.run(group.request("conversation_archive"))
    app.run_queues()
    first, second = app.audit(run["runId"])[:2]
    for record, change in (
        (first, aws("dynamodb").put_item),
        (second, aws("dynamodb").delete_item),
    ):
        key = {"runId": {"S": run["runId"]}, "sequence": {"N": str(record["sequence"])}}
        change(TableName="AuditTable", **({"Item": key} if record is first else {"Key": key}))

    app.run_queues()

    pages = aws("dynamodb").get_paginator("scan").paginate(TableName="AuditTable")
    stored = [
        json.loads(each["body"]["S"]) for page in pages for each in page["Items"] if "body" in each
    ]
    altered = [each["alteration"] for each in stored if each["action"] == "audit_altered"]
    assert sorted((each["event"], each["sequence"]) for each in altered) == [
        ("MODIFY", first["sequence"]),
        ("REMOVE", second["sequence"]),
    ]
    assert {each["runId"] for each in altered} == {run["runId"]}
