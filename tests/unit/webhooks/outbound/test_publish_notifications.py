"""PublishNotifications: notifications go to the bus and to the subscribers of their event."""

from __future__ import annotations

import pytest
from genesys_purge.errors import TryLater
from genesys_purge.model.audit import Action
from genesys_purge.model.batch import BatchState
from genesys_purge.model.hold_facts import HoldFacts
from genesys_purge.model.purge_policy import PolicyFacts
from genesys_purge.model.setting_facts import SettingFacts
from genesys_purge.model.stops import StopFacts, StopScope
from genesys_purge.webhooks.outbound.notification import Event, Notification

from tests import builders
from tests.unit.workbench import Workbench
from tests.webhook_builders import (
    approval_facts,
    body_of,
    fact,
    receipt,
    resume_facts,
    signature,
    subscriber,
)

NONCOMPLIANT = fact(rule_id="rule-1", deleted=5, compliance_ok=False)


def sent(bench: Workbench) -> list[tuple[str, Event]]:
    """The subscriber and the event of each message."""
    return [(each.subscriber, each.notification.event) for each in bench.deliveries.sent]


def test_notification_goes_to_the_bus_and_every_subscriber(bench: Workbench) -> None:
    bench.directory.subscribed = [subscriber("governance"), subscriber("archive")]
    bench.publish_notifications(NONCOMPLIANT)
    events = [Event.RULE_EXECUTED, Event.RULE_NONCOMPLIANT]
    assert [each.event for each in bench.bus.published] == events
    assert sent(bench) == [(name, event) for event in events for name in ("governance", "archive")]
    assert {each.notification.notification_id for each in bench.deliveries.sent} == {
        each.notification_id for each in bench.bus.published
    }


def test_bus_receives_notifications_without_subscribers(bench: Workbench) -> None:
    bench.publish_notifications(NONCOMPLIANT)
    assert len(bench.bus.published) == 2
    assert sent(bench) == []


def test_subscriber_receives_only_the_events_it_names(bench: Workbench) -> None:
    bench.planned(builders.batch(state=BatchState.FAILED))
    single = [subscriber(each.name.lower(), events=(each,)) for each in Event]
    bench.directory.subscribed = [*single, subscriber("all")]
    known = {"batch": 0, "job_id": "job-1", "latency_seconds": 1.0}
    setting = SettingFacts(name="organisations", version=1, hash="h", reason="why")
    changed = fact(Action.SETTING_CHANGED, setting=setting)
    asked = fact(Action.RUN_PLANNED, approval=approval_facts())
    reminded = fact(Action.APPROVAL_REMINDER, approval=approval_facts())
    ended = (fact(Action.BATCH_FAILED, **known), fact(Action.RUN_FAILED))
    review = fact(Action.HOLD_REVIEW_DUE, hold=HoldFacts(hold_id="case-17", reason="evidence"))
    stop = StopFacts(scope=StopScope.ALL, reason="an incident")
    stopped = fact(Action.DELETION_STOPPED, stop=stop)
    resumed = fact(Action.APPROVAL_GIVEN, stop=stop, approval=resume_facts())
    skipped = fact(Action.POLICY_RUN_SKIPPED, purge_policy=PolicyFacts(name="nightly-voice"))
    governed = (changed, review, asked, reminded, stopped, resumed, skipped)
    for record in (NONCOMPLIANT, *ended, *governed):
        bench.publish_notifications(record)
    for event in Event:
        assert [each for name, each in sent(bench) if name == event.name.lower()] == [event]
    assert {each for name, each in sent(bench) if name == "all"} == set(Event)


def test_record_without_notifications_is_not_published(bench: Workbench) -> None:
    bench.directory.subscribed = [subscriber()]
    bench.publish_notifications(fact(Action.BATCH_SUBMITTED, batch=0))
    assert (bench.bus.published, sent(bench)) == ([], [])


def test_repeated_record_is_published_under_the_same_ids(bench: Workbench) -> None:
    bench.directory.subscribed = [subscriber()]
    for _ in range(2):
        bench.publish_notifications(NONCOMPLIANT)
    assert bench.bus.published[:2] == bench.bus.published[2:]
    assert bench.deliveries.sent[:2] == bench.deliveries.sent[2:]


def test_error_of_the_bus_is_raised_so_that_all_is_repeated(bench: Workbench) -> None:
    bench.directory.subscribed = [subscriber()]

    def refuse(notification: Notification) -> None:
        if notification.event is Event.RULE_NONCOMPLIANT:
            raise TryLater("full")

    bench.bus.before_publish = refuse
    with pytest.raises(TryLater):
        bench.publish_notifications(NONCOMPLIANT)
    bench.bus.before_publish = lambda _: None
    bench.publish_notifications(NONCOMPLIANT)
    events = {each.notification.event for each in bench.deliveries.sent}
    assert events == {Event.RULE_EXECUTED, Event.RULE_NONCOMPLIANT}


def test_delivery_of_a_notification_causes_no_further_one(
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
    assert len(bench.bus.published) == len(bench.sender.posted) == len(sent(bench)) == 1
