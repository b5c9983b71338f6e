"""A purge rule is created at Genesys once and its webhook registered, under any fault."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from genesys_purge.errors import TryLater, Unexpected
from genesys_purge.purge_rules.purge_rule import PurgeRule, RuleRef, RuleStatus
from genesys_purge.store.purge_rules import DynamoPurgeRules
from genesys_purge.store.queues import SqsQueue

from simulator import Fault, FaultKind, Operation
from tests.clock import NOON
from tests.network_fakes import WEBHOOK_URL
from tests.unit.purge_rules.rule_bench import condition
from tests.workflows.interruptions import killed_at
from tests.workflows.purge_rule_scene import AgentQueue, PurgeRuleScene, purge_rule_scene

CREATE, REGISTER = Operation.CREATE_PURGE_RULE, Operation.REGISTER_WEBHOOK
LEASE = 60
# One fault of each kind of answer: refused, busy, executed or not, with or without an answer.
EXECUTED = [FaultKind.DROP_AFTER, FaultKind.MALFORMED_AFTER, FaultKind.GATEWAY_TIMEOUT_AFTER]
NOT_EXECUTED = [FaultKind.RATE_LIMITED, FaultKind.SERVER_ERROR, FaultKind.TIMEOUT_BEFORE]
FAULTS = [FaultKind.TOKEN_REVOKED, *NOT_EXECUTED, *EXECUTED]


@pytest.fixture(scope="module")
def rules() -> Iterator[PurgeRuleScene]:
    with purge_rule_scene() as running:
        yield running


def assert_registered_once(rules: PurgeRuleScene, queue: AgentQueue) -> str:
    """Genesys has the rule and its webhook, both audited once; returns the rule's id."""
    (rule,) = rules.at_genesys(queue)
    rule_id = str(rule["id"])
    assert rules.create(queue)["status"] == "registered"
    assert rules.webhooks(rule_id) != []
    assert rules.actions(rule_id).count("rule_created") == 1
    assert rules.actions(rule_id).count("rule_webhook_registered") == 1
    return rule_id


def invoked(rules: PurgeRuleScene, queue: AgentQueue) -> dict[str, Any]:
    return rules.create(queue)


def posted(rules: PurgeRuleScene, queue: AgentQueue) -> dict[str, Any]:
    status, body = rules.post(queue)
    assert status == 201
    return dict(body)


@pytest.mark.parametrize(
    ("way", "actor"),
    [(invoked, "invoke"), (posted, "arn:aws:iam::123456789012:user/operator")],
)
def test_rule_is_created_as_requested_and_its_webhook_registered(
    rules: PurgeRuleScene, way: Callable[[PurgeRuleScene, AgentQueue], dict[str, Any]], actor: str
) -> None:
    queue = rules.queue()

    answer = way(rules, queue)

    (rule,) = rules.at_genesys(queue)
    (webhook,) = rules.webhooks(rule["id"])
    assert answer == {
        "name": queue.name,
        "ruleId": rule["id"],
        "status": "registered",
        "webhookId": webhook["id"],
    }
    assert rule | queue.rule() == rule
    assert webhook["callbackUrl"] == WEBHOOK_URL
    assert webhook["events"] == ["purgerules:rule:execute"]
    created, registered = rules.app.rule_audit(rule["id"])
    assert (created["action"], created["actor"]) == ("rule_created", actor)
    assert created["latencySec"] == 0
    assert created["policy"] == {"minimumDays": 730, "basis": "Retention set in the request"}
    assert (registered["action"], registered["actor"]) == ("rule_webhook_registered", actor)
    assert webhook["id"] == registered["webhookId"]


@pytest.mark.parametrize("way", [invoked, posted])
def test_repeated_rule_request_gets_the_same_rule_and_sends_nothing(
    rules: PurgeRuleScene, way: Callable[[PurgeRuleScene, AgentQueue], dict[str, Any]]
) -> None:
    queue = rules.queue()
    first = rules.create(queue)
    since = len(rules.app.simulator.requests)

    assert [way(rules, queue) for _ in range(3)] == [first] * 3

    assert rules.sent(since) == []
    assert len(rules.at_genesys(queue)) == 1


