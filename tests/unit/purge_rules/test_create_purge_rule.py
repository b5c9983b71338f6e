"""CreatePurgeRule: one rule for a name, its webhook, and the answer to the caller."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from genesys_purge.calling.attempt import Attempt
from genesys_purge.errors import (
    AlreadyExists,
    InvalidRequest,
    OnLegalHold,
    OutcomeUnknown,
    PermissionMissing,
    PurgingSwitchedOff,
    TryLater,
)
from genesys_purge.purge_rules.documented.api import CREATE
from genesys_purge.purge_rules.purge_rule import PurgeRule, RuleStatus
from genesys_purge.purge_rules.register_webhook import REGISTER

from tests.clock import NOON
from tests.unit.methods.scene import hold
from tests.unit.purge_rules.rule_bench import (
    CALLBACK,
    NAME,
    ONCE,
    REF,
    RuleBench,
    condition,
    document,
    rule,
)

OTHER: dict[str, Any] = {"maxBatchSize": 501}


def nothing_happened(bench: RuleBench) -> bool:
    traces = bench.genesys.calls or bench.actions or bench.meter.counts or bench.registrations.sent
    return not traces and bench.rules.get(REF) is None


def test_valid_rule_is_created_and_its_webhook_registered(bench: RuleBench) -> None:
    assert bench.create().to_json() == {
        "name": NAME,
        "ruleId": "rule-1",
        "status": "registered",
        "webhookId": "hook-1",
    }
    assert bench.creations == [document()]
    assert bench.registered == [
        {
            "name": f"genesys-purge: {NAME}",
            "description": "Reports each execution of the purge rule to Genesys Purge",
            "callbackUrl": CALLBACK,
            "events": ["purgerules:rule:execute"],
            "config": {"ruleId": "rule-1"},
        }
    ]
    assert bench.stored.status is RuleStatus.REGISTERED
    assert (bench.stored.requested_by, bench.stored.requested_at) == ("tests", NOON)
    assert bench.stored.attempt == ONCE.settled()
    assert bench.registrations.sent == []


def test_genesys_receives_exactly_the_validated_values(bench: RuleBench) -> None:
    values = [" voice", 1, 1.0, -0.5, True, 2**53]
    filters = [condition("a", "eq", value) for value in values]
    bench.create(name=f"  {NAME} ", description=None, scope={"filters": filters})
    assert bench.creations == [document(scope={"filters": filters})]
    sent = [each["value"] for each in bench.creations[0]["scope"]["filters"]]
    assert [type(value) for value in sent] == [type(value) for value in values]
    assert bench.stored.definition == bench.creations[0]


def test_created_rule_is_audited_with_content_latency_and_policy(bench: RuleBench) -> None:
    bench.genesys.on(CREATE, bench.taking(2.5, {"id": "rule-1"}))
    bench.genesys.on(REGISTER, bench.taking(0.25, {"id": "hook-1"}))
    bench.create("arn:aws:iam::1:user/dpo")
    created, registered = bench.audit.of(rule().run_id)
    assert created.to_json() == {
        "runId": rule().run_id,
        "sequence": 1,
        "at": "2026-11-21T12:00:02.500000Z",
        "actor": "arn:aws:iam::1:user/dpo",
        "action": "rule_created",
        "ruleId": "rule-1",
        "rule": document(),
        "latencySeconds": 2.5,
        "policy": {"minimumDays": 730, "basis": "Retention set in the request"},
    }
    assert registered.to_json() == {
        "runId": rule().run_id,
        "sequence": 2,
        "at": "2026-11-21T12:00:02.750000Z",
        "actor": "arn:aws:iam::1:user/dpo",
        "action": "rule_webhook_registered",
        "ruleId": "rule-1",
        "latencySeconds": 0.25,
        "webhookId": "hook-1",
    }
    assert bench.meter.durations == {"RuleCreation": 2.5}
    assert bench.meter.counts == {"RulesCreated": 1}


def test_intent_is_stored_before_the_creating_call(bench: RuleBench) -> None:
    seen: list[PurgeRule] = []

    def answer(_: Mapping[str, Any]) -> Mapping[str, Any]:
        seen.append(bench.stored)
        return {"id": "rule-1"}

    bench.genesys.on(CREATE, answer)
    bench.create()
    assert [(each.status, each.attempt) for each in seen] == [(RuleStatus.CREATING, ONCE)]


def test_rule_is_stored_as_created_before_its_webhook(bench: RuleBench) -> None:
    seen: list[PurgeRule] = []

    def answer(_: Mapping[str, Any]) -> Mapping[str, Any]:
        seen.append(bench.stored)
        return {"id": "hook-1"}

    bench.genesys.on(REGISTER, answer)
    bench.create()
    assert [(each.status, each.rule_id) for each in seen] == [(RuleStatus.CREATED, "rule-1")]


def test_invalid_rule_leaves_no_trace(bench: RuleBench) -> None:
    with pytest.raises(InvalidRequest):
        bench.create(retentionPeriod={"days": 29})
    assert nothing_happened(bench)


def test_rule_without_a_permit_leaves_no_trace(bench: RuleBench) -> None:
    bench.holds.placed.append(hold())
    with pytest.raises(OnLegalHold):
        bench.create()
    assert nothing_happened(bench)
    bench.holds.placed.clear()
    bench.policies.switch = "off"
    with pytest.raises(PurgingSwitchedOff):
        bench.create()
    assert nothing_happened(bench)


def test_repeated_request_gets_the_same_answer_and_sends_nothing(bench: RuleBench) -> None:
    first = bench.create()
    bench.policies.switch = "off"
    bench.clock.wait(86_400)
    assert bench.create("another user", **dict(reversed(document().items()))) == first
    assert (len(bench.creations), len(bench.registered)) == (1, 1)
    assert bench.stored.requested_by == "tests"
    assert bench.actions == ["rule_created", "rule_webhook_registered"]


def test_another_rule_under_a_taken_name_is_refused(bench: RuleBench) -> None:
    bench.create()
    before = bench.stored
    with pytest.raises(AlreadyExists, match=f'rule "{NAME}" exists .registered, id rule-1 at'):
        bench.create(**OTHER)
    assert len(bench.creations) == 1
    assert bench.stored == before


@pytest.mark.parametrize(
    "stored", [rule(), rule(status=RuleStatus.FAILED, attempt=ONCE.unsure("no answer"))]
)
def test_another_rule_is_refused_while_the_first_may_exist(
    bench: RuleBench, stored: PurgeRule
) -> None:
    bench.put(stored)
    bench.clock.wait(86_400)
    with pytest.raises(AlreadyExists, match=r"may exist at Genesys, .* repeat the request"):
        bench.create(**OTHER)
    assert bench.genesys.calls == []


def test_name_of_a_failed_rule_is_free_for_another_rule(bench: RuleBench) -> None:
    attempt = Attempt(number=2, at=NOON, reason="RefusedByGenesys: no")
    bench.put(rule(status=RuleStatus.FAILED, attempt=attempt))
    bench.clock.wait(1)
    assert bench.create("dpo", **OTHER).status is RuleStatus.REGISTERED
    assert bench.creations == [document(**OTHER)]
    assert (bench.stored.requested_by, bench.stored.attempt.number) == ("dpo", 3)
    assert bench.stored.definition == document(**OTHER)
    assert bench.create(**OTHER).rule_id == "rule-1"
    assert len(bench.creations) == 1


def test_failed_rule_may_be_requested_again(bench: RuleBench) -> None:
    bench.genesys.on(CREATE, PermissionMissing("403", permission="p"), {"id": "rule-1"})
    with pytest.raises(PermissionMissing):
        bench.create()
    assert bench.create().status is RuleStatus.REGISTERED
    assert bench.actions == ["rule_failed", "rule_created", "rule_webhook_registered"]
    assert bench.stored.detail is None


def test_created_rule_without_webhook_is_only_registered(bench: RuleBench) -> None:
    bench.put(rule(status=RuleStatus.CREATED, rule_id="rule-7"))
    assert bench.create().to_json() == {
        "name": NAME,
        "ruleId": "rule-7",
        "status": "registered",
        "webhookId": "hook-1",
    }
    assert bench.creations == []
    assert bench.registered[0]["config"] == {"ruleId": "rule-7"}


@pytest.mark.parametrize("attempt", [ONCE, ONCE.unsure("no answer")])
@pytest.mark.parametrize("seconds", [0, 59])
def test_second_request_waits_for_the_lease_of_the_first(
    bench: RuleBench, seconds: int, attempt: Attempt
) -> None:
    bench.put(rule(attempt=attempt))
    bench.clock.wait(seconds)
    with pytest.raises(TryLater, match="is being created") as refused:
        bench.create()
    assert refused.value.retry_after == 60 - seconds
    assert bench.stored == rule(attempt=attempt)
    assert bench.genesys.calls == []


def test_of_two_requests_at_once_one_creates_the_rule(bench: RuleBench) -> None:
    def overtaken(_: PurgeRule) -> None:
        bench.rules.before_write = lambda _: None
        bench.create("the winner")

    bench.rules.before_write = overtaken
    with pytest.raises(TryLater, match="is being created"):
        bench.create("the loser")
    assert len(bench.creations) == 1
    assert bench.stored.requested_by == "the winner"


def test_failed_webhook_registration_is_reported_and_queued(bench: RuleBench) -> None:
    bench.genesys.on(REGISTER, OutcomeUnknown("not answered", correlation_id="c-1"))
    assert bench.create().to_json() == {
        "name": NAME,
        "ruleId": "rule-1",
        "status": "created",
        "detail": "the webhook is not registered yet, but will be retried: "
        "not answered [correlation id c-1]",
    }
    assert bench.registrations.sent == [REF]
    assert bench.stored.status is RuleStatus.CREATED
    assert bench.actions == ["rule_created", "rule_webhook_failed"]
    record = bench.audit.of(rule().run_id)[-1]
    assert (record.rule_id, record.correlation_id) == ("rule-1", "c-1")
    assert record.detail == "OutcomeUnknown: not answered"
    assert bench.meter.counts == {"RulesCreated": 1, "RuleWebhooksFailed": 1}


def test_webhook_without_a_readable_id_is_not_registered(bench: RuleBench) -> None:
    bench.genesys.on(REGISTER, {"id": 7})
    assert bench.create().status is RuleStatus.CREATED
    assert bench.registrations.sent == [REF]
