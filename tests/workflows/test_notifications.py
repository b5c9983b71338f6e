"""What becomes of a run or a rule is told to whom it concerns, and no purge depends on it."""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest
from genesys_purge.errors import Misconfigured
from genesys_purge.store.queues import SqsQueue
from genesys_purge.webhooks.receiver import ReceiverUnreachable

from simulator import Fault, FaultKind
from tests.application import Application, aws
from tests.unit.purge_rules.rule_bench import condition, document
from tests.webhook_fakes import Post
from tests.workflows.moments import killed_at, once_after
from tests.workflows.proof import assert_honest
from tests.workflows.slots import METHODS, Shared, shared

JOB, BATCH, RUN = "purge_job_completed", "data.purge.chunk.completed", "purge_run_finished"
EXECUTED, NONCOMPLIANT = "purge_rule_executed", "purge_rule_noncompliant"
OF_A_RUN = {JOB: 2, BATCH: 2, RUN: 1}
ALIVE, DEAD = "alive.example", "dead.example"
HOSTS = [ALIVE, DEAD, "runs.example", "batches.example", "rules.example"]
KEY = b"a key of twenty-four bytes"
TIMES = {"timestamp", "startTime", "endTime"}
ATTEMPTS = 8


@pytest.fixture(scope="module")
def shared_scene() -> Iterator[Shared]:
    with shared(environment={"NOTIFICATION_HOSTS": ",".join(HOSTS)}) as scene:
        yield scene


@pytest.fixture
def scene(shared_scene: Shared) -> Iterator[Shared]:
    """Nobody has to be told anything, and nobody subscribes."""
    app = shared_scene.app
    app.receivers.posted.clear()
    app.receivers.answers.clear()
    app.receivers.addresses.clear()
    yield shared_scene
    subscribe(app)
    app.tell_to_the_end()
    app.take("AbandonedDeliveries")


def subscribe(app: Application, **events: list[str]) -> None:
    """Subscribers by name, each at its own host, and the events that they want; none for all."""
    known = [
        {
            "name": name,
            "url": f"https://{name}.example/hooks?of=purges",
            "secret": f"whsec_{b64encode(KEY).decode()}",
            "events": wanted,
        }
        for name, wanted in events.items()
    ]
    app.set_secret(json.dumps({"subscribers": known}), "SubscribersSecret")


def told(app: Application, host: str = ALIVE) -> list[Post]:
    """What a host was sent, in order."""
    return [post for post in app.receivers.posted if post.url.startswith(f"https://{host}/")]


def kinds(posts: list[Post]) -> Counter[str]:
    return Counter(post.headers["x-purge-event"] for post in posts)


def of_kind(posts: list[Post], event: str) -> list[Any]:
    """The bodies of an event, in whatever order."""
    found = [post.json for post in posts if post.headers["x-purge-event"] == event]
    return sorted((timed(body) for body in found), key=repr)


def timed(body: dict[str, Any]) -> dict[str, Any]:
    """The body with its times to the millisecond, which is what the documents' bodies tell."""
    return {
        name: timed(value) if isinstance(value, dict) else moment(value) if name in TIMES else value
        for name, value in body.items()
    }


def moment(text: str) -> str:
    return datetime.fromisoformat(text).isoformat(timespec="milliseconds")


def is_signed(post: Post, key: bytes = KEY) -> bool:
    """By Standard Webhooks."""
    name, at = post.headers["webhook-id"], post.headers["webhook-timestamp"]
    digest = hmac.new(key, f"{name}.{at}.".encode() + post.body, "sha256").digest()
    return post.headers["webhook-signature"] == f"v1,{b64encode(digest).decode()}"


def audit_signature(entry: dict[str, Any], key: bytes = KEY) -> str:
    """D3's, over the entry without it: keys in order, no blanks."""
    unsigned = {name: value for name, value in entry.items() if name != "auditSignature"}
    canonical = json.dumps(unsigned, sort_keys=True, separators=(",", ":")).encode()
    return f"sha256={hmac.new(key, canonical, 'sha256').hexdigest()}"


def facts(app: Application, run_id: str, action: str) -> list[dict[str, Any]]:
    return [record for record in app.audit(run_id) if record["action"] == action]


