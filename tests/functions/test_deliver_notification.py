"""DeliverNotification: a batch of messages; each succeeds or fails alone."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from genesys_purge.errors import Misconfigured
from genesys_purge.ports import Receipt
from genesys_purge.webhooks.outbound.deliver_notification import ATTEMPTS
from genesys_purge.webhooks.outbound.https_sender import NoAnswer
from genesys_purge.webhooks.outbound.notification import Delivery, Event

from tests.functions.conftest import Invoke
from tests.unit.workbench import Workbench
from tests.webhook_builders import delivery, notification, queue_event, subscriber

POISON = ["", "null", '{"subscriber": "jane", "to": 1}', "\ud800"]


@pytest.fixture(autouse=True)
def _subscribed(bench: Workbench) -> None:
    bench.directory.subscribed = [subscriber(), subscriber("archive")]


def failed(invoke: Invoke, event: dict[str, Any]) -> list[str]:
    """The ids of the messages that the queue delivers again."""
    answer = invoke("DeliverNotification", event)
    assert set(answer) == {"batchItemFailures"}
    assert all(set(each) == {"itemIdentifier"} for each in answer["batchItemFailures"])
    return [each["itemIdentifier"] for each in answer["batchItemFailures"]]


def test_delivered_message_is_not_redelivered(bench: Workbench, invoke: Invoke) -> None:
    assert failed(invoke, queue_event(delivery(), delivery(Event.RULE_NONCOMPLIANT))) == []
    events = [each.headers["x-purge-event"] for each in bench.sender.posted]
    assert events == ["purge_rule_executed", "purge_rule_noncompliant"]


def test_undelivered_message_is_redelivered_later(bench: Workbench, invoke: Invoke) -> None:
    bench.sender.answers = [204, 503, NoAnswer("no answer"), 204]
    assert failed(invoke, queue_event(*[delivery()] * 4, times=2)) == ["m-1", "m-2"]
    assert [given for given, _ in bench.deliveries.postponed] == [
        Receipt("handle-1", 2),
        Receipt("handle-2", 2),
    ]


def test_abandoned_message_is_not_redelivered(bench: Workbench, invoke: Invoke) -> None:
    bench.sender.answers = [500, 410]
    assert failed(invoke, queue_event(delivery(), delivery(), times=ATTEMPTS)) == []
    assert len(bench.deliveries.buried) == 2


@pytest.mark.parametrize("poison", POISON)
def test_unreadable_message_does_not_stop_the_others(
    bench: Workbench, invoke: Invoke, log: io.StringIO, poison: str
) -> None:
    assert failed(invoke, queue_event(delivery(), poison, delivery())) == ["m-1"]
    assert len(bench.sender.posted) == 2
    assert json.loads(log.getvalue())["message"] == "unexpected error"
    assert "jane" not in log.getvalue()


def test_only_names_in_camel_case_are_read(bench: Workbench, invoke: Invoke) -> None:
    by_python = delivery().model_dump_json()
    assert "notification_id" in by_python
    assert failed(invoke, queue_event(by_python)) == ["m-0"]
    assert bench.sender.posted == []


def test_unexpected_error_fails_only_its_own_message(
    bench: Workbench, invoke: Invoke, log: io.StringIO
) -> None:
    bench.sender.answers = [204, KeyError("hush"), 204]
    assert failed(invoke, queue_event(*[delivery()] * 3)) == ["m-1"]
    assert len(bench.sender.posted) == 3
    assert (bench.deliveries.postponed, bench.deliveries.buried) == ([], [])
    assert json.loads(log.getvalue())["exception_name"] == "KeyError"


def test_unreadable_subscribers_fail_every_message_for_a_retry(
    bench: Workbench, invoke: Invoke, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise Misconfigured("the subscribers' secret is not valid")

    monkeypatch.setattr(bench.directory, "subscribers", fail)
    assert failed(invoke, queue_event(delivery(), delivery(), times=ATTEMPTS)) == ["m-0", "m-1"]
    assert bench.deliveries.buried == []


def test_message_is_sent_to_the_subscriber_that_it_names(bench: Workbench, invoke: Invoke) -> None:
    both = [
        Delivery(subscriber=name, notification=notification()) for name in ("archive", "governance")
    ]
    assert failed(invoke, queue_event(*both)) == []
    assert [each.url for each in bench.sender.posted] == [
        "https://archive.example/hooks",
        "https://governance.example/hooks",
    ]
