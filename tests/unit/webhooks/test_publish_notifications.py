"""PublishNotifications: every fact worth telling to the bus, and to each subscriber that asked."""

from __future__ import annotations

import pytest
from genesys_purge.errors import TryLater
from genesys_purge.model.audit import Action
from genesys_purge.model.batch import BatchState
from genesys_purge.webhooks.notification import Event, Notification

from tests import builders
from tests.unit.workbench import Workbench
from tests.webhook_builders import body_of, fact, receipt, signature, subscriber

NONCOMPLIANT = fact(rule_id="rule-1", deleted=5, compliance_ok=False)


def sent(bench: Workbench) -> list[tuple[str, Event]]:
    """To whom, and what about."""
    return [(each.subscriber, each.notification.event) for each in bench.deliveries.sent]


def test_a_fact_is_told_to_the_bus_and_to_every_subscriber(bench: Workbench) -> None:
    bench.directory.subscribed = [subscriber("governance"), subscriber("archive")]
    bench.publish_notifications(NONCOMPLIANT)
    events = [Event.RULE_EXECUTED, Event.RULE_NONCOMPLIANT]
    assert [each.event for each in bench.bus.published] == events
    assert sent(bench) == [(name, event) for event in events for name in ("governance", "archive")]
    assert {each.notification.notification_id for each in bench.deliveries.sent} == {
        each.notification_id for each in bench.bus.published
    }


def test_without_subscribers_the_bus_is_told_alone(bench: Workbench) -> None:
    bench.publish_notifications(NONCOMPLIANT)
    assert len(bench.bus.published) == 2
    assert sent(bench) == []


@pytest.mark.parametrize("event", list(Event))
def test_a_subscriber_is_told_of_the_events_it_named_alone(bench: Workbench, event: Event) -> None:
    bench.planned(builders.batch(state=BatchState.FAILED))
    bench.directory.subscribed = [subscriber("one", events=(event,)), subscriber("all")]
    known = {"batch": 0, "job_id": "job-1", "latency_seconds": 1.0}
    for record in (NONCOMPLIANT, fact(Action.BATCH_FAILED, **known), fact(Action.RUN_FAILED)):
        bench.publish_notifications(record)
    assert [told for name, told in sent(bench) if name == "one"] == [event]
    assert {told for name, told in sent(bench) if name == "all"} == set(Event)


def test_a_fact_that_is_worth_nothing_is_told_to_nobody(bench: Workbench) -> None:
    bench.directory.subscribed = [subscriber()]
    bench.publish_notifications(fact(Action.BATCH_SUBMITTED, batch=0))
    assert (bench.bus.published, sent(bench)) == ([], [])


def test_a_fact_told_again_is_told_under_the_same_ids(bench: Workbench) -> None:
    bench.directory.subscribed = [subscriber()]
    for _ in range(2):
        bench.publish_notifications(NONCOMPLIANT)
    assert bench.bus.published[:2] == bench.bus.published[2:]
    assert bench.deliveries.sent[:2] == bench.deliveries.sent[2:]


def test_a_bus_that_refuses_is_an_error_so_that_all_is_told_again(bench: Workbench) -> None:
    bench.directory.subscribed = [subscriber()]

    def refuse(notification: Notification) -> None:
        if notification.event is Event.RULE_NONCOMPLIANT:
            raise TryLater("full")

    bench.bus.before_publish = refuse
    with pytest.raises(TryLater):
        bench.publish_notifications(NONCOMPLIANT)
    bench.bus.before_publish = lambda _: None
    bench.publish_notifications(NONCOMPLIANT)
    told = {each.notification.event for each in bench.deliveries.sent}
    assert told == {Event.RULE_EXECUTED, Event.RULE_NONCOMPLIANT}


def test_from_the_webhook_to_the_subscriber_each_fact_is_told_once_and_comes_to_an_end(
    bench: Workbench,
) -> None:
    bench.directory.subscribed = [subscriber()]
    bench.ingest_webhook("POST", signature(body_of()), body_of())
    [received] = bench.audit.every
    bench.publish_notifications(received)
    for delivery in bench.deliveries.sent:
        assert bench.deliver_notification(delivery, receipt())
    _, delivered = bench.audit.every
    assert (delivered.action, delivered.run_id) == (
        Action.NOTIFICATION_DELIVERED,
        received.run_id,
    )
    bench.publish_notifications(delivered)
    assert len(bench.bus.published) == len(bench.receiver.posted) == len(sent(bench)) == 1