def without_telling(app: Application, run_id: str) -> list[str]:
    """What was done in a run, apart from telling of it."""
    return [each for each in app.actions(run_id) if not each.startswith("notification_")]


@pytest.mark.parametrize("method", METHODS)
def test_a_finished_run_tells_what_the_documents_say(scene: Shared, method: str) -> None:
    app, slot = scene.app, scene.slot()
    subscribe(app, alive=[])

    run = app.run(slot.request(method))
    app.tell()

    posts = told(app)
    assert kinds(posts) == OF_A_RUN
    assert all(is_signed(post) for post in posts)
    assert {post.headers["x-audit-source"] for post in posts} == {"genesys-purge-orchestrator"}
    assert of_kind(posts, JOB) == jobs_of(app, run)
    assert of_kind(posts, BATCH) == batches_of(app, run)
    (post,) = (post for post in posts if post.headers["x-purge-event"] == RUN)
    (entry,) = of_kind(posts, RUN)
    assert post.headers["x-request-id"] == post.headers["webhook-id"]
    assert entry.pop("auditSignature") == audit_signature(post.json)
    assert entry == entry_of(app, run, post.headers["webhook-id"])
    assert app.actions(run["runId"])[-5:] == ["notification_delivered"] * 5
    assert_honest(app, run, slot.ids)


def jobs_of(app: Application, run: dict[str, Any]) -> list[dict[str, Any]]:
    """D4's: the number is Genesys's own, and D2's status answer has none."""
    counted = {} if run["method"] == "data_deletion" else {"recordsProcessed": 5}
    bodies = [
        {
            "event": JOB,
            "jobId": fact["jobId"],
            "state": "completed",
            **counted,
            "latencySeconds": fact["latencySeconds"],
            "timestamp": moment(fact["at"]),
        }
        for fact in facts(app, run["runId"], "batch_completed")
    ]
    return sorted(bodies, key=repr)


def batches_of(app: Application, run: dict[str, Any]) -> list[dict[str, Any]]:
    """D2's; nothing is said of storage, of which Genesys says nothing."""
    completed = facts(app, run["runId"], "batch_completed")
    seconds = {fact["batch"]: fact["latencySeconds"] for fact in completed}
    bodies = [
        {
            "event": BATCH,
            "requestId": fact["jobId"],
            "status": "completed",
            "recordsProcessed": 5,
            "timestamp": moment(fact["at"]),
            "metrics": {
                "throughputRecordsPerSecond": round(5 / seconds[fact["batch"]], 3),
                "durationSeconds": seconds[fact["batch"]],
            },
        }
        for fact in facts(app, run["runId"], "batch_verified")
    ]
    return sorted(bodies, key=repr)


def entry_of(app: Application, run: dict[str, Any], audit_id: str) -> dict[str, Any]:
    """D3's, without its signature; of two jobs none is the run's."""
    (fact,) = facts(app, run["runId"], "run_completed")
    return {
        "auditId": audit_id,
        "timestamp": moment(fact["at"]),
        "purgeId": run["runId"],
        "policyApplied": fact["policy"],
        "metrics": {
            "status": "completed",
            "startTime": moment(run["submittedAt"]),
            "endTime": moment(fact["at"]),
            "durationMs": round(fact["latencySeconds"] * 1000),
            "totalInteractionsPurged": 10,
        },
        "complianceTags": fact.get("complianceTags", []),
    }


@pytest.mark.parametrize(
    ("fault", "outcome", "expected"),
    [
        (FaultKind.JOB_FAILS, "failed", {JOB: "failed", BATCH: "failed"}),
        (FaultKind.JOB_VANISHES, "failed", {BATCH: "failed"}),
        (FaultKind.JOB_NEVER_FINISHES, "failed", {BATCH: "gave_up"}),
    ],
)
def test_a_job_that_ends_badly_is_told_as_it_ended(
    scene: Shared, fault: FaultKind, outcome: str, expected: dict[str, str]
) -> None:
    app, slot = scene.app, scene.slot()
    subscribe(app, alive=[])
    app.simulator.faults.add(Fault(fault))

    run = app.run(slot.first_batch("conversation_archive"))
    app.tell()

    posts = told(app)
    assert kinds(posts) == Counter([*expected, RUN])
    states = {JOB: "state", BATCH: "status"}
    for event, state in expected.items():
        (body,) = of_kind(posts, event)
        assert body[states[event]] == state
        # Absent where Genesys told no number: that it was asked for five is none.
        assert body.get("recordsProcessed") == run["batches"][0].get("deleted") != 5
    (entry,) = of_kind(posts, RUN)
    assert entry["metrics"]["status"] == run["outcome"] == outcome
    assert entry["metrics"]["jobId"] == run["batches"][0]["jobId"]


