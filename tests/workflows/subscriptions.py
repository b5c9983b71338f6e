"""Subscribers of a running application, and the notifications that they receive."""

from __future__ import annotations

import hmac
import json
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from tests.application import Application
from tests.webhook_fakes import Post
from tests.workflows.shared_application import SharedApplication, shared

JOB, BATCH, RUN = "purge_job_completed", "data.purge.chunk.completed", "purge_run_finished"
EXECUTED, NONCOMPLIANT = "purge_rule_executed", "purge_rule_noncompliant"
# The notifications of a run with two batches.
OF_A_RUN = {JOB: 2, BATCH: 2, RUN: 1}
ALIVE, DEAD = "alive.example", "dead.example"
HOSTS = [
    ALIVE,
    DEAD,
    "gone.example",
    "closed.example",
    "runs.example",
    "batches.example",
    "rules.example",
]
KEY = b"a key of twenty-four bytes"


@contextmanager
def notifying() -> Iterator[SharedApplication]:
    """A running application that may notify the hosts."""
    with shared(environment={"NOTIFICATION_HOSTS": ",".join(HOSTS)}, groups=30) as scene:
        yield scene


@contextmanager
def without_subscribers(app: Application) -> Iterator[None]:
    """Start and end with no subscribers, posts, answers and queued messages."""
    app.receivers.posted.clear()
    app.receivers.answers.clear()
    app.receivers.addresses.clear()
    yield
    subscribe(app)
    app.drain_queues()
    app.take("AbandonedDeliveries")


def subscribe(app: Application, **events: list[str]) -> None:
    """Subscribers by name, each at its own host, with their events; an empty list means all."""
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


def posts(app: Application, host: str = ALIVE) -> list[Post]:
    """The requests to a host, in order."""
    return to_host(app.receivers.posted, host)


def to_host(posted: list[Post], host: str = ALIVE) -> list[Post]:
    """The requests that were sent to the host."""
    return [post for post in posted if post.url.startswith(f"https://{host}/")]


def kinds(found: list[Post]) -> Counter[str]:
    return Counter(post.headers["x-purge-event"] for post in found)


def ids(found: list[Post]) -> set[str]:
    return {post.headers["webhook-id"] for post in found}


def is_signed(post: Post, key: bytes = KEY) -> bool:
    """Whether the signature is valid by Standard Webhooks."""
    name, at = post.headers["webhook-id"], post.headers["webhook-timestamp"]
    digest = hmac.new(key, f"{name}.{at}.".encode() + post.body, "sha256").digest()
    return f"v1,{b64encode(digest).decode()}" in post.headers["webhook-signature"].split(" ")


def records(app: Application, run_id: str, action: str) -> list[dict[str, Any]]:
    return [record for record in app.audit(run_id) if record["action"] == action]


def without_notifications(app: Application, run_id: str) -> list[str]:
    """The actions of a run, without those about notifications."""
    return [each for each in app.actions(run_id) if not each.startswith("notification_")]


def moment(text: str) -> str:
    return datetime.fromisoformat(text).isoformat(timespec="milliseconds")
