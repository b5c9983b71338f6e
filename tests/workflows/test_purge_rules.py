"""A purge rule is created at Genesys once, whatever happens, and its webhook registered."""

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
from tests.doors import WEBHOOK_URL
from tests.unit.purge_rules.rule_bench import condition
from tests.workflows.desks import Desk, Office, office
from tests.workflows.moments import TRANSIENT, killed_at

CREATE, REGISTER = Operation.CREATE_PURGE_RULE, Operation.REGISTER_WEBHOOK
LEASE = 60
TAKES_EFFECT = [kind for kind in TRANSIENT if kind.endswith("_after")]


@pytest.fixture(scope="module")
def rules() -> Iterator[Office]:
    with office() as running:
        yield running


def assert_registered_once(rules: Office, desk: Desk) -> str:
    """Genesys has the rule once and tells us of it, and its audit says so once; the rule's id."""
    (rule,) = rules.at_genesys(desk)
    rule_id = str(rule["id"])
    assert rules.create(desk)["status"] == "registered"
    assert rules.webhooks(rule_id) != []
    assert rules.facts(rule_id).count("rule_created") == 1
    assert rules.facts(rule_id).count("rule_webhook_registered") == 1
    return rule_id


def invoked(rules: Office, desk: Desk) -> dict[str, Any]:
    return rules.create(desk)


def posted(rules: Office, desk: Desk) -> dict[str, Any]:
    status, body = rules.post(desk)
    assert status == 201
    return dict(body)


@pytest.mark.parametrize(
    ("way", "actor"),
    [(invoked, "invoke"), (posted, "arn:aws:iam::123456789012:user/operator")],
)
def test_a_rule_is_created_as_it_was_asked_for_and_its_webhook_registered(
    rules: Office, way: Callable[[Office, Desk], dict[str, Any]], actor: str
) -> None:
    desk = rules.desk()

    answer = way(rules, desk)

    (rule,) = rules.at_genesys(desk)
    (webhook,) = rules.webhooks(rule["id"])
    assert answer == {
        "name": desk.name,
        "ruleId": rule["id"],
        "status": "registered",
        "webhookId": webhook["id"],
    }
    assert rule | desk.rule() == rule
    assert webhook["callbackUrl"] == WEBHOOK_URL
    assert webhook["events"] == ["purgerules:rule:execute"]
    created, registered = rules.app.rule_audit(rule["id"])
    assert (created["action"], created["actor"]) == ("rule_created", actor)
    assert created["latencySeconds"] == 0
    assert created["policy"] == {"minimumDays": 730, "basis": "The request's own retention"}
    assert (registered["action"], registered["actor"]) == ("rule_webhook_registered", actor)
    assert webhook["id"] in registered["detail"]


@pytest.mark.parametrize("way", [invoked, posted])
def test_the_same_request_again_is_answered_with_the_same_rule_and_sends_nothing(
    rules: Office, way: Callable[[Office, Desk], dict[str, Any]]
) -> None:
    desk = rules.desk()
    first = rules.create(desk)
    since = len(rules.app.simulator.requests)

    assert [way(rules, desk) for _ in range(3)] == [first] * 3

    assert rules.sent(since) == []
    assert len(rules.at_genesys(desk)) == 1


def test_the_same_request_many_times_at_once_is_one_rule(rules: Office) -> None:
    desk = rules.desk()
    since = len(rules.app.simulator.requests)

    def create(_: int) -> str | None:
        try:
            return str(rules.create(desk)["ruleId"])
        except TryLater:
            return None

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(create, range(8)))

    rule_id = assert_registered_once(rules, desk)
    assert answers - {None} == {rule_id}
    assert rules.sent(since).count(CREATE) == 1


def test_another_rule_under_a_taken_name_is_refused_and_nothing_is_sent(rules: Office) -> None:
    desk = rules.desk()
    rule_id = rules.create(desk)["ruleId"]
    since = len(rules.app.simulator.requests)

    status, body = rules.post(desk, maxBatchSize=999)

    assert status == 409
    assert desk.name in body["errors"][0]["message"]
    assert rule_id in body["errors"][0]["message"]
    assert rules.sent(since) == []
    assert_registered_once(rules, desk)