def test_eight_equal_requests_at_once_create_one_rule(rules: PurgeRuleScene) -> None:
    queue = rules.queue()
    since = len(rules.app.simulator.requests)

    def create(_: int) -> str | None:
        try:
            return str(rules.create(queue)["ruleId"])
        except TryLater:
            return None

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(create, range(8)))

    rule_id = assert_registered_once(rules, queue)
    assert answers - {None} == {rule_id}
    assert rules.sent(since).count(CREATE) == 1


def test_another_rule_under_a_taken_name_is_refused_unsent(rules: PurgeRuleScene) -> None:
    queue = rules.queue()
    rule_id = rules.create(queue)["ruleId"]
    since = len(rules.app.simulator.requests)

    status, body = rules.post(queue, maxBatchSize=999)

    assert status == 409
    assert queue.name in body["errors"][0]["message"]
    assert rule_id in body["errors"][0]["message"]
    assert rules.sent(since) == []
    assert_registered_once(rules, queue)


def test_all_errors_of_a_rule_are_reported_and_nothing_is_stored(
    rules: PurgeRuleScene,
) -> None:
    queue = rules.queue()
    since = len(rules.app.simulator.requests)

    status, body = rules.post(
        queue,
        colour="red",
        type="agent",
        scope={"filters": [condition("type", "like", "voice")]},
        schedule={"recurrence": "yearly", "timeOfDay": "24:00:00", "timezone": "../Berlin"},
        retentionPeriod={"days": 29},
        maxBatchSize=99,
        complianceLockCheck=False,
    )

    assert status == 400
    assert {error["path"] for error in body["errors"]} == {
        "colour",
        "type",
        "scope.filters.0.operator",
        "schedule.recurrence",
        "schedule.timeOfDay",
        "schedule.timezone",
        "retentionPeriod.days",
        "maxBatchSize",
        "complianceLockCheck",
    }
    assert rules.sent(since) == []
    # A stored rule of that name would conflict with this one.
    assert rules.post(queue)[0] == 201


@pytest.mark.parametrize("kind", FAULTS)
def test_faulty_creating_call_is_recovered_without_a_second_rule(
    rules: PurgeRuleScene, kind: FaultKind
) -> None:
    queue = rules.queue()
    rules.app.simulator.faults.add(Fault(kind, CREATE))

    answer = rules.create(queue)

    assert answer["status"] == "registered"
    rule_id = assert_registered_once(rules, queue)
    created = rules.app.rule_audit(rule_id)[0]
    assert ("found at Genesys" in created.get("detail", "")) == (kind in EXECUTED)


@pytest.mark.parametrize("kind", [FaultKind.TIMEOUT_BEFORE, *EXECUTED])
def test_rule_of_unknown_outcome_is_resolved_by_the_same_request(
    rules: PurgeRuleScene, kind: FaultKind
) -> None:
    queue = rules.queue()
    rules.app.simulator.faults.add(Fault(kind, CREATE, times=1))
    rules.app.simulator.faults.add(Fault(FaultKind.DROP_BEFORE, CREATE, times=1))

    status, body = rules.post(queue)
    assert status == 500
    assert "repeat the same request" in body["errors"][0]["message"]
    # The lease of the first request is still in force.
    assert rules.post(queue)[0] == 503
    assert rules.post(queue, maxBatchSize=999)[0] == 409
    rules.app.clock.wait(LEASE)

    assert rules.create(queue)["status"] == "registered"
    assert_registered_once(rules, queue)


def test_busy_genesys_is_called_again_after_retry_after(rules: PurgeRuleScene) -> None:
    queue = rules.queue()
    began = rules.app.clock.at
    rules.app.simulator.faults.add(Fault(FaultKind.RATE_LIMITED, CREATE, retry_after=7))

    assert rules.create(queue)["status"] == "registered"

    assert 7 <= (rules.app.clock.at - began).total_seconds() <= 9
    assert_registered_once(rules, queue)


