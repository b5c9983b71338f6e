"""A dead subscriber is retried and given up, a recovered one is served, and no run is disturbed."""

from __future__ import annotations

import json
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from genesys_purge.errors import Misconfigured
from genesys_purge.store.queues import SqsQueue
from genesys_purge.webhooks.outbound.deliver_notification import ATTEMPTS
from genesys_purge.webhooks.outbound.https_sender import NoAnswer

from tests.application import Application
from tests.mocked_aws import client as aws
from tests.webhook_builders import KEY
from tests.workflows.interruptions import killed_at, once_after
from tests.workflows.run_checks import assert_honest
from tests.workflows.shared_application import SharedApplication
from tests.workflows.subscriptions import (
    ALIVE,
    BATCH,
    DEAD,
    JOB,
    OF_A_RUN,
    RUN,
    ids,
    is_signed,
    kinds,
    notifying,
    posts,
    records,
    subscribe,
    without_notifications,
    without_subscribers,
)


@pytest.fixture(scope="module")
def shared_scene() -> Iterator[SharedApplication]:
    with notifying() as scene:
        yield scene


@pytest.fixture
def scene(shared_scene: SharedApplication) -> Iterator[SharedApplication]:
    with without_subscribers(shared_scene.app):
        yield shared_scene


def test_delivery_is_not_reported_itself(scene: SharedApplication) -> None:
    app, group = scene.app, scene.group()
    subscribe(app, alive=[])
    run = app.run(group.request("conversation_archive"))
    app.run_queues()
    audit, before = app.audit(run["runId"]), posts(app)

    app.drain_queues()

    assert app.audit(run["runId"]) == audit
    assert posts(app) == before


def test_dead_subscribers_are_given_up_and_no_run_is_disturbed(scene: SharedApplication) -> None:
    app, undisturbed, group = scene.app, scene.group(), scene.group()
    quiet = app.run(undisturbed.request("conversation_archive"))
    app.run_queues()
    subscribe(app, alive=[], gone=[RUN], closed=[RUN], dead=[RUN])
    app.receivers.answers["gone.example"] = [410]
    app.receivers.addresses["closed.example"] = "169.254.169.254"
    app.receivers.answers[DEAD] = [NoAnswer("dead.example gave no answer within 10 seconds")]

    with once_after("poll_batch", app.run_queues), once_after("verify_batch", app.run_queues):
        run = app.run(group.request("conversation_archive"))
    app.drain_queues()

    assert (run["outcome"], run["totals"]) == (quiet["outcome"], quiet["totals"])
    done = without_notifications(app, run["runId"])
    assert Counter(done) == Counter(without_notifications(app, quiet["runId"]))
    assert done[-2:] == ["run_completed", "certificate_issued"]
    assert_honest(app, run, group.ids)
    assert kinds(posts(app)) == OF_A_RUN
    assert len(records(app, run["runId"], "notification_delivered")) == 5
    abandoned = records(app, run["runId"], "notification_abandoned")
    deliveries = [each["delivery"] for each in abandoned]
    ends = {each["subscriber"]: each["attempt"] for each in deliveries}
    assert ends == {"gone": 1, "closed": 1, "dead": ATTEMPTS}
    letters = app.take("AbandonedDeliveries")
    assert {each["subscriber"] for each in letters} == {"gone", "closed", "dead"}
    assert app.take("Deliveries") == []


def test_recovered_subscriber_receives_the_same_ids_later(
    scene: SharedApplication,
) -> None:
    app, group = scene.app, scene.group()
    subscribe(app, dead=[RUN])
    app.receivers.answers[DEAD] = [503, NoAnswer("no answer"), 500, 200]

    run = app.run(group.request("conversation_archive"))
    app.drain_queues()

    found = posts(app, DEAD)
    assert len(found) == 4
    assert len({(post.headers["webhook-id"], post.body) for post in found}) == 1
    times = [int(post.headers["webhook-timestamp"]) for post in found]
    waits = [later - earlier for earlier, later in pairwise(times)]
    for wait, least in zip(waits, (30, 60, 120), strict=True):
        assert least <= wait <= least * 1.25 + 2
    assert all(is_signed(post) for post in found)
    (delivered,) = records(app, run["runId"], "notification_delivered")
    assert (delivered["detail"], delivered["delivery"]["attempt"]) == ("answered 200", 4)
    assert app.take("AbandonedDeliveries") == []


