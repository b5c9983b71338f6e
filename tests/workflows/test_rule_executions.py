"""Genesys executes a purge rule and reports it: one fact for each execution, however it comes."""

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
from tests.workflows.desks import CONVERSATIONS, Office, office
from tests.workflows.moments import Killed

SIGNATURE = "X-Genesys-Webhook-Signature"
CURRENT = SimulatorSettings().webhook_secret
DAY = 86_400


@pytest.fixture(scope="module")
def shared_office() -> Iterator[Office]:
    with office() as running:
        yield running


@pytest.fixture
def rules(shared_office: Office) -> Iterator[Office]:
    """Whose webhook has the simulator's secret."""
    yield shared_office
    keep_secrets(shared_office, CURRENT, "")


def keep_secrets(rules: Office, current: str, previous: str) -> None:
    content = json.dumps({"current": current, "previous": previous})
    rules.app.set_secret(content, "WebhookSecret")


def executions(rules: Office, rule_id: str) -> list[dict[str, Any]]:
    """What the audit has of the rule's executions."""
    records = rules.app.rule_audit(rule_id)
    return [each for each in records if each["action"] == "webhook_received"]


def moment(fact: dict[str, Any], field: str) -> datetime:
    return datetime.fromisoformat(fact[field])


def created(rules: Office) -> str:
    return str(rules.create(rules.desk())["ruleId"])


def delivered(rules: Office, rule_id: str) -> list[tuple[str, list[int | None]]]:
    """What became of each delivery, and the status of each attempt."""
    return [
        (delivery["state"], [attempt["status"] for attempt in delivery["attempts"]])
        for webhook in rules.webhooks(rule_id)
        for delivery in webhook["deliveries"]
    ]


def pass_time(rules: Office, seconds: float) -> None:
    """Genesys does what it has to do by then."""
    rules.app.clock.wait(seconds)
    rules.app.simulator.tick()
    rules.app.simulator.deliver_due()


def test_an_execution_is_one_fact_with_what_genesys_says_of_it(rules: Office) -> None:
    desk = rules.desk()
    rule_id = rules.create(desk)["ruleId"]

    execution = rules.execute(rule_id)

    assert set(desk.ids) <= set(rules.app.simulator.corpus.deleted_ids())
    (fact,) = executions(rules, rule_id)
    assert fact["deleted"] == execution["deletedCount"] == CONVERSATIONS
    assert (fact["complianceOk"], fact["actor"], fact["sequence"]) == (True, "genesys", 1)
    assert moment(fact, "executedAt") == moment(execution, "executedAt")
    # Nobody reported how many there were to delete.
    assert fact.keys().isdisjoint({"targeted", "successRate"})
    assert delivered(rules, rule_id) == [("delivered", [200])]


def lost_answers(rules: Office, rule_id: str) -> None:
    """What Genesys sent was taken, and it never learnt so."""
    rules.execute(rule_id)
    for _ in range(20):
        post = rules.app.callback.sent[-1]
        assert rules.app.call_back(post.body, post.headers)["statusCode"] == 200


def nobody_there(rules: Office, rule_id: str) -> None:
    rules.app.callback.down = 3
    rules.execute(rule_id)
    for wait in (1, 2, 4):
        pass_time(rules, wait)
    assert delivered(rules, rule_id) == [("delivered", [None, None, None, 200])]


def broken_table(rules: Office, rule_id: str) -> None:
    with patch.object(Ledger, "record_once", side_effect=Killed("record_once")):
        rules.execute(rule_id)
    pass_time(rules, 1)
    assert delivered(rules, rule_id) == [("delivered", [500, 200])]


def many_at_once(rules: Office, rule_id: str) -> None:
    rules.execute(rule_id)
    post = rules.app.callback.sent[-1]
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda _: rules.app.call_back(post.body, post.headers), range(16))
    assert {answer["statusCode"] for answer in answers} == {200}


@pytest.mark.parametrize("way", [lost_answers, nobody_there, broken_table, many_at_once])
def test_an_execution_that_is_delivered_often_is_one_fact(
    rules: Office, way: Callable[[Office, str], None]
) -> None:
    rule_id = created(rules)

    way(rules, rule_id)

    assert [fact["deleted"] for fact in executions(rules, rule_id)] == [CONVERSATIONS]


def test_an_execution_that_two_webhooks_tell_of_is_one_fact(rules: Office) -> None:
    desk = rules.desk()
    rules.app.simulator.faults.add(Fault(FaultKind.TIMEOUT_AFTER, Operation.REGISTER_WEBHOOK))
    rule_id = rules.create(desk)["ruleId"]
    rules.app.tell_to_the_end()

    rules.execute(rule_id)

    assert delivered(rules, rule_id) == [("delivered", [200])] * 2
    assert len(executions(rules, rule_id)) == 1