def test_all_errors_of_a_rule_are_told_at_once_and_nothing_is_stored_or_sent(
    rules: Office,
) -> None:
    desk = rules.desk()
    since = len(rules.app.simulator.requests)

    status, body = rules.post(
        desk,
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
    # A stored rule of that name would be in the way of this one.
    assert rules.post(desk)[0] == 201


@pytest.mark.parametrize("kind", TRANSIENT)
def test_a_creating_call_that_goes_wrong_is_made_good_without_a_second_rule(
    rules: Office, kind: FaultKind
) -> None:
    desk = rules.desk()
    rules.app.simulator.faults.add(Fault(kind, CREATE))

    answer = rules.create(desk)

    assert answer["status"] == "registered"
    rule_id = assert_registered_once(rules, desk)
    created = rules.app.rule_audit(rule_id)[0]
    assert ("found at Genesys" in created.get("detail", "")) == (kind in TAKES_EFFECT)


@pytest.mark.parametrize("kind", [FaultKind.TIMEOUT_BEFORE, *TAKES_EFFECT])
def test_a_rule_of_which_nobody_knows_is_found_out_about_by_the_same_request(
    rules: Office, kind: FaultKind
) -> None:
    desk = rules.desk()
    rules.app.simulator.faults.add(Fault(kind, CREATE, times=1))
    rules.app.simulator.faults.add(Fault(FaultKind.DROP_BEFORE, CREATE, times=1))

    status, body = rules.post(desk)
    assert status == 500
    assert "repeat the same request" in body["errors"][0]["message"]
    # Whoever asks at once may still be met by the one who created it.
    assert rules.post(desk)[0] == 503
    assert rules.post(desk, maxBatchSize=999)[0] == 409
    rules.app.clock.wait(LEASE)

    assert rules.create(desk)["status"] == "registered"
    assert_registered_once(rules, desk)


def test_a_busy_genesys_is_asked_again_when_it_says(rules: Office) -> None:
    desk = rules.desk()
    began = rules.app.clock.at
    rules.app.simulator.faults.add(Fault(FaultKind.RATE_LIMITED, CREATE, retry_after=7))

    assert rules.create(desk)["status"] == "registered"

    assert 7 <= (rules.app.clock.at - began).total_seconds() <= 8
    assert_registered_once(rules, desk)


@pytest.mark.parametrize(
    ("kind", "status", "calls"),
    [(FaultKind.RATE_LIMITED, 429, 4), (FaultKind.INSUFFICIENT_STORAGE, 500, 1)],
)
def test_a_rule_that_genesys_did_not_take_has_failed_and_may_be_asked_for_again(
    rules: Office, kind: FaultKind, status: int, calls: int, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = rules.desk()
    since = len(rules.app.simulator.requests)
    rules.app.simulator.faults.add(Fault(kind, CREATE, times=None))

    answered, body = rules.post(desk)

    metrics = capsys.readouterr().out
    assert answered == status
    assert str(429 if calls > 1 else 507) in body["errors"][0]["message"]
    assert rules.sent(since) == [CREATE] * calls
    assert ("StorageExhausted" in metrics) == (kind is FaultKind.INSUFFICIENT_STORAGE)
    assert "RulesFailed" in metrics
    rules.app.simulator.faults.clear()
    assert rules.create(desk)["status"] == "registered"
    assert_registered_once(rules, desk)


def test_what_genesys_refuses_reaches_the_caller_field_by_field(rules: Office) -> None:
    desk = rules.desk()
    scope = {"filters": [*desk.rule()["scope"]["filters"], condition("mood", "eq", "bad")]}

    status, body = rules.post(desk, scope=scope)

    assert status == 400
    assert [error["path"] for error in body["errors"]] == ["scope.filters.2.field"]
    # Put right, it may have the name.
    assert rules.create(desk)["status"] == "registered"
    assert_registered_once(rules, desk)


def test_a_rule_that_does_the_work_of_another_is_refused_and_the_other_is_named(
    rules: Office,
) -> None:
    desk = rules.desk()
    other = rules.create(desk, name="the other")

    status, body = rules.post(desk)

    assert status == 409
    assert other["ruleId"] in body["errors"][0]["message"]
    assert [rule["name"] for rule in rules.at_genesys(desk)] == ["the other"]


@pytest.mark.parametrize("kind", TRANSIENT)
def test_a_registering_call_that_goes_wrong_is_made_good(rules: Office, kind: FaultKind) -> None:
    desk = rules.desk()
    rules.app.simulator.faults.add(Fault(kind, REGISTER))

    answer = rules.create(desk)
    rules.app.tell_to_the_end()

    is_known = kind is FaultKind.TOKEN_REVOKED
    assert answer["status"] == ("registered" if is_known else "created")
    rule_id = assert_registered_once(rules, desk)
    assert rules.facts(rule_id).count("rule_webhook_failed") == (not is_known)


def failures(rules: Office, rule_id: str) -> list[dict[str, Any]]:
    records = rules.app.rule_audit(rule_id)
    return [each for each in records if each["action"] == "rule_webhook_failed"]


def test_a_webhook_that_cannot_be_registered_is_tried_again_later_each_time(
    rules: Office,
) -> None:
    desk = rules.desk()
    began = rules.app.clock.at
    rules.app.simulator.faults.add(Fault(FaultKind.UNAVAILABLE, REGISTER, times=4))

    answer = rules.create(desk)
    assert answer["status"] == "created"
    assert "the webhook is not registered yet" in answer["detail"]
    rules.app.tell_to_the_end()

    # At once by the one who created it and by the queue, then after 30, 60 and 120 seconds.
    waited = (rules.app.clock.at - began).total_seconds()
    assert waited == pytest.approx(30 + 60 + 120, abs=3)
    assert len(failures(rules, answer["ruleId"])) == 4
    assert rules.facts(answer["ruleId"])[-1] == "rule_webhook_registered"
    assert len(rules.webhooks(answer["ruleId"])) == 1
    assert_registered_once(rules, desk)


def test_a_request_repeated_meanwhile_registers_the_webhook_and_the_queue_has_nothing_left_to_do(
    rules: Office,
) -> None:
    desk = rules.desk()
    rules.app.simulator.faults.add(Fault(FaultKind.UNAVAILABLE, REGISTER))
    rule_id = rules.create(desk)["ruleId"]

    assert rules.create(desk)["status"] == "registered"
    rules.app.tell_to_the_end()

    assert len(rules.webhooks(rule_id)) == 1
    assert_registered_once(rules, desk)


def test_a_webhook_that_is_given_up_on_is_a_dead_letter_and_the_rule_stays(rules: Office) -> None:
    desk = rules.desk()
    rules.app.simulator.faults.add(Fault(FaultKind.UNAVAILABLE, REGISTER, times=None))

    rule_id = rules.create(desk)["ruleId"]
    rules.app.tell_to_the_end()

    assert rules.app.take("AbandonedRegistrations") == [{"name": desk.name}]
    assert rules.app.take("Registrations") == []
    told = failures(rules, rule_id)
    assert len(told) == 1 + 10 + 1
    assert "given up after 10 times" in told[-1]["detail"]
    assert rules.webhooks(rule_id) == []
    rules.app.simulator.faults.clear()
    assert rules.create(desk)["status"] == "registered"
    assert_registered_once(rules, desk)


def test_nothing_is_created_while_purging_is_switched_off(rules: Office) -> None:
    desk = rules.desk()
    since = len(rules.app.simulator.requests)
    rules.app.set_parameter("PurgingSwitchParameter", "off")

    status, body = rules.post(desk)

    rules.app.set_parameter("PurgingSwitchParameter", "on")
    assert status == 500
    assert "purging is disabled" in body["errors"][0]["message"]
    assert rules.sent(since) == []
    assert rules.create(desk)["status"] == "registered"


def test_nothing_is_created_while_a_legal_hold_is_active(rules: Office) -> None:
    desk = rules.desk()
    since = len(rules.app.simulator.requests)
    hold: dict[str, Any] = {"holdId": "hold-1", "reason": "a case in court", "placedBy": "counsel"}
    hold |= {"placedAt": NOON.isoformat(), "conversationIds": {"somebody-elses"}}
    rules.app.put_hold(**hold)

    status, body = rules.post(desk)

    rules.app.put_hold(**hold, releasedAt=NOON.isoformat())
    assert status == 400
    assert "legal hold hold-1" in body["errors"][0]["message"]
    assert rules.sent(since) == []
    assert rules.create(desk)["status"] == "registered"


def is_fresh(rule: PurgeRule) -> bool:
    return rule.version == 0


def is_in_doubt(rule: PurgeRule) -> bool:
    return rule.status is RuleStatus.CREATING and rule.is_uncertain


def is_asked_again(rule: PurgeRule) -> bool:
    return rule.status is RuleStatus.CREATING and rule.attempts == 2


def becomes(status: RuleStatus) -> Callable[[PurgeRule], bool]:
    return lambda rule: rule.status is status


# The write, and whether Genesys leaves the first creating call without an answer.
MOMENTS: dict[str, tuple[Callable[[PurgeRule], bool], bool]] = {
    "the intent": (is_fresh, False),
    "the doubt": (is_in_doubt, True),
    "the next intent": (is_asked_again, True),
    "the rule": (becomes(RuleStatus.CREATED), False),
    "the rule found": (becomes(RuleStatus.CREATED), True),
    "the webhook": (becomes(RuleStatus.REGISTERED), False),
}


@pytest.mark.parametrize("stored", [False, True], ids=["unstored", "stored"])
@pytest.mark.parametrize("moment", MOMENTS)
def test_whoever_is_killed_at_a_write_leaves_what_the_same_request_brings_to_its_end(
    rules: Office, moment: str, *, stored: bool
) -> None:
    desk, (when, unanswered) = rules.desk(), MOMENTS[moment]
    if unanswered:
        rules.app.simulator.faults.add(Fault(FaultKind.TIMEOUT_AFTER, CREATE))

    with killed_at("put", when, stored=stored, store=DynamoPurgeRules) as victims:
        assert rules.post(desk)[0] == 500
        rules.app.clock.wait(LEASE)
        answer = rules.create(desk)

    assert len(victims) == 1
    assert answer["status"] == "registered"
    rule_id = assert_registered_once(rules, desk)
    rules.execute(rule_id)
    assert rules.facts(rule_id).count("webhook_received") == 1


def test_whoever_is_killed_before_the_queue_knows_leaves_a_rule_that_is_repeated(
    rules: Office,
) -> None:
    desk = rules.desk()
    rules.app.simulator.faults.add(Fault(FaultKind.UNAVAILABLE, REGISTER))

    def names_it(message: Any) -> bool:
        return isinstance(message, RuleRef)

    with (
        killed_at("send", names_it, stored=False, store=SqsQueue),
        pytest.raises(Unexpected),
    ):
        rules.create(desk)

    assert rules.create(desk)["status"] == "registered"
    assert_registered_once(rules, desk)
