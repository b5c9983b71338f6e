"""RuleCreation when Genesys refuses, is busy, or does not answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from genesys_purge.calling.attempt import Attempt
from genesys_purge.calling.permit import Permit
from genesys_purge.errors import (
    AlreadyExists,
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
    StorageExhausted,
    TryLater,
)
from genesys_purge.purge_rules.creation import DOUBT, FOUND
from genesys_purge.purge_rules.documented.api import CREATE
from genesys_purge.purge_rules.purge_rule import PurgeRule, RuleStatus

from tests.clock import NOON
from tests.unit.methods.scene import hold
from tests.unit.purge_rules.rule_bench import ONCE, RuleBench, conflict, document, rule

UNKNOWN = OutcomeUnknown("sent and not answered", correlation_id="c-1")
BUSY = RateLimited("429", retry_after=2)
CREATED = {"id": "rule-1"}
INVALID = RefusedByGenesys("422", status=422, fields=[FieldError("maxBatchSize", "too large")])
FAILURES: list[PurgeError] = [
    INVALID,
    RefusedByGenesys("404", status=404),
    PermissionMissing("403", permission="purgerules:write"),
    AuthenticationFailed("401"),
    StorageExhausted("507", correlation_id="c-1"),
]


def permits(bench: RuleBench) -> list[Permit]:
    return [call.permit for call in bench.genesys.calls if call.permit]


def outcome(bench: RuleBench) -> tuple[RuleStatus, bool]:
    """The status of the stored rule, and whether it may exist unseen."""
    return bench.stored.status, bench.stored.attempt.is_uncertain


@pytest.mark.parametrize("error", FAILURES, ids=str)
def test_permanent_failure_is_raised_stored_and_audited(
    bench: RuleBench, error: PurgeError
) -> None:
    bench.genesys.on(CREATE, bench.taking(2.5, error))
    with pytest.raises(type(error)) as raised:
        bench.create()
    assert raised.value is error
    assert (len(bench.creations), bench.slept) == (1, [])
    assert outcome(bench) == (RuleStatus.FAILED, False)
    (record,) = bench.audit.of(rule().run_id)
    assert (record.action, record.actor) == ("rule_failed", "tests")
    assert (record.rule, record.latency_seconds) == (document(), 2.5)
    assert record.policy == bench.stored.policy
    assert record.detail == bench.stored.attempt.reason
    assert str(record.detail).startswith(f"{type(error).__name__}: ")
    assert record.correlation_id == error.correlation_id
    counts = {"RulesFailed": 1}
    if isinstance(error, StorageExhausted):
        counts["StorageExhausted"] = 1
    assert bench.meter.counts == counts


def test_fields_that_genesys_refuses_reach_the_caller(bench: RuleBench) -> None:
    bench.genesys.on(CREATE, INVALID)
    with pytest.raises(RefusedByGenesys) as refused:
        bench.create()
    assert refused.value.errors() == (FieldError("maxBatchSize", "too large"),)
    assert bench.stored.attempt.reason == "RefusedByGenesys: maxBatchSize: too large"


@pytest.mark.parametrize(
    ("entity_id", "words"), [("rule-0", "a purge rule rule-0 that"), (None, "a purge rule that")]
)
def test_conflicting_rule_is_reported_in_words_of_genesys(
    bench: RuleBench, entity_id: str | None, words: str
) -> None:
    bench.genesys.on(CREATE, conflict(entity_id))
    with pytest.raises(AlreadyExists, match=f"{words} conflicts .* the rule exists") as refused:
        bench.create()
    assert refused.value.correlation_id == "c-1"
    assert outcome(bench) == (RuleStatus.FAILED, False)
    assert bench.actions == ["rule_failed"]
    assert len(bench.creations) == 1


@pytest.mark.parametrize("answer", [{"id": "a/b"}, UNKNOWN])
def test_unanswered_call_is_repeated_once_after_30_seconds(bench: RuleBench, answer: Any) -> None:
    bench.genesys.on(CREATE, answer, CREATED)
    assert bench.create().status is RuleStatus.REGISTERED
    assert bench.slept == [30]
    assert bench.creations == [document(), document()]
    assert permits(bench) == [Permit(rule().run_id, 0, 1, NOON), Permit(rule().run_id, 0, 2, NOON)]
    assert bench.stored.attempt.number == 2
    assert not bench.stored.attempt.is_uncertain
    assert bench.actions == ["rule_created", "rule_webhook_registered"]


def test_doubt_is_stored_before_the_wait(bench: RuleBench) -> None:
    stored: list[PurgeRule] = []
    bench.rules.before_write = stored.append
    bench.genesys.on(CREATE, UNKNOWN, CREATED)
    bench.create()
    assert [(each.status, each.attempt.number) for each in stored] == [
        (RuleStatus.CREATING, 1),
        (RuleStatus.CREATING, 1),
        (RuleStatus.CREATING, 2),
        (RuleStatus.CREATED, 2),
        (RuleStatus.REGISTERED, 2),
    ]
    doubts = [(each.attempt.is_open, each.attempt.is_uncertain) for each in stored]
    assert doubts == [(True, False), (False, True), (True, True), (False, False), (False, False)]
    assert str(stored[1].attempt.reason).startswith("OutcomeUnknown: sent and not answered")
    assert stored[2].attempt.at == NOON + timedelta(seconds=30)


def test_rule_that_an_unanswered_call_created_is_adopted(bench: RuleBench) -> None:
    bench.genesys.on(CREATE, UNKNOWN, conflict("rule-7"))
    answer = bench.create()
    assert (answer.rule_id, answer.status) == ("rule-7", RuleStatus.REGISTERED)
    assert answer.detail == FOUND
    record, _ = bench.audit.of(rule().run_id)
    assert (record.action, record.rule_id, record.detail) == ("rule_created", "rule-7", FOUND)
    assert bench.registered[0]["config"] == {"ruleId": "rule-7"}


@pytest.mark.parametrize(
    ("entity_id", "entity_name"),
    [("rule-7", "another rule"), ("rule-7", None), (None, None)],
)
def test_conflict_that_does_not_name_the_rule_adopts_nothing(
    bench: RuleBench, entity_id: str | None, entity_name: str | None
) -> None:
    bench.genesys.on(CREATE, UNKNOWN, conflict(entity_id, entity_name))
    with pytest.raises(AlreadyExists):
        bench.create()
    assert outcome(bench) == (RuleStatus.FAILED, True)
    assert bench.stored.rule_id is None
    assert bench.registered == []
    assert str(bench.audit.of(rule().run_id)[-1].detail).endswith(f"; {DOUBT}")


def test_second_unanswered_call_leaves_the_outcome_open(bench: RuleBench) -> None:
    bench.genesys.on(CREATE, UNKNOWN)
    with pytest.raises(OutcomeUnknown, match="not answered; repeat the same request") as raised:
        bench.create()
    assert raised.value.correlation_id == "c-1"
    assert len(bench.creations) == 2
    assert outcome(bench) == (RuleStatus.CREATING, True)
    (record,) = bench.audit.of(rule().run_id)
    assert (record.action, record.correlation_id) == ("rule_failed", "c-1")
    assert "sent and not answered" in str(record.detail)
    assert bench.meter.counts == {"RulesFailed": 1}


def test_call_that_took_over_32_seconds_is_not_repeated(bench: RuleBench) -> None:
    bench.genesys.on(CREATE, bench.taking(33, UNKNOWN))
    with pytest.raises(OutcomeUnknown):
        bench.create()
    assert (len(bench.creations), bench.slept) == (1, [])
    assert outcome(bench) == (RuleStatus.CREATING, True)
    assert "sent and not answered" in str(bench.stored.attempt.reason)


def test_repeated_request_finds_the_rule_of_an_open_outcome(bench: RuleBench) -> None:
    bench.genesys.on(CREATE, UNKNOWN, UNKNOWN, conflict("rule-7"))
    with pytest.raises(OutcomeUnknown):
        bench.create()
    with pytest.raises(TryLater, match="is being created"):
        bench.create()
    bench.clock.wait(60)
    assert bench.create().rule_id == "rule-7"
    assert permits(bench)[-1] == Permit(rule().run_id, 0, 3, NOON)


@pytest.mark.parametrize(
    ("reply", "rule_id"), [(conflict("rule-7"), "rule-7"), (CREATED, "rule-1")]
)
def test_rule_of_a_dead_worker_is_taken_over(bench: RuleBench, reply: Any, rule_id: str) -> None:
    bench.put(rule(attempt=ONCE.intended(NOON)))
    bench.clock.wait(60)
    bench.genesys.on(CREATE, reply)
    assert bench.create("the heir").rule_id == rule_id
    assert permits(bench) == [Permit(rule().run_id, 0, 3, NOON)]
    assert [record.actor for record in bench.audit.of(rule().run_id)] == ["the heir", "the heir"]


@pytest.mark.parametrize(
    ("stored", "is_uncertain"),
    [(rule(), True), (rule(status=RuleStatus.FAILED, attempt=ONCE.refused("no")), False)],
)
def test_next_intent_keeps_the_doubt_and_counts_on(
    bench: RuleBench, stored: PurgeRule, *, is_uncertain: bool
) -> None:
    bench.put(stored)
    bench.clock.wait(60)
    intents: list[PurgeRule] = []
    bench.rules.before_write = intents.append
    bench.create()
    attempt = intents[0].attempt
    assert (attempt.number, attempt.at) == (2, NOON + timedelta(seconds=60))
    assert (attempt.is_open, attempt.is_uncertain) == (True, is_uncertain)


def test_lease_of_an_intent_is_a_setting() -> None:
    bench = RuleBench(intent_lease_seconds=5)
    bench.put(rule())
    bench.clock.wait(5)
    assert bench.create().status is RuleStatus.REGISTERED


def test_conflict_without_a_doubt_is_not_our_rule(bench: RuleBench) -> None:
    bench.put(rule(status=RuleStatus.FAILED, attempt=ONCE.refused()))
    bench.genesys.on(CREATE, conflict("rule-7"))
    with pytest.raises(AlreadyExists):
        bench.create()


def test_rule_that_failed_in_doubt_is_found_later(bench: RuleBench) -> None:
    bench.genesys.on(CREATE, UNKNOWN, PermissionMissing("403", permission="p"), conflict("rule-7"))
    with pytest.raises(PermissionMissing):
        bench.create()
    assert outcome(bench) == (RuleStatus.FAILED, True)
    assert bench.create().rule_id == "rule-7"


def test_refused_content_proves_that_no_rule_was_created(bench: RuleBench) -> None:
    bench.genesys.on(CREATE, UNKNOWN, INVALID)
    with pytest.raises(RefusedByGenesys):
        bench.create()
    assert outcome(bench) == (RuleStatus.FAILED, False)


@pytest.mark.parametrize("error", [BUSY, GenesysUnavailable("not sent")])
def test_call_that_was_not_executed_is_repeated_with_a_new_permit(
    bench: RuleBench, error: PurgeError
) -> None:
    bench.genesys.on(CREATE, error, error, CREATED)
    assert bench.create().status is RuleStatus.REGISTERED
    assert [permit.attempt for permit in permits(bench)] == [1, 2, 3]
    assert bench.slept == ([4, 4] if error is BUSY else [2, 4])
    assert bench.stored.attempt == Attempt(
        number=3, at=bench.clock(), reason=f"{type(error).__name__}: {error.message}"
    )


def test_busy_genesys_is_called_four_times_at_most(bench: RuleBench) -> None:
    bench.genesys.on(CREATE, BUSY)
    with pytest.raises(RateLimited) as raised:
        bench.create()
    assert raised.value is BUSY
    assert len(bench.creations) == 4
    assert outcome(bench) == (RuleStatus.FAILED, False)
    assert bench.actions == ["rule_failed"]


def test_retry_after_beyond_the_last_start_fails_at_once(bench: RuleBench) -> None:
    bench.genesys.on(CREATE, RateLimited("429", retry_after=40))
    with pytest.raises(RateLimited):
        bench.create()
    assert (len(bench.creations), bench.slept) == (1, [])


@pytest.mark.parametrize("error", [UNKNOWN, BUSY, RateLimited("429", retry_after=20)], ids=str)
def test_no_call_starts_over_32_seconds_after_the_first(error: PurgeError) -> None:
    for seconds in (0.0, 5.0, 25.0, 31.0, 40.0):
        bench = RuleBench()
        begun: list[float] = []

        def answer(
            _: Mapping[str, Any],
            bench: RuleBench = bench,
            begun: list[float] = begun,
            seconds: float = seconds,
        ) -> Mapping[str, Any]:
            begun.append((bench.clock() - NOON).total_seconds())
            bench.clock.wait(seconds)
            raise error

        bench.genesys.on(CREATE, answer)
        with pytest.raises(type(error)):
            bench.create()
        assert max(begun) <= 32


@pytest.mark.parametrize("first", [UNKNOWN, BUSY], ids=str)
@pytest.mark.parametrize("what", ["switch", "hold"])
def test_guard_is_asked_again_before_each_call(
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
    assert outcome(bench) == (RuleStatus.FAILED, first is UNKNOWN)
    assert bench.actions == ["rule_failed"]


@pytest.mark.parametrize("reply", [conflict("rule-7"), UNKNOWN, INVALID], ids=str)
def test_worker_that_was_overtaken_leaves_the_rule_alone(bench: RuleBench, reply: Any) -> None:
    def overtaken(_: Mapping[str, Any]) -> Mapping[str, Any]:
        bench.clock.wait(60)
        bench.genesys.on(CREATE, conflict("rule-7"))
        bench.create("the other")
        raise reply

    bench.genesys.on(CREATE, overtaken)
    with pytest.raises(TryLater, match="is being created"):
        bench.create()
    assert (bench.stored.status, bench.stored.rule_id) == (RuleStatus.REGISTERED, "rule-7")
    assert bench.actions == ["rule_created", "rule_webhook_registered"]
    assert bench.create().rule_id == "rule-7"


def test_latency_is_that_of_the_last_call(bench: RuleBench) -> None:
    bench.genesys.on(CREATE, bench.taking(1, UNKNOWN), bench.taking(2, CREATED))
    bench.create()
    record, _ = bench.audit.of(rule().run_id)
    assert record.latency_seconds == 2
    assert bench.meter.durations == {"RuleCreation": 2}