@pytest.mark.parametrize(
    ("fields", "outcome", "reason"),
    [({"maxRecords": 9}, "rejected", "LimitExceeded"), ({"dryRun": True}, "dry_run", None)],
)
def test_a_run_that_deleted_nothing_is_told_as_such(
    scene: Shared, fields: dict[str, Any], outcome: str, reason: str | None
) -> None:
    app, slot = scene.app, scene.slot()
    subscribe(app, alive=[])

    run = app.run(slot.request("conversation_archive", **fields))
    app.tell()

    posts = told(app)
    assert kinds(posts) == {RUN: 1}
    metrics = posts[0].json["metrics"]
    assert metrics["status"] == run["outcome"] == outcome
    assert metrics.get("errorReason", "").partition(":")[0] == (reason or "")
    # Nobody deleted anything, so nobody reported how much.
    assert metrics.keys().isdisjoint({"totalInteractionsPurged", "jobId"})


def test_each_subscriber_is_told_of_what_it_wants(scene: Shared) -> None:
    app, slot = scene.app, scene.slot()
    subscribe(app, alive=[], runs=[RUN], batches=[JOB, BATCH], rules=[EXECUTED, NONCOMPLIANT])

    run = app.run(slot.request("conversation_archive"))
    app.tell()

    assert kinds(told(app)) == OF_A_RUN
    assert kinds(told(app, "runs.example")) == {RUN: 1}
    assert kinds(told(app, "batches.example")) == {JOB: 2, BATCH: 2}
    assert told(app, "rules.example") == []
    ids = [post.headers["webhook-id"] for post in told(app, "batches.example")]
    assert set(ids) < {post.headers["webhook-id"] for post in told(app)}
    delivered = facts(app, run["runId"], "notification_delivered")
    assert Counter(fact["detail"].split()[2].strip(",") for fact in delivered) == {
        "alive": 5,
        "runs": 1,
        "batches": 4,
    }


def test_nobody_is_told_of_being_told(scene: Shared) -> None:
    app, slot = scene.app, scene.slot()
    subscribe(app, alive=[])
    run = app.run(slot.request("conversation_archive"))
    app.tell()
    audit, posts = app.audit(run["runId"]), told(app)

    app.tell_to_the_end()

    assert app.audit(run["runId"]) == audit
    assert told(app) == posts


HOPELESS: dict[str, list[int | Exception]] = {
    "gone": [410],
    "refused address": [204],
    "host that is not allowed": [204],
}
DEATHS: dict[str, list[int | Exception]] = {
    **HOPELESS,
    "always failing": [500],
    "moved": [301],
    "unknown there": [404],
    "hanging": [ReceiverUnreachable("dead.example gave no answer within 10 seconds")],
}


def kill(app: Application, death: str) -> None:
    """A subscriber that is alive, and one that is dead in that way."""
    dead = "nowhere" if death == "host that is not allowed" else "dead"
    subscribe(app, **{dead: [], "alive": []})
    app.receivers.answers[DEAD] = list(DEATHS[death])
    if death == "refused address":
        app.receivers.addresses[DEAD] = "169.254.169.254"