def test_deliveries_may_come_in_any_order(rules: Office) -> None:
    rule_id = created(rules)
    rules.app.callback.down = 1
    rules.execute(rule_id)
    rules.app.clock.wait(0.5)
    rules.execute(rule_id)
    pass_time(rules, 1)

    facts = executions(rules, rule_id)

    assert [fact["deleted"] for fact in facts] == [0, CONVERSATIONS]
    assert moment(facts[0], "executedAt") > moment(facts[1], "executedAt")
    assert moment(facts[0], "at") < moment(facts[1], "at")


def test_a_rule_fires_by_its_own_schedule_and_each_time_is_a_fact(rules: Office) -> None:
    rule_id = created(rules)
    for _ in range(3):
        pass_time(rules, DAY)

    assert [fact["deleted"] for fact in executions(rules, rule_id)] == [CONVERSATIONS, 0, 0]


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 100])
def test_a_rules_audit_is_read_page_by_page_and_nothing_is_lost_between(
    rules: Office, limit: int
) -> None:
    rule_id = created(rules)
    for _ in range(3):
        rules.app.clock.wait(1)
        rules.execute(rule_id)

    pages = pages_of(rules, rule_id, limit)

    assert all(len(page) <= limit for page in pages)
    records = [record for page in pages for record in page]
    assert records == rules.app.rule_audit(rule_id)
    assert [record["action"] for record in records] == [
        "rule_created",
        "rule_webhook_registered",
        *["webhook_received"] * 3,
    ]


def pages_of(rules: Office, rule_id: str, limit: int) -> list[list[dict[str, Any]]]:
    pages, query = [], {"limit": str(limit)}
    while True:
        answer = read(rules, rule_id, **query)
        assert answer["statusCode"] == 200
        pages.append(answer["body"]["records"])
        if "next" not in answer["body"]:
            return pages
        query["next"] = answer["body"]["next"]


def read(rules: Office, rule_id: str, **query: str) -> dict[str, Any]:
    return rules.app.get("GET /purge-rules/{ruleId}/audit", {"ruleId": rule_id}, query)


def test_the_audit_of_an_unknown_rule_is_empty_and_a_made_up_page_is_refused(
    rules: Office,
) -> None:
    assert read(rules, "no-such-rule")["body"] == {"records": []}
    assert read(rules, "no-such-rule", next="made-up")["statusCode"] == 400
    assert read(rules, "no-such-rule", limit="0")["statusCode"] == 400


def test_while_the_secret_is_replaced_both_are_good_and_afterwards_the_old_one_is_not(
    rules: Office,
) -> None:
    rule_id = created(rules)
    keep_secrets(rules, "new", CURRENT)
    rules.execute(rule_id)
    keep_secrets(rules, "newer", "new")
    rules.app.clock.wait(1)
    rules.execute(rule_id)

    assert delivered(rules, rule_id) == [("delivered", [200]), ("waiting", [401])]
    assert len(executions(rules, rule_id)) == 1

    # Genesys goes on trying until it is believed.
    keep_secrets(rules, "newer", CURRENT)
    pass_time(rules, 1)
    assert len(executions(rules, rule_id)) == 2


FORGERIES: dict[str, Callable[[bytes], dict[str, str]]] = {
    "unsigned": lambda body: {},  # noqa: ARG005
    "signed by another": lambda body: {SIGNATURE: signature(body, "another secret")},
    "signed for another": lambda body: {SIGNATURE: signature(body + b" ", CURRENT)},
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_what_is_not_from_genesys_leaves_nothing(rules: Office, forgery: str) -> None:
    body = body_of(ruleId=forgery.replace(" ", "-"))

    answer = rules.app.call_back(body, FORGERIES[forgery](body))

    assert (answer["statusCode"], answer["body"]["errors"][0]["message"]) == (401, "unauthorized")
    assert executions(rules, forgery.replace(" ", "-")) == []
    # The same, signed by Genesys, is a fact.
    genuine = {SIGNATURE: signature(body, CURRENT)}
    assert rules.app.call_back(body, genuine)["body"] == {"status": "synced"}
    assert len(executions(rules, forgery.replace(" ", "-"))) == 1


def test_the_moment_of_an_execution_is_genesyss_and_that_of_its_fact_ours(rules: Office) -> None:
    rule_id = created(rules)
    rules.app.callback.down = 1
    executed_at = rules.app.clock.at
    rules.execute(rule_id)
    pass_time(rules, 90)

    (fact,) = executions(rules, rule_id)

    assert moment(fact, "executedAt") == executed_at
    assert moment(fact, "at") == executed_at + timedelta(seconds=90)
