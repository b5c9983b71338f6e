"""PublishNotifications: new audit records in order; a retry starts at the failed one."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from genesys_purge.errors import TryLater, Unexpected
from genesys_purge.model.audit import Action
from genesys_purge.webhooks.outbound.notification import Event, Notification

from tests.functions.conftest import Invoke
from tests.unit.workbench import Workbench
from tests.webhook_builders import body_of, fact, signature, stream_event, subscriber

DONE: dict[str, list[dict[str, str]]] = {"batchItemFailures": []}
EXECUTED = fact(rule_id="rule-1", deleted=5, compliance_ok=True)


def published(bench: Workbench) -> list[Event]:
    return [each.event for each in bench.bus.published]


def test_new_records_are_published_in_order(bench: Workbench, invoke: Invoke) -> None:
    bench.directory.subscribed = [subscriber()]
    bench.stored()
    facts = [EXECUTED, fact(Action.BATCH_SUBMITTED, batch=0), fact(Action.RUN_FAILED)]
    assert invoke("PublishNotifications", stream_event(*facts)) == DONE
    assert published(bench) == [Event.RULE_EXECUTED, Event.RUN_FINISHED]
    assert [each.notification for each in bench.deliveries.sent] == bench.bus.published


@pytest.mark.parametrize("name", ["MODIFY", "REMOVE"])
def test_only_inserted_records_are_published(bench: Workbench, invoke: Invoke, name: str) -> None:
    event = stream_event(EXECUTED, name=name)
    event["Records"] += stream_event(EXECUTED)["Records"]
    invoke("PublishNotifications", event)
    assert published(bench) == [Event.RULE_EXECUTED]


def test_recorded_webhook_is_published_with_its_values(bench: Workbench, invoke: Invoke) -> None:
    body = body_of(targetedCount=2_500)
    bench.ingest_webhook("POST", signature(body), body)
    invoke("PublishNotifications", stream_event(*bench.audit.every))
    [found] = bench.bus.published
    assert found.to_json()["body"] == {
        "event": "purge_rule_executed",
        "ruleId": "rule-1",
        "deletedCount": 1_250,
        "deletedUnit": "records",
        "successRate": 0.5,
        "timestamp": "2026-11-21T03:00:12Z",
        "complianceOk": True,
    }


def refusing(rule_id: str) -> Callable[[Notification], None]:
    def refuse(notification: Notification) -> None:
        if notification.rule_id == rule_id:
            raise TryLater("full")

    return refuse


def executed(*rules: str) -> dict[str, Any]:
    """The stream's event of one execution of each rule."""
    facts = [fact(sequence=7, rule_id=each, compliance_ok=True) for each in rules]
    return stream_event(*facts)


def test_failed_record_is_reported_and_none_overtakes_it(bench: Workbench, invoke: Invoke) -> None:
    bench.bus.before_publish = refusing("rule-2")
    answer = invoke("PublishNotifications", executed("rule-1", "rule-2", "rule-3"))
    assert answer == {"batchItemFailures": [{"itemIdentifier": "s-1"}]}
    assert [each.rule_id for each in bench.bus.published] == ["rule-1"]


def test_failure_of_the_first_record_is_raised_to_split_the_batch(
    bench: Workbench, invoke: Invoke
) -> None:
    bench.bus.before_publish = refusing("rule-1")
    with pytest.raises(TryLater):
        invoke("PublishNotifications", executed("rule-1", "rule-2"))
    assert bench.bus.published == []


def test_redelivered_batch_is_published_again(bench: Workbench, invoke: Invoke) -> None:
    for _ in range(2):
        assert invoke("PublishNotifications", executed("rule-1")) == DONE
    first, again = bench.bus.published
    assert first == again


def test_unexpected_error_is_raised_without_its_text(
    bench: Workbench, invoke: Invoke, log: io.StringIO
) -> None:
    def fail(_: Notification) -> None:
        raise KeyError("hush")

    bench.bus.before_publish = fail
    with pytest.raises(Unexpected, match="see the log of request request-1") as failed:
        invoke("PublishNotifications", stream_event(EXECUTED))
    assert "hush" not in str(failed.value)
    assert json.loads(log.getvalue())["exception_name"] == "KeyError"


@pytest.mark.parametrize("body", ["", "{}", '{"runId": "jane", "action": "jane"}'])
def test_unreadable_record_is_a_logged_error(
    bench: Workbench, invoke: Invoke, log: io.StringIO, body: str
) -> None:
    event = stream_event(EXECUTED, EXECUTED)
    event["Records"][1]["dynamodb"]["NewImage"]["body"]["S"] = body
    answer = invoke("PublishNotifications", event)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "s-1"}]}
    assert published(bench) == [Event.RULE_EXECUTED]
    assert json.loads(log.getvalue())["exception_name"] == "ValidationError"
    assert "jane" not in log.getvalue()
