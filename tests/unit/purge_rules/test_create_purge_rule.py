"""Creating a purge rule: checked first, sent once, told truly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from genesys_purge.errors import (
    InvalidRequest,
    OnLegalHold,
    OutcomeUnknown,
    PermissionMissing,
    PurgingSwitchedOff,
    RuleExists,
    TryLater,
)
from genesys_purge.purge_rules.documented.rule_form import CREATE
from genesys_purge.purge_rules.purge_rule import PurgeRule, RuleStatus
from genesys_purge.purge_rules.register_webhook import REGISTER

from tests.clock import NOON
from tests.unit.methods.scene import hold
from tests.unit.purge_rules.rule_bench import (
    CALLBACK,
    NAME,
    REF,
    RuleBench,
    condition,
    document,
    rule,
)

OTHER: dict[str, Any] = {"maxBatchSize": 501}


def nothing_happened(bench: RuleBench) -> bool:
    told = bench.genesys.calls or bench.actions or bench.meter.counts or bench.registrations.sent
    return not told and bench.rules.get(REF) is None


def test_a_rule_is_created_registered_and_told(bench: RuleBench) -> None:
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
            "description": "Tells Genesys Purge of each execution of the purge rule",
            "callbackUrl": CALLBACK,
            "events": ["purgerules:rule:execute"],
            "config": {"ruleId": "rule-1"},
        }
    ]
    assert bench.stored.status is RuleStatus.REGISTERED
    assert (bench.stored.requested_by, bench.stored.requested_at) == ("tests", NOON)
    assert (bench.stored.attempts, bench.stored.is_uncertain) == (1, False)
    assert bench.registrations.sent == []


def test_what_is_sent_is_what_was_checked(bench: RuleBench) -> None:
    values = [" voice", 1, 1.0, -0.5, True, 2**53]
    filters = [condition("a", "eq", value) for value in values]
    bench.create(name=f"  {NAME} ", description=None, scope={"filters": filters})
    assert bench.creations == [document(scope={"filters": filters})]
    sent = [each["value"] for each in bench.creations[0]["scope"]["filters"]]
    assert [type(value) for value in sent] == [type(value) for value in values]
    assert bench.stored.definition == bench.creations[0]


def test_a_created_rule_is_audited_with_its_latency_and_the_retention_in_force(
    bench: RuleBench,
) -> None:
    bench.genesys.on(CREATE, bench.taking(2.5, {"id": "rule-1"}))
    bench.create("arn:aws:iam::1:user/dpo")
    created, registered = bench.audit.of(rule().run_id)
    assert created.to_json() == {
        "runId": rule().run_id,
        "sequence": 1,
        "at": "2026-11-21T12:00:02.500000Z",
        "actor": "arn:aws:iam::1:user/dpo",
        "action": "rule_created",
        "ruleId": "rule-1",
        "latencySeconds": 2.5,
        "policy": {"minimumDays": 730, "basis": "The request's own retention"},
    }
    assert registered.to_json() == {
        "runId": rule().run_id,
        "sequence": 2,
        "at": "2026-11-21T12:00:02.500000Z",
        "actor": "arn:aws:iam::1:user/dpo",
        "action": "rule_webhook_registered",
        "ruleId": "rule-1",
        "detail": "webhook hook-1",
    }
    assert bench.meter.durations == {"RuleCreation": 2.5}
    assert bench.meter.counts == {"RulesCreated": 1}


def test_the_intent_is_stored_before_the_call(bench: RuleBench) -> None:
    seen: list[PurgeRule] = []

    def answer(_: Mapping[str, Any]) -> Mapping[str, Any]:
        seen.append(bench.stored)
        return {"id": "rule-1"}

    bench.genesys.on(CREATE, answer)
    bench.create()
    assert [(each.status, each.intended_at) for each in seen] == [(RuleStatus.CREATING, NOON)]


def test_a_rule_is_stored_as_created_before_its_webhook_is_registered(bench: RuleBench) -> None:
    seen: list[PurgeRule] = []

    def answer(_: Mapping[str, Any]) -> Mapping[str, Any]:
        seen.append(bench.stored)
        return {"id": "hook-1"}

    bench.genesys.on(REGISTER, answer)
    bench.create()
    assert [(each.status, each.rule_id) for each in seen] == [(RuleStatus.CREATED, "rule-1")]


@pytest.mark.parametrize(
    "fields", [{"type": "call"}, {"retentionPeriod": {"days": 29}}, {"colour": "red"}]
)
def test_a_rule_that_is_wrong_leaves_no_trace(bench: RuleBench, fields: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest):
        bench.create(**fields)
    assert nothing_happened(bench)


def test_a_rule_for_which_there_is_no_leave_leaves_no_trace(bench: RuleBench) -> None:
    bench.holds.placed.append(hold())
    with pytest.raises(OnLegalHold):
        bench.create()
    assert nothing_happened(bench)
    bench.holds.placed.clear()
    bench.policies.switch = "off"
    with pytest.raises(PurgingSwitchedOff):
        bench.create()
    assert nothing_happened(bench)


def test_the_same_rule_is_created_once_however_often_and_by_whom_it_is_sent(
    bench: RuleBench,
) -> None:
    first = bench.create()
    bench.policies.switch = "off"
    bench.clock.wait(86_400)
    assert bench.create("somebody else", **dict(reversed(document().items()))) == first
    assert (len(bench.creations), len(bench.registered)) == (1, 1)
    assert bench.stored.requested_by == "tests"
    assert bench.actions == ["rule_created", "rule_webhook_registered"]


def test_another_rule_of_that_name_is_refused_and_names_the_one_there_is(
    bench: RuleBench,
) -> None:
    bench.create()
    before = bench.stored
    with pytest.raises(RuleExists, match=f'another purge rule "{NAME}", registered, rule-1 at'):
        bench.create(**OTHER)
    assert len(bench.creations) == 1
    assert bench.stored == before


@pytest.mark.parametrize(
    "changes",
    [
        {"status": RuleStatus.CREATING},
        {"status": RuleStatus.FAILED, "is_uncertain": True},
    ],
)
def test_another_rule_is_refused_while_that_of_its_name_may_exist(
    bench: RuleBench, changes: dict[str, Any]
) -> None:
    bench.put(rule(**changes))
    bench.clock.wait(86_400)
    with pytest.raises(RuleExists, match="not known whether Genesys created it; repeat"):
        bench.create(**OTHER)
    assert bench.genesys.calls == []


def test_another_rule_may_have_the_name_of_one_that_failed(bench: RuleBench) -> None:
    bench.put(rule(status=RuleStatus.FAILED, attempts=2, detail="RefusedByGenesys: no"))
    bench.clock.wait(1)
    assert bench.create("dpo", **OTHER).status is RuleStatus.REGISTERED
    assert bench.creations == [document(**OTHER)]
    assert (bench.stored.requested_by, bench.stored.attempts) == ("dpo", 3)
    assert bench.stored.definition == document(**OTHER)
    assert bench.create(**OTHER).rule_id == "rule-1"
    assert len(bench.creations) == 1


def test_a_rule_that_failed_may_be_sent_again(bench: RuleBench) -> None:
    bench.genesys.on(CREATE, PermissionMissing("403", permission="p"), {"id": "rule-1"})
    with pytest.raises(PermissionMissing):
        bench.create()
    assert bench.create().status is RuleStatus.REGISTERED
    assert bench.actions == ["rule_failed", "rule_created", "rule_webhook_registered"]
    assert bench.stored.detail is None


def test_a_rule_whose_webhook_is_missing_is_registered_and_not_created_again(
    bench: RuleBench,
) -> None:
    bench.put(rule(status=RuleStatus.CREATED, rule_id="rule-7"))
    assert bench.create().to_json() == {
        "name": NAME,
        "ruleId": "rule-7",
        "status": "registered",
        "webhookId": "hook-1",
    }
    assert bench.creations == []
    assert bench.registered[0]["config"] == {"ruleId": "rule-7"}


@pytest.mark.parametrize("seconds", [0, 59])
def test_a_rule_that_is_being_created_is_left_to_whoever_does(
    bench: RuleBench, seconds: int
) -> None:
    bench.put(rule())
    bench.clock.wait(seconds)
    with pytest.raises(TryLater, match="is being created") as refused:
        bench.create()
    assert refused.value.retry_after == 60 - seconds
    assert bench.stored == rule()
    assert bench.genesys.calls == []


def test_of_two_that_begin_at_once_one_creates(bench: RuleBench) -> None:
    def overtaken(_: PurgeRule) -> None:
        bench.rules.before_write = lambda _: None
        bench.create("the winner")

    bench.rules.before_write = overtaken
    with pytest.raises(TryLater, match="is being created"):
        bench.create("the loser")
    assert len(bench.creations) == 1
    assert bench.stored.requested_by == "the winner"


def test_a_webhook_that_cannot_be_registered_is_told_and_left_to_the_queue(
    bench: RuleBench,
) -> None:
    bench.genesys.on(REGISTER, OutcomeUnknown("not answered", correlation_id="c-1"))
    assert bench.create().to_json() == {
        "name": NAME,
        "ruleId": "rule-1",
        "status": "created",
        "detail": "the webhook is not registered yet: not answered [correlation id c-1]; "
        "it is tried again",
    }
    assert bench.registrations.sent == [REF]
    assert bench.stored.status is RuleStatus.CREATED
    assert bench.actions == ["rule_created", "rule_webhook_failed"]
    record = bench.audit.of(rule().run_id)[-1]
    assert (record.rule_id, record.correlation_id) == ("rule-1", "c-1")
    assert record.detail == "OutcomeUnknown: not answered"
    assert bench.meter.counts == {"RulesCreated": 1, "RuleWebhooksFailed": 1}


@pytest.mark.parametrize("answer", [{}, {"id": ""}, {"id": 7}, {"id": None}])
def test_a_webhook_without_a_readable_id_is_not_taken_for_registered(
    bench: RuleBench, answer: dict[str, Any]
) -> None:
    bench.genesys.on(REGISTER, answer)
    assert bench.create().status is RuleStatus.CREATED
    assert bench.registrations.sent == [REF]
