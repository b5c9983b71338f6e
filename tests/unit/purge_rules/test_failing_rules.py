"""Creating a purge rule where Genesys refuses, is busy, or does not answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from genesys_purge.errors import (
    AuthenticationFailed,
    FieldError,
    GenesysUnavailable,
    OnLegalHold,
    OutcomeUnknown,
    PermissionMissing,
    PurgeError,
    PurgingSwitchedOff,
    RateLimited,
    RefusedByGenesys,
    RuleExists,
    StorageExhausted,
    TryLater,
)
from genesys_purge.ports import Permit
from genesys_purge.purge_rules.documented.rule_form import CREATE
from genesys_purge.purge_rules.purge_rule import PurgeRule, RuleStatus

from tests.clock import NOON
from tests.unit.methods.scene import hold
from tests.unit.purge_rules.rule_bench import RuleBench, conflict, document, rule

UNKNOWN = OutcomeUnknown("sent and not answered", correlation_id="c-1")
BUSY = RateLimited("429", retry_after=2)
CREATED = {"id": "rule-1"}
FAILURES: list[PurgeError] = [
    RefusedByGenesys(
        "422", status=422, fields=[FieldError("maxBatchSize", "beyond the engine's limit")]
    ),
    RefusedByGenesys("404", status=404),
    PermissionMissing("403", permission="purgerules:write"),
    AuthenticationFailed("401"),
    StorageExhausted("507", correlation_id="c-1"),
]


def permits(bench: RuleBench) -> list[Permit]:
    return [call.permit for call in bench.genesys.calls if call.permit]


@pytest.mark.parametrize("error", FAILURES, ids=str)
def test_what_trying_again_cannot_mend_fails_at_once_and_is_audited(
    bench: RuleBench, error: PurgeError
) -> None:
    bench.genesys.on(CREATE, error)
    with pytest.raises(type(error)) as raised:
        bench.create()
    assert raised.value is error
    assert (len(bench.creations), bench.slept) == (1, [])
    words = f"{type(error).__name__}: {error.message}"
    assert (bench.stored.status, bench.stored.detail) == (RuleStatus.FAILED, words)
    assert not bench.stored.is_uncertain
    (record,) = bench.audit.of(rule().run_id)
    assert (record.action, record.actor, record.detail) == ("rule_failed", "tests", words)
    assert record.correlation_id == error.correlation_id
    assert bench.meter.counts["RulesFailed"] == 1
    assert bench.meter.counts["RulesCreated"] == 0


@pytest.mark.parametrize("error", FAILURES, ids=str)
def test_only_exhausted_storage_rings_the_operators_bell(
    bench: RuleBench, error: PurgeError
) -> None:
    bench.genesys.on(CREATE, error)
    with pytest.raises(type(error)):
        bench.create()
    assert bool(bench.meter.counts["StorageExhausted"]) is isinstance(error, StorageExhausted)


def test_the_fields_that_genesys_refuses_reach_the_caller(bench: RuleBench) -> None:
    bench.genesys.on(CREATE, FAILURES[0])
    with pytest.raises(RefusedByGenesys) as refused:
        bench.create()
    assert refused.value.errors() == (FieldError("maxBatchSize", "beyond the engine's limit"),)


@pytest.mark.parametrize(("entity_id", "which"), [("rule-0", "rule-0"), (None, "a purge rule in")])
def test_a_rule_in_the_way_is_told_in_genesyss_words(
    bench: RuleBench, entity_id: str | None, which: str
) -> None:
    bench.genesys.on(CREATE, conflict(entity_id))
    with pytest.raises(RuleExists, match="exists") as refused:
        bench.create()
    assert which in refused.value.message
    assert refused.value.correlation_id == "c-1"
    assert bench.stored.status is RuleStatus.FAILED
    assert bench.actions == ["rule_failed"]
    assert len(bench.creations) == 1


@pytest.mark.parametrize("answer", [{}, {"id": ""}, {"id": 1}, {"id": "."}, {"id": "a/b"}, UNKNOWN])
def test_an_unanswered_call_is_repeated_once_after_half_a_minute(
    bench: RuleBench, answer: Any
) -> None:
    bench.genesys.on(CREATE, answer, CREATED)
    assert bench.create().status is RuleStatus.REGISTERED
    assert bench.slept == [30]
    assert bench.creations == [document(), document()]
    assert permits(bench) == [Permit(rule().run_id, 0, 1), Permit(rule().run_id, 0, 2)]
    assert (bench.stored.attempts, bench.stored.is_uncertain) == (2, False)
    assert bench.actions == ["rule_created", "rule_webhook_registered"]


def test_while_it_waits_the_store_says_that_the_rule_may_exist(bench: RuleBench) -> None:
    stored: list[PurgeRule] = []
    bench.rules.before_write = stored.append
    bench.genesys.on(CREATE, UNKNOWN, CREATED)
    bench.create()
    told = [(each.status, each.attempts, each.is_uncertain) for each in stored]
    assert told == [
        (RuleStatus.CREATING, 1, False),
        (RuleStatus.CREATING, 1, True),
        (RuleStatus.CREATING, 2, True),
        (RuleStatus.CREATED, 2, False),
        (RuleStatus.REGISTERED, 2, False),
    ]
    assert str(stored[1].detail).startswith("OutcomeUnknown: sent and not answered")
    assert stored[2].intended_at == NOON + timedelta(seconds=30)


def test_a_rule_that_an_unanswered_call_created_is_found_and_kept(bench: RuleBench) -> None:
    bench.genesys.on(CREATE, UNKNOWN, conflict("rule-7"))
    answer = bench.create()
    assert (answer.rule_id, answer.status) == ("rule-7", RuleStatus.REGISTERED)
    assert answer.detail == "found at Genesys after a call that was not answered"
    record, _ = bench.audit.of(rule().run_id)
    assert (record.action, record.rule_id, record.detail) == (
        "rule_created",
        "rule-7",
        "found at Genesys after a call that was not answered",
    )
    assert bench.registered[0]["config"] == {"ruleId": "rule-7"}


def test_another_rule_that_is_in_the_way_is_not_taken_for_ours(bench: RuleBench) -> None:
    bench.genesys.on(CREATE, UNKNOWN, conflict("rule-7", name="calls of the same hour"))
    with pytest.raises(RuleExists, match="rule-7"):
        bench.create()
    assert (bench.stored.status, bench.stored.rule_id) == (RuleStatus.FAILED, None)
    assert bench.registered == []


def test_a_rule_that_genesys_does_not_name_is_not_taken_for_ours(bench: RuleBench) -> None:
    bench.genesys.on(CREATE, UNKNOWN, conflict(None))
    with pytest.raises(RuleExists):
        bench.create()
    assert (bench.stored.status, bench.stored.is_uncertain) == (RuleStatus.FAILED, True)
    assert str(bench.stored.detail).endswith("an earlier call may have been carried out")


def test_a_call_that_stays_unanswered_leaves_the_outcome_open(bench: RuleBench) -> None:
    bench.genesys.on(CREATE, UNKNOWN)
    with pytest.raises(OutcomeUnknown, match="not answered; repeat the same request") as raised:
        bench.create()
    assert raised.value.correlation_id == "c-1"
    assert len(bench.creations) == 2
    assert (bench.stored.status, bench.stored.is_uncertain) == (RuleStatus.CREATING, True)
    (record,) = bench.audit.of(rule().run_id)
    assert (record.action, record.correlation_id) == ("rule_failed", "c-1")
    assert "sent and not answered" in str(record.detail)
    assert bench.meter.counts == {"RulesFailed": 1}


def test_a_call_that_was_not_answered_for_too_long_is_not_repeated(bench: RuleBench) -> None:
    bench.genesys.on(CREATE, bench.taking(33, UNKNOWN))
    with pytest.raises(OutcomeUnknown):
        bench.create()
    assert (len(bench.creations), bench.slept) == (1, [])
    assert (bench.stored.status, bench.stored.is_uncertain) == (RuleStatus.CREATING, True)
    assert "sent and not answered" in str(bench.stored.detail)


def test_repeating_the_request_finds_out_what_became_of_an_open_one(bench: RuleBench) -> None:
    bench.genesys.on(CREATE, UNKNOWN, UNKNOWN, conflict("rule-7"))
    with pytest.raises(OutcomeUnknown):
        bench.create()
    with pytest.raises(TryLater, match="is being created"):
        bench.create()
    bench.clock.wait(60)
    assert bench.create().rule_id == "rule-7"
    assert permits(bench)[-1] == Permit(rule().run_id, 0, 3)


@pytest.mark.parametrize(
    ("reply", "rule_id"), [(conflict("rule-7"), "rule-7"), (CREATED, "rule-1")]
)
def test_the_intent_of_somebody_who_died_is_taken_over(
    bench: RuleBench, reply: Any, rule_id: str
) -> None:
    bench.put(rule(attempts=2))
    bench.clock.wait(60)
    bench.genesys.on(CREATE, reply)
    assert bench.create("the heir").rule_id == rule_id
    assert permits(bench) == [Permit(rule().run_id, 0, 3)]
    assert [record.actor for record in bench.audit.of(rule().run_id)] == ["the heir", "the heir"]


@pytest.mark.parametrize(
    ("stored", "is_uncertain"),
    [(rule(detail="died"), True), (rule(status=RuleStatus.FAILED, detail="failed"), False)],
)
def test_an_intent_in_place_of_another_is_dated_anew(
    bench: RuleBench, stored: PurgeRule, *, is_uncertain: bool
) -> None:
    bench.put(stored)
    bench.clock.wait(60)
    intents: list[PurgeRule] = []
    bench.rules.before_write = intents.append
    bench.create()
    assert intents[0].intended_at == NOON + timedelta(seconds=60)
    assert (intents[0].attempts, intents[0].is_uncertain) == (2, is_uncertain)
    assert intents[0].detail == (stored.detail if is_uncertain else None)


def test_how_long_an_intent_is_left_alone_is_a_setting() -> None:
    bench = RuleBench(intent_lease_seconds=5)
    bench.put(rule())
    bench.clock.wait(5)
    assert bench.create().status is RuleStatus.REGISTERED


def test_a_conflict_with_an_intent_that_nobody_doubts_is_no_rule_of_ours(bench: RuleBench) -> None:
    bench.put(rule(status=RuleStatus.FAILED))
    bench.genesys.on(CREATE, conflict("rule-7"))
    with pytest.raises(RuleExists):
        bench.create()


def test_a_rule_that_failed_in_doubt_is_still_found(bench: RuleBench) -> None:
    bench.genesys.on(CREATE, UNKNOWN, PermissionMissing("403", permission="p"), conflict("rule-7"))
    with pytest.raises(PermissionMissing):
        bench.create()
    assert (bench.stored.status, bench.stored.is_uncertain) == (RuleStatus.FAILED, True)
    assert bench.create().rule_id == "rule-7"


def test_what_genesys_refuses_for_its_content_was_not_created_before(bench: RuleBench) -> None:
    bench.genesys.on(CREATE, UNKNOWN, FAILURES[0])
    with pytest.raises(RefusedByGenesys):
        bench.create()
    assert (bench.stored.status, bench.stored.is_uncertain) == (RuleStatus.FAILED, False)


@pytest.mark.parametrize("error", [BUSY, GenesysUnavailable("not sent")])
def test_a_call_that_was_not_carried_out_is_repeated_with_a_new_permit(
    bench: RuleBench, error: PurgeError
) -> None:
    bench.genesys.on(CREATE, error, error, CREATED)
    assert bench.create().status is RuleStatus.REGISTERED
    assert [permit.attempt for permit in permits(bench)] == [1, 2, 3]
    assert len(bench.slept) == 2
    assert not bench.stored.is_uncertain


def test_a_call_that_is_never_carried_out_fails_in_the_end(bench: RuleBench) -> None:
    bench.genesys.on(CREATE, BUSY)
    with pytest.raises(RateLimited) as raised:
        bench.create()
    assert raised.value is BUSY
    assert len(bench.creations) == 4
    assert (bench.stored.status, bench.stored.is_uncertain) == (RuleStatus.FAILED, False)
    assert bench.actions == ["rule_failed"]


def test_a_busy_genesys_that_wants_longer_than_there_is_time_fails_at_once(
    bench: RuleBench,
) -> None:
    bench.genesys.on(CREATE, RateLimited("429", retry_after=40))
    with pytest.raises(RateLimited):
        bench.create()
    assert (len(bench.creations), bench.slept) == (1, [])


@pytest.mark.parametrize("seconds", [0.0, 5.0, 25.0, 31.0, 40.0])
@pytest.mark.parametrize("error", [UNKNOWN, BUSY, RateLimited("429", retry_after=20)], ids=str)
def test_no_call_begins_later_than_half_a_minute_after_the_first(
    bench: RuleBench, error: PurgeError, seconds: float
) -> None:
    begun: list[float] = []

    def answer(_: Mapping[str, Any]) -> Mapping[str, Any]:
        begun.append((bench.clock() - NOON).total_seconds())
        bench.clock.wait(seconds)
        raise error

    bench.genesys.on(CREATE, answer)
    with pytest.raises(type(error)):
        bench.create()
    assert max(begun) <= 32


@pytest.mark.parametrize("first", [UNKNOWN, BUSY], ids=str)
@pytest.mark.parametrize("what", ["switch", "hold"])
def test_leave_is_asked_for_again_before_each_call(
    bench: RuleBench, what: str, first: PurgeError
) -> None:
    def answer(_: Mapping[str, Any]) -> Mapping[str, Any]:
        if what == "switch":
            bench.policies.switch = "off"
        else:
            bench.holds.placed.append(hold())
        raise first

    bench.genesys.on(CREATE, answer)
    with pytest.raises(PurgingSwitchedOff if what == "switch" else OnLegalHold):
        bench.create()
    assert len(bench.creations) == 1
    assert bench.stored.status is RuleStatus.FAILED
    assert bench.stored.is_uncertain is (first is UNKNOWN)
    assert bench.actions == ["rule_failed"]


@pytest.mark.parametrize("reply", [CREATED, UNKNOWN, FAILURES[0]], ids=str)
def test_whoever_was_overtaken_during_the_call_leaves_the_rule_to_the_other(
    bench: RuleBench, reply: Any
) -> None:
    def overtaken(_: Mapping[str, Any]) -> Mapping[str, Any]:
        bench.clock.wait(60)
        bench.genesys.on(CREATE, conflict("rule-7"))
        bench.create("the other")
        if isinstance(reply, Exception):
            raise reply
        return CREATED

    bench.genesys.on(CREATE, overtaken)
    with pytest.raises(TryLater, match="is being created"):
        bench.create()
    assert (bench.stored.status, bench.stored.rule_id) == (RuleStatus.REGISTERED, "rule-7")
    assert bench.actions == ["rule_created", "rule_webhook_registered"]
    assert bench.create().rule_id == "rule-7"


def test_each_call_is_timed_by_itself(bench: RuleBench) -> None:
    bench.genesys.on(CREATE, bench.taking(9, UNKNOWN), bench.taking(2, CREATED))
    bench.create()
    record, _ = bench.audit.of(rule().run_id)
    assert record.latency_seconds == 2
    assert bench.meter.durations == {"RuleCreation": 2}