@pytest.mark.parametrize(
    ("kind", "status", "calls"),
    [(FaultKind.RATE_LIMITED, 429, 4), (FaultKind.INSUFFICIENT_STORAGE, 500, 1)],
)
def test_rule_that_genesys_did_not_accept_may_be_requested_again(
    rules: PurgeRuleScene,
    kind: FaultKind,
    status: int,
    calls: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    queue = rules.queue()
    since = len(rules.app.simulator.requests)
    rules.app.simulator.faults.add(Fault(kind, CREATE, times=None))

    answered, body = rules.post(queue)

    metrics = capsys.readouterr().out
    assert answered == status
    assert str(429 if calls > 1 else 507) in body["errors"][0]["message"]
    assert rules.sent(since) == [CREATE] * calls
    assert ("StorageExhausted" in metrics) == (kind is FaultKind.INSUFFICIENT_STORAGE)
    assert "RulesFailed" in metrics
    rules.app.simulator.faults.clear()
    assert rules.create(queue)["status"] == "registered"
    assert_registered_once(rules, queue)


def test_fields_that_genesys_refuses_are_reported_by_their_paths(rules: PurgeRuleScene) -> None:
    queue = rules.queue()
    scope = {"filters": [*queue.rule()["scope"]["filters"], condition("mood", "eq", "bad")]}

    status, body = rules.post(queue, scope=scope)

    assert status == 400
    assert [error["path"] for error in body["errors"]] == ["scope.filters.2.field"]
    # The corrected rule may use the name.
    assert rules.create(queue)["status"] == "registered"
    assert_registered_once(rules, queue)


def test_second_rule_with_the_same_scope_is_refused_by_name(
    rules: PurgeRuleScene,
) -> None:
    queue = rules.queue()
    other = rules.create(queue, name="the other")

    status, body = rules.post(queue)

    assert status == 409
    assert other["ruleId"] in body["errors"][0]["message"]
    assert [rule["name"] for rule in rules.at_genesys(queue)] == ["the other"]


@pytest.mark.parametrize(
    "kind", [FaultKind.TOKEN_REVOKED, FaultKind.RATE_LIMITED, FaultKind.MALFORMED_AFTER]
)
def test_faulty_registering_call_is_recovered_by_the_queue(
    rules: PurgeRuleScene, kind: FaultKind
) -> None:
    queue = rules.queue()
    rules.app.simulator.faults.add(Fault(kind, REGISTER))

    answer = rules.create(queue)
    rules.app.drain_queues()

    is_known = kind is FaultKind.TOKEN_REVOKED
    assert answer["status"] == ("registered" if is_known else "created")
    rule_id = assert_registered_once(rules, queue)
    assert rules.actions(rule_id).count("rule_webhook_failed") == (not is_known)


def failures(rules: PurgeRuleScene, rule_id: str) -> list[dict[str, Any]]:
    records = rules.app.rule_audit(rule_id)
    return [each for each in records if each["action"] == "rule_webhook_failed"]


def test_failed_webhook_registration_is_retried_with_longer_delays(
    rules: PurgeRuleScene,
) -> None:
    queue = rules.queue()
    began = rules.app.clock.at
    rules.app.simulator.faults.add(Fault(FaultKind.UNAVAILABLE, REGISTER, times=4))

    answer = rules.create(queue)
    assert answer["status"] == "created"
    assert "the webhook is not registered yet" in answer["detail"]
    rules.app.drain_queues()

    # At once by the request and by the queue, then after 30, 60 and 120 seconds.
    waited = (rules.app.clock.at - began).total_seconds()
    assert waited == pytest.approx(30 + 60 + 120, abs=3)
    assert len(failures(rules, answer["ruleId"])) == 4
    assert rules.actions(answer["ruleId"])[-1] == "rule_webhook_registered"
    assert len(rules.webhooks(answer["ruleId"])) == 1
    assert_registered_once(rules, queue)


def test_repeated_request_registers_the_webhook_before_the_queue(
    rules: PurgeRuleScene,
) -> None:
    queue = rules.queue()
    rules.app.simulator.faults.add(Fault(FaultKind.UNAVAILABLE, REGISTER))
    rule_id = rules.create(queue)["ruleId"]

    assert rules.create(queue)["status"] == "registered"
    rules.app.drain_queues()

    assert len(rules.webhooks(rule_id)) == 1
    assert_registered_once(rules, queue)


def test_webhook_that_is_given_up_is_a_dead_letter(rules: PurgeRuleScene) -> None:
    queue = rules.queue()
    rules.app.simulator.faults.add(Fault(FaultKind.UNAVAILABLE, REGISTER, times=None))

    rule_id = rules.create(queue)["ruleId"]
    rules.app.drain_queues()

    assert rules.app.take("AbandonedRegistrations") == [{"name": queue.name}]
    assert rules.app.take("Registrations") == []
    failed = failures(rules, rule_id)
    assert len(failed) == 1 + 10 + 1
    assert "given up after 10 attempts" in failed[-1]["detail"]
    assert rules.webhooks(rule_id) == []
    rules.app.simulator.faults.clear()
    assert rules.create(queue)["status"] == "registered"
    assert_registered_once(rules, queue)


def test_no_rule_is_created_while_purging_is_disabled(rules: PurgeRuleScene) -> None:
    queue = rules.queue()
    since = len(rules.app.simulator.requests)
    rules.app.set_switch("off")

    status, body = rules.post(queue)

    rules.app.set_switch("on")
    assert status == 500
    assert "purging is disabled" in body["errors"][0]["message"]
    assert rules.sent(since) == []
    assert rules.create(queue)["status"] == "registered"


def test_no_rule_is_created_while_a_legal_hold_is_active(rules: PurgeRuleScene) -> None:
    queue = rules.queue()
    since = len(rules.app.simulator.requests)
    hold: dict[str, Any] = {"holdId": "hold-1", "reason": "a case in court", "placedBy": "counsel"}
    hold |= {"placedAt": NOON.isoformat(), "conversationIds": {"somebody-elses-1"}}
    rules.app.put_hold(**hold)

    status, body = rules.post(queue)

    rules.app.put_hold(**hold, releasedAt=NOON.isoformat())
    assert status == 400
    assert "legal hold hold-1" in body["errors"][0]["message"]
    assert rules.sent(since) == []
    assert rules.create(queue)["status"] == "registered"


def is_fresh(rule: PurgeRule) -> bool:
    return rule.version == 1


def is_in_doubt(rule: PurgeRule) -> bool:
    return rule.status is RuleStatus.CREATING and rule.attempt.is_uncertain


def is_called_again(rule: PurgeRule) -> bool:
    return rule.status is RuleStatus.CREATING and rule.attempt.number == 2


def becomes(status: RuleStatus) -> Callable[[PurgeRule], bool]:
    return lambda rule: rule.status is status


# The write, and whether the first creating call is unanswered.
MOMENTS: dict[str, tuple[Callable[[PurgeRule], bool], bool]] = {
    "the intent": (is_fresh, False),
    "the doubt": (is_in_doubt, True),
    "the next intent": (is_called_again, True),
    "the rule": (becomes(RuleStatus.CREATED), False),
    "the rule found": (becomes(RuleStatus.CREATED), True),
    "the webhook": (becomes(RuleStatus.REGISTERED), False),
}


@pytest.mark.parametrize("stored", [False, True], ids=["unstored", "stored"])
@pytest.mark.parametrize("moment", MOMENTS)
def test_same_request_completes_the_rule_of_a_killed_worker(
    rules: PurgeRuleScene, moment: str, *, stored: bool
) -> None:
    queue, (when, unanswered) = rules.queue(), MOMENTS[moment]
    if unanswered:
        rules.app.simulator.faults.add(Fault(FaultKind.TIMEOUT_AFTER, CREATE))

    with killed_at("put", when, stored=stored, store=DynamoPurgeRules) as victims:
        assert rules.post(queue)[0] == 500
        rules.app.clock.wait(LEASE)
        answer = rules.create(queue)

    assert len(victims) == 1
    assert answer["status"] == "registered"
    rule_id = assert_registered_once(rules, queue)
    rules.execute(rule_id)
    assert rules.actions(rule_id).count("webhook_received") == 1


def test_same_request_completes_a_rule_that_was_never_queued(
    rules: PurgeRuleScene,
) -> None:
    queue = rules.queue()
    rules.app.simulator.faults.add(Fault(FaultKind.UNAVAILABLE, REGISTER))

    def names_it(message: Any) -> bool:
        return isinstance(message, RuleRef)

    with (
        killed_at("send", names_it, stored=False, store=SqsQueue),
        pytest.raises(Unexpected),
    ):
        rules.create(queue)

    assert rules.create(queue)["status"] == "registered"
    assert_registered_once(rules, queue)