@pytest.mark.parametrize("death", DEATHS)
def test_a_dead_receiver_changes_nothing_but_that_it_is_given_up_on(
    scene: Shared, death: str
) -> None:
    app, undisturbed, slot = scene.app, scene.slot(), scene.slot()
    quiet = app.run(undisturbed.request("conversation_archive"))
    app.tell()
    kill(app, death)

    with once_after("poll_batch", app.tell), once_after("verify_batch", app.tell):
        run = app.run(slot.request("conversation_archive"))
    app.tell_to_the_end()

    assert (run["outcome"], run["totals"]) == (quiet["outcome"], quiet["totals"])
    done = without_telling(app, run["runId"])
    assert Counter(done) == Counter(without_telling(app, quiet["runId"]))
    assert done[-1] == "run_completed"
    assert_honest(app, run, slot.ids)
    assert kinds(told(app)) == OF_A_RUN
    assert len(facts(app, run["runId"], "notification_delivered")) == 5
    abandoned = facts(app, run["runId"], "notification_abandoned")
    attempts = 1 if death in HOPELESS else ATTEMPTS
    assert [fact["detail"].endswith(f", attempt {attempts}") for fact in abandoned] == [True] * 5
    letters = app.take("AbandonedDeliveries")
    assert Counter(each["notification"]["event"] for each in letters) == OF_A_RUN
    assert app.take("Deliveries") == []


def test_a_receiver_that_comes_back_is_told_in_the_end_and_under_the_same_ids(
    scene: Shared,
) -> None:
    app, slot = scene.app, scene.slot()
    subscribe(app, dead=[RUN])
    app.receivers.answers[DEAD] = [503, ReceiverUnreachable("no answer"), 500, 200]

    run = app.run(slot.request("conversation_archive"))
    app.tell_to_the_end()

    posts = told(app, DEAD)
    assert len(posts) == 4
    assert len({(post.headers["webhook-id"], post.body) for post in posts}) == 1
    times = [int(post.headers["webhook-timestamp"]) for post in posts]
    waits = [later - earlier for earlier, later in pairwise(times)]
    for wait, least in zip(waits, (30, 60, 120), strict=True):
        assert least <= wait <= least * 1.25 + 2
    assert all(is_signed(post) for post in posts)
    (delivered,) = facts(app, run["runId"], "notification_delivered")
    assert delivered["detail"].endswith("answered 200, attempt 4")
    assert app.take("AbandonedDeliveries") == []


def test_what_was_given_up_on_can_be_sent_again(scene: Shared) -> None:
    app, slot = scene.app, scene.slot()
    kill(app, "gone")
    run = app.run(slot.request("conversation_archive"))
    app.tell()
    refused = {post.headers["webhook-id"] for post in told(app, DEAD)}
    app.receivers.answers[DEAD] = [204]
    app.receivers.posted.clear()

    for letter in app.take("AbandonedDeliveries"):
        aws("sqs").send_message(QueueUrl="Deliveries", MessageBody=json.dumps(letter))
    app.tell()

    assert {post.headers["webhook-id"] for post in told(app, DEAD)} == refused
    assert told(app) == []
    assert len(facts(app, run["runId"], "notification_abandoned")) == 5
    assert len(facts(app, run["runId"], "notification_delivered")) == 5 + 5


def test_a_batch_of_facts_that_comes_again_is_told_again_under_the_same_ids(
    scene: Shared,
) -> None:
    app, slot = scene.app, scene.slot()
    subscribe(app, alive=[])
    run = app.run(slot.request("conversation_archive"))
    app.tell()
    first = {post.headers["webhook-id"]: post.body for post in told(app)}
    app.receivers.posted.clear()

    app.pump.publish(stream_of(app, run["runId"]))
    app.tell()

    assert {post.headers["webhook-id"]: post.body for post in told(app)} == first
    assert len(told(app)) == len(first) == 5


def stream_of(app: Application, run_id: str) -> list[dict[str, Any]]:
    return [
        record
        for record in app.pump.stream()
        if record["dynamodb"]["Keys"]["runId"] == {"S": run_id}
    ]


def test_a_batch_that_fails_halfway_continues_from_the_failed_record(scene: Shared) -> None:
    app, slot = scene.app, scene.slot()
    subscribe(app, alive=[])
    app.run(slot.request("conversation_archive"))

    def is_last(delivery: Any) -> bool:
        return bool(delivery.notification.event == RUN)

    with killed_at("send", is_last, stored=False, store=SqsQueue) as victims:
        app.tell()

    assert len(victims) == 1
    assert kinds(told(app)) == {JOB: 2, BATCH: 2, RUN: 1}
    assert len({post.headers["webhook-id"] for post in told(app)}) == 5