def test_dead_letters_can_be_sent_again(scene: SharedApplication) -> None:
    app, group = scene.app, scene.group()
    subscribe(app, dead=[], alive=[])
    app.receivers.answers[DEAD] = [410]
    run = app.run(group.request("conversation_archive"))
    app.run_queues()
    refused = ids(posts(app, DEAD))
    app.receivers.answers[DEAD] = [204]
    app.receivers.posted.clear()

    for letter in app.take("AbandonedDeliveries"):
        aws("sqs").send_message(QueueUrl="Deliveries", MessageBody=json.dumps(letter))
    app.run_queues()

    assert ids(posts(app, DEAD)) == refused
    assert posts(app) == []
    assert len(records(app, run["runId"], "notification_abandoned")) == 5
    assert len(records(app, run["runId"], "notification_delivered")) == 5 + 5


def test_repeated_batch_of_records_is_sent_under_the_same_ids(
    scene: SharedApplication,
) -> None:
    app, group = scene.app, scene.group()
    subscribe(app, alive=[])
    run = app.run(group.request("conversation_archive"))
    app.run_queues()
    first = {post.headers["webhook-id"]: post.body for post in posts(app)}
    app.receivers.posted.clear()

    app.delivery.publish(stream_of(app, run["runId"]))
    app.run_queues()

    assert {post.headers["webhook-id"]: post.body for post in posts(app)} == first
    assert len(posts(app)) == len(first) == 5


def stream_of(app: Application, run_id: str) -> list[dict[str, Any]]:
    return [
        record
        for record in app.delivery.stream()
        if record["dynamodb"]["Keys"]["runId"] == {"S": run_id}
    ]


def test_batch_that_fails_halfway_continues_from_the_failed_record(
    scene: SharedApplication,
) -> None:
    app, group = scene.app, scene.group()
    subscribe(app, alive=[])
    app.run(group.request("conversation_archive"))

    def is_last(delivery: Any) -> bool:
        return bool(delivery.notification.event == RUN)

    with killed_at("send", is_last, stored=False, store=SqsQueue) as victims:
        app.run_queues()

    assert len(victims) == 1
    assert kinds(posts(app)) == {JOB: 2, BATCH: 2, RUN: 1}
    assert len(ids(posts(app))) == 5


def test_unreadable_subscribers_are_notified_once_they_are_readable(
    scene: SharedApplication,
) -> None:
    app, group = scene.app, scene.group()
    app.set_secret('{"subscribers": [{"name": "alive"}]}', "SubscribersSecret")

    run = app.run(group.request("conversation_archive"))
    with pytest.raises(Misconfigured, match="the subscribers' secret"):
        app.run_queues()
    subscribe(app, alive=[])
    app.run_queues()

    assert run["outcome"] == "completed"
    assert kinds(posts(app)) == OF_A_RUN


def test_receiver_accepts_every_notification_while_its_secret_is_rotated(
    scene: SharedApplication,
) -> None:
    app, new = scene.app, b"n" * 32
    app.set_secret(json.dumps({"subscribers": [rotating(KEY, new)]}), "SubscribersSecret")
    app.run(scene.group().request("conversation_archive"))
    app.drain_queues()
    assert kinds(posts(app)) == OF_A_RUN
    for post in posts(app):
        assert is_signed(post, KEY)
        assert is_signed(post, new)
        assert not is_signed(post, b"o" * 32)


def rotating(*keys: bytes) -> dict[str, Any]:
    """The subscriber of the live host with several secrets."""
    secrets = [f"whsec_{b64encode(key).decode()}" for key in keys]
    return {"name": "alive", "url": f"https://{ALIVE}/hooks?of=purges", "secrets": secrets}
