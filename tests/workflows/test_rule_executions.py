"""An execution of a purge rule is one audit record, however often its webhook arrives."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from genesys_purge.store.ledger import Ledger

from simulator import Fault, FaultKind, Operation, SimulatorSettings
from tests.webhook_builders import body_of, signature
from tests.workflows.interruptions import Killed
from tests.workflows.purge_rule_scene import CONVERSATIONS, PurgeRuleScene, purge_rule_scene

SIGNATURE = "X-Genesys-Webhook-Signature"
CURRENT = SimulatorSettings().webhook_secret
DAY = 86_400


@pytest.fixture(scope="module")
def shared_scene() -> Iterator[PurgeRuleScene]:
    with purge_rule_scene() as running:
        yield running


@pytest.fixture
def rules(shared_scene: PurgeRuleScene) -> Iterator[PurgeRuleScene]:
    """The purge_rule_scene; afterwards the webhook has the simulator's secret again."""
    yield shared_scene
    keep_secrets(shared_scene, CURRENT, "")


def keep_secrets(rules: PurgeRuleScene, current: str, previous: str) -> None:
    content = json.dumps({"current": current, "previous": previous})
    rules.app.set_secret(content, "WebhookSecret")


def executions(rules: PurgeRuleScene, rule_id: str) -> list[dict[str, Any]]:
    """The audit records of the rule's executions."""
    records = rules.app.rule_audit(rule_id)
    return [each for each in records if each["action"] == "webhook_received"]


def moment(record: dict[str, Any], field: str) -> datetime:
    return datetime.fromisoformat(record[field])


def created(rules: PurgeRuleScene) -> str:
    return str(rules.create(rules.queue())["ruleId"])


def delivered(rules: PurgeRuleScene, rule_id: str) -> list[tuple[str, list[int | None]]]:
    """The state of each delivery, and the status of each attempt."""
    return [
        (delivery["state"], [attempt["status"] for attempt in delivery["attempts"]])
        for webhook in rules.webhooks(rule_id)
        for delivery in webhook["deliveries"]
    ]


def pass_time(rules: PurgeRuleScene, seconds: float) -> None:
    """Let time pass for the simulated Genesys."""
    rules.app.clock.wait(seconds)
    rules.app.simulator.tick()
    rules.app.simulator.deliver_due()


def test_execution_is_recorded_with_the_values_of_genesys(rules: PurgeRuleScene) -> None:
    queue = rules.queue()
    rule_id = rules.create(queue)["ruleId"]

    execution = rules.execute(rule_id)

    assert set(queue.ids) <= set(rules.app.simulator.corpus.deleted_ids())
    (record,) = executions(rules, rule_id)
    assert record["deletedCount"] == execution["deletedCount"] == CONVERSATIONS
    assert (record["complianceOk"], record["actor"], record["sequence"]) == (True, "genesys", 1)
    assert moment(record, "executedAt") == moment(execution, "executedAt")
    # Genesys did not report how many conversations matched.
    assert record.keys().isdisjoint({"targetedCount", "successRate"})
    assert delivered(rules, rule_id) == [("delivered", [200])]


def lost_answers(rules: PurgeRuleScene, rule_id: str) -> None:
    """Genesys repeats a delivery whose answers are lost."""
    rules.execute(rule_id)
    for _ in range(20):
        post = rules.app.callback.sent[-1]
        assert rules.app.call_back(post.body, post.headers)["statusCode"] == 200


def receiver_down(rules: PurgeRuleScene, rule_id: str) -> None:
    rules.app.callback.down = 3
    rules.execute(rule_id)
    for wait in (1, 2, 4):
        pass_time(rules, wait)
    assert delivered(rules, rule_id) == [("delivered", [None, None, None, 200])]


def broken_table(rules: PurgeRuleScene, rule_id: str) -> None:
    with patch.object(Ledger, "record_once", side_effect=Killed("record_once")):
        rules.execute(rule_id)
    pass_time(rules, 1)
    assert delivered(rules, rule_id) == [("delivered", [500, 200])]


def many_at_once(rules: PurgeRuleScene, rule_id: str) -> None:
    rules.execute(rule_id)
    post = rules.app.callback.sent[-1]
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda _: rules.app.call_back(post.body, post.headers), range(16))
    assert {answer["statusCode"] for answer in answers} == {200}


@pytest.mark.parametrize("way", [lost_answers, receiver_down, broken_table, many_at_once])
def test_repeated_webhook_is_recorded_once(
    rules: PurgeRuleScene, way: Callable[[PurgeRuleScene, str], None]
) -> None:
    rule_id = created(rules)

    way(rules, rule_id)

    assert [record["deletedCount"] for record in executions(rules, rule_id)] == [CONVERSATIONS]