def test_subscribers_that_cannot_be_read_are_told_once_they_can(scene: Shared) -> None:
    app, slot = scene.app, scene.slot()
    app.set_secret('{"subscribers": [{"name": "alive"}]}', "SubscribersSecret")

    run = app.run(slot.request("conversation_archive"))
    with pytest.raises(Misconfigured, match="the subscribers' secret"):
        app.tell()
    subscribe(app, alive=[])
    app.tell()

    assert run["outcome"] == "completed"
    assert kinds(told(app)) == OF_A_RUN


@pytest.fixture
def bus(scene: Shared) -> Iterator[str]:  # noqa: ARG001 - the bus is the application's
    """A queue that gets whatever is put on the application's bus."""
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


def test_other_aws_services_are_told_by_events_on_the_bus(scene: Shared, bus: str) -> None:
    app, slot = scene.app, scene.slot()
    subscribe(app, alive=[])

    run = app.run(slot.request("conversation_archive"))
    app.tell()

    events = app.take(bus)
    assert Counter(event["detail-type"] for event in events) == OF_A_RUN
    assert {event["source"] for event in events} == {"genesys-purge"}
    posted = {post.headers["webhook-id"]: post.json for post in told(app)}
    for event in events:
        detail = event["detail"]
        body = posted[detail["notificationId"]]
        body.pop("auditSignature", None)
        assert (detail["event"], detail["runId"]) == (event["detail-type"], run["runId"])
        assert detail["body"] == body


def test_the_bus_is_told_even_where_nobody_subscribes(scene: Shared, bus: str) -> None:
    app, slot = scene.app, scene.slot()

    run = app.run(slot.request("data_deletion"))
    app.tell()

    assert Counter(event["detail-type"] for event in app.take(bus)) == OF_A_RUN
    assert app.receivers.posted == []
    assert without_telling(app, run["runId"]) == app.actions(run["runId"])


def rule_of(app: Application, name: str) -> str:
    """The id of a rule about no conversation of these tests."""
    scope = {"filters": [condition("queueId", "eq", name)]}
    answer = app.invoke("CreatePurgeRuleFunction", document(name=name, scope=scope))
    return str(answer["ruleId"])


def executed(app: Application, rule_id: str, **forced: Any) -> Any:
    answer = app.genesys("POST", f"rules/{rule_id}/execute", **forced)
    app.simulator.deliver_due()
    return answer


@pytest.mark.parametrize("compliant", [True, False])
def test_an_execution_of_a_rule_is_told_and_where_it_was_not_compliant_that_is_told_too(
    scene: Shared, capsys: pytest.CaptureFixture[str], *, compliant: bool
) -> None:
    app = scene.app
    subscribe(app, alive=[], rules=[NONCOMPLIANT])
    rule_id = rule_of(app, f"compliant-{compliant}")

    execution = executed(app, rule_id, complianceOk=compliant)
    app.tell()

    kinds_told = [EXECUTED] if compliant else [EXECUTED, NONCOMPLIANT]
    posts = told(app)
    assert [post.headers["x-purge-event"] for post in posts] == kinds_told
    for post, event in zip(posts, kinds_told, strict=True):
        assert timed(post.json) == {
            "event": event,
            "ruleId": rule_id,
            "deletedCount": 0,
            "timestamp": moment(execution["executedAt"]),
            "complianceOk": compliant,
        }
        assert is_signed(post)
    assert len(told(app, "rules.example")) == (not compliant)
    assert ("RuleNoncompliant" in capsys.readouterr().out) is not compliant
    told_of = [record["action"] for record in app.rule_audit(rule_id)][-len(posts) :]
    assert set(told_of) == {"notification_delivered"}


def test_an_execution_that_is_delivered_again_is_not_told_or_counted_again(
    scene: Shared, capsys: pytest.CaptureFixture[str]
) -> None:
    app = scene.app
    subscribe(app, alive=[])
    rule_id = rule_of(app, "delivered-again")
    executed(app, rule_id, complianceOk=False)
    app.tell()
    post = app.callback.sent[-1]

    for _ in range(5):
        assert app.call_back(post.body, post.headers)["statusCode"] == 200
    app.tell()

    assert kinds(told(app)) == {EXECUTED: 1, NONCOMPLIANT: 1}
    metrics = [line for line in capsys.readouterr().out.splitlines() if "RuleNoncompliant" in line]
    assert len(metrics) == 1