def test_execution_reported_by_two_webhooks_is_recorded_once(rules: PurgeRuleScene) -> None:
    queue = rules.queue()
    rules.app.simulator.faults.add(Fault(FaultKind.TIMEOUT_AFTER, Operation.REGISTER_WEBHOOK))
    rule_id = rules.create(queue)["ruleId"]
    rules.app.drain_queues()

    rules.execute(rule_id)

    assert delivered(rules, rule_id) == [("delivered", [200])] * 2
    assert len(executions(rules, rule_id)) == 1


def test_webhooks_out_of_order_keep_their_own_times(rules: PurgeRuleScene) -> None:
    rule_id = created(rules)
    rules.app.callback.down = 1
    rules.execute(rule_id)
    rules.app.clock.wait(0.5)
    rules.execute(rule_id)
    pass_time(rules, 1)

    found = executions(rules, rule_id)

    assert [record["deletedCount"] for record in found] == [0, CONVERSATIONS]
    assert moment(found[0], "executedAt") > moment(found[1], "executedAt")
    assert moment(found[0], "timestamp") < moment(found[1], "timestamp")


def test_each_scheduled_execution_is_recorded(rules: PurgeRuleScene) -> None:
    rule_id = created(rules)
    for _ in range(3):
        pass_time(rules, DAY)

    assert [record["deletedCount"] for record in executions(rules, rule_id)] == [
        CONVERSATIONS,
        0,
        0,
    ]


def test_audit_of_a_rule_is_complete_at_any_page_size(rules: PurgeRuleScene) -> None:
    rule_id = created(rules)
    for _ in range(3):
        rules.app.clock.wait(1)
        rules.execute(rule_id)

    records = rules.app.rule_audit(rule_id)

    for limit in (1, 2, 3, 5, 100):
        pages = pages_of(rules, rule_id, limit)
        assert all(len(page) <= limit for page in pages)
        assert [record for page in pages for record in page] == records
    assert [record["action"] for record in records] == [
        "rule_created",
        "rule_webhook_registered",
        *["webhook_received"] * 3,
    ]


def pages_of(rules: PurgeRuleScene, rule_id: str, limit: int) -> list[list[dict[str, Any]]]:
    pages, query = [], {"limit": str(limit)}
    while True:
        answer = read(rules, rule_id, **query)
        assert answer["statusCode"] == 200
        pages.append(answer["body"]["records"])
        if "next" not in answer["body"]:
            return pages
        query["next"] = answer["body"]["next"]


def read(rules: PurgeRuleScene, rule_id: str, **query: str) -> dict[str, Any]:
    return rules.app.get("GET /purge-rules/{ruleId}/audit", {"ruleId": rule_id}, query)


def test_audit_of_an_unknown_rule_is_empty(
    rules: PurgeRuleScene,
) -> None:
    assert read(rules, "no-such-rule")["body"] == {"records": []}
    assert read(rules, "no-such-rule", next="made-up")["statusCode"] == 400
    assert read(rules, "no-such-rule", limit="0")["statusCode"] == 400


def test_old_secret_is_valid_only_during_the_rotation(
    rules: PurgeRuleScene,
) -> None:
    rule_id = created(rules)
    keep_secrets(rules, "new", CURRENT)
    rules.execute(rule_id)
    keep_secrets(rules, "newer", "new")
    rules.app.clock.wait(1)
    rules.execute(rule_id)

    assert delivered(rules, rule_id) == [("delivered", [200]), ("waiting", [401])]
    assert len(executions(rules, rule_id)) == 1

    # Genesys retries until its signature is accepted.
    keep_secrets(rules, "newer", CURRENT)
    pass_time(rules, 1)
    assert len(executions(rules, rule_id)) == 2


FORGERIES: dict[str, Callable[[bytes], dict[str, str]]] = {
    "unsigned": lambda body: {},
    "signed by another": lambda body: {SIGNATURE: signature(body, "another secret")},
    "signed for another": lambda body: {SIGNATURE: signature(body + b" ", CURRENT)},
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_forged_webhook_leaves_no_record(rules: PurgeRuleScene, forgery: str) -> None:
    body = body_of(ruleId=forgery.replace(" ", "-"))

    answer = rules.app.call_back(body, FORGERIES[forgery](body))

    assert (answer["statusCode"], answer["body"]["errors"][0]["message"]) == (401, "unauthorized")
    assert executions(rules, forgery.replace(" ", "-")) == []
    # The same body with a genuine signature is recorded.
    genuine = {SIGNATURE: signature(body, CURRENT)}
    assert rules.app.call_back(body, genuine)["body"] == {"status": "synced"}
    assert len(executions(rules, forgery.replace(" ", "-"))) == 1


def test_record_has_the_time_of_genesys_and_ours(rules: PurgeRuleScene) -> None:
    rule_id = created(rules)
    rules.app.callback.down = 1
    executed_at = rules.app.clock.at
    rules.execute(rule_id)
    pass_time(rules, 90)

    (record,) = executions(rules, rule_id)

    assert moment(record, "executedAt") == executed_at
    assert moment(record, "timestamp") == executed_at + timedelta(seconds=90)
